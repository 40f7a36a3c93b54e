// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.RdpCookie;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Text;

/** What clients can be hashed by: the algorithms of {@code balance} that hash (HAProxy manual 4.2). */
final class HashKeys {
    private HashKeys() {}

    /** {@code source}: the words of 32 bits of the client's address, combined by exclusive or. */
    static HashKey source() {
        return (facts, type) -> facts.source.length() == 0
                ? HashKey.NONE
                : type.spread(words(facts.source.address(), facts.source.length()));
    }

    /** The words of 32 bits, most significant byte first, combined by exclusive or: unsigned. */
    static long words(byte[] address, int length) {
        int hash = 0;
        for (int i = 0; i < length; i += 4) {
            hash ^= (address[i] & 0xff) << 24
                    | (address[i + 1] & 0xff) << 16
                    | (address[i + 2] & 0xff) << 8
                    | (address[i + 3] & 0xff);
        }
        return hash & 0xffff_ffffL;
    }

    /**
     * {@code uri}: the target of the request up to the query.
     *
     * @param length of the part that counts, bytes; 0 for all
     * @param depth directories that count; 0 for all
     * @param whole the query counts, too
     * @param pathOnly host and scheme do not
     */
    record Uri(int length, int depth, boolean whole, boolean pathOnly) implements HashKey {
        @Override
        public long hash(Facts facts, HashType type) {
            Request request = facts.request;
            byte[] bytes = request.bytes();
            int start = pathOnly ? path(request) : request.uriStart();
            int limit = request.uriEnd();
            if (length > 0 && limit - start > length) {
                limit = start + length;
            }
            int slashes = 0;
            int end = start;
            while (end < limit) {
                byte c = bytes[end];
                if ((c == '/' && depth > 0 && slashes++ == depth) || (c == '?' && !whole)) {
                    break;
                }
                end++;
            }
            return type.of(bytes, start, end);
        }

        /** Where the path begins; the end where there is none, as in {@code *}. */
        private static int path(Request request) {
            int start = request.pathStart();
            return start < request.uriEnd() && request.bytes()[start] == '/' ? start : request.uriEnd();
        }
    }

    /** {@code url_param NAME}: the value behind {@code NAME=} in the query. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Parameter(byte[] name) implements HashKey {
        @Override
        public long hash(Facts facts, HashType type) {
            Request request = facts.request;
            byte[] bytes = request.bytes();
            int limit = request.uriEnd();
            int at = request.uriStart();
            while (at < limit && bytes[at] != '?') {
                at++;
            }
            return of(name, bytes, at + 1, limit, type);
        }

        /** The hash of the parameter's value among those in {@code bytes[from..limit)}. */
        static long of(byte[] name, byte[] bytes, int from, int limit, HashType type) {
            int at = from;
            while (at < limit) {
                int end = at;
                while (end < limit && bytes[end] != '&') {
                    end++;
                }
                int value = at + name.length + 1;
                if (value <= end && bytes[value - 1] == '=' && Text.equals(bytes, at, value - 1, name, false)) {
                    return type.of(bytes, value, end);
                }
                at = end + 1;
            }
            return NONE;
        }
    }

    /**
     * {@code hdr(NAME)}: the first value of a header.
     *
     * @param domainOnly only the label in front of the last dot counts
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Header(byte[] name, boolean domainOnly) implements HashKey {
        @Override
        public long hash(Facts facts, HashType type) {
            Headers headers = facts.request.headers();
            byte[] bytes = headers.bytes();
            int at = headers.find(name, 0);
            if (at < 0 || headers.valueStart(at) == headers.valueEnd(at)) {
                return NONE;
            }
            int start = headers.valueStart(at);
            int end = headers.valueEnd(at);
            int dot = end - 1;
            while (domainOnly && dot > start && bytes[dot] != '.') {
                dot--;
            }
            if (!domainOnly || dot == start) {
                return type.of(bytes, start, end);
            }
            int label = dot - 1;
            while (label > start && bytes[label - 1] != '.') {
                label--;
            }
            return type.of(bytes, label, dot);
        }
    }

    /** {@code hash EXPRESSION}. */
    static HashKey expression(Expression expression) {
        return (facts, type) -> {
            facts.scratch.reset();
            Sample value = facts.scratch.value;
            return expression.evaluateAs(SampleType.BINARY, facts, value)
                    ? type.of(value.bytes, value.start, value.end)
                    : HashKey.NONE;
        };
    }

    /** {@code rdp-cookie(NAME)}: looked for in the bytes that {@code tcp-request content} rules have waited for. */
    static HashKey rdpCookie(byte[] name) {
        return (facts, type) -> {
            RdpCookie cookie = new RdpCookie();
            return cookie.find(facts.content, facts.contentStart, facts.contentEnd, name) == RdpCookie.Result.FOUND
                    ? type.of(facts.content, cookie.start, cookie.end)
                    : HashKey.NONE;
        };
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Text;

/**
 * Whether a cache on the way would keep a response (RFC 9111 section 3), as far as HAProxy looks: one that says how long it is
 * good for, or by what to ask for it again, and does not say that it is nobody else's.
 */
public final class Cacheability {
    private static final byte[] CACHE_CONTROL = Text.bytes("cache-control");
    private static final byte[] SET_COOKIE = Text.bytes("set-cookie");
    private static final byte[] PRAGMA = Text.bytes("pragma");
    private static final byte[] EXPIRES = Text.bytes("expires");
    private static final byte[] ETAG = Text.bytes("etag");
    private static final byte[] LAST_MODIFIED = Text.bytes("last-modified");

    private static final byte[] NO_CACHE = Text.bytes("no-cache");
    private static final byte[] NO_CACHED_COOKIE = Text.bytes("no-cache=\"set-cookie");
    private static final byte[] PUBLIC = Text.bytes("public");
    private static final byte[] MAX_AGE = Text.bytes("max-age=");
    private static final byte[] SHARED_MAX_AGE = Text.bytes("s-maxage=");
    /** Each of these alone keeps a response out of shared caches. */
    private static final byte[][] KEEPING_OUT = {
        Text.bytes("private"), NO_CACHE, Text.bytes("no-store"), Text.bytes("max-age=0"), Text.bytes("s-maxage=0")
    };

    private Cacheability() {}

    static boolean mayBeStored(Facts facts) {
        Headers headers = facts.response.headers();
        if (says(headers, PRAGMA, NO_CACHE, true)) {
            return false;
        }
        for (byte[] word : KEEPING_OUT) {
            if (says(headers, CACHE_CONTROL, word, true)) {
                return false;
            }
        }
        return (isCacheable(facts) || says(headers, CACHE_CONTROL, PUBLIC, true)) && isDated(headers);
    }

    private static boolean isCacheable(Facts facts) {
        return switch (facts.request.method()) {
            case GET, HEAD, OPTIONS, TRACE -> isCacheable(facts.response.status());
            default -> false;
        };
    }

    private static boolean isCacheable(int status) {
        return switch (status) {
            case 200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501 -> true;
            default -> false;
        };
    }

    private static boolean isDated(Headers headers) {
        return headers.find(ETAG, 0) >= 0
                || headers.find(LAST_MODIFIED, 0) >= 0
                || headers.find(EXPIRES, 0) >= 0
                || says(headers, CACHE_CONTROL, MAX_AGE, false)
                || says(headers, CACHE_CONTROL, SHARED_MAX_AGE, false);
    }

    /**
     * {@code option checkcache}: whether a response brings a cookie that a cache may hand to others. HAProxy's manual would
     * refuse those as well that say nothing of caches; HAProxy lets them pass.
     */
    public static boolean leaksCookie(Facts facts) {
        Headers headers = facts.response.headers();
        return headers.find(SET_COOKIE, 0) >= 0
                && !says(headers, CACHE_CONTROL, NO_CACHED_COOKIE, false)
                && mayBeStored(facts);
    }

    /** Whether an element of a field is {@code word}, or begins with it where {@code whole} is not asked for. */
    private static boolean says(Headers headers, byte[] name, byte[] word, boolean whole) {
        byte[] bytes = headers.bytes();
        for (int i = headers.find(name, 0); i >= 0; i = headers.find(name, i + 1)) {
            int end = headers.valueEnd(i);
            for (int start = headers.valueStart(i); start < end; ) {
                int comma = elementEnd(bytes, start, end);
                if (isElement(bytes, start, comma, word, whole)) {
                    return true;
                }
                start = comma + 1;
            }
        }
        return false;
    }

    /** The comma behind an element, or the end of the value; commas within quotes are part of it. */
    private static int elementEnd(byte[] bytes, int start, int end) {
        boolean quoted = false;
        for (int at = start; at < end; at++) {
            if (bytes[at] == '"') {
                quoted = !quoted;
            } else if (bytes[at] == ',' && !quoted) {
                return at;
            }
        }
        return end;
    }

    private static boolean isElement(byte[] bytes, int from, int to, byte[] word, boolean whole) {
        int start = from;
        int end = to;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        return whole ? Text.equals(bytes, start, end, word, true) : Text.startsWith(bytes, start, end, word, true);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import io.tandem.node.content.compression.AcceptedEncoding;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.rules.pattern.ByteHash;

/**
 * What may make responses to requests for one resource differ (RFC 9111 section 4.1), of one request and of its response: the
 * encodings the client takes, and the page it comes from. Reused; owned by one loop.
 *
 * <p>A stored response fits a request that takes all of the response's encodings, whatever request it was stored for.
 */
final class Variants {
    /** The response depends on Accept-Encoding. */
    static final int BY_ENCODING = 1;
    /** It depends on Referer. */
    static final int BY_REFERER = 2;
    /** It cannot be told which response fits which request. */
    static final int UNKNOWN = -1;

    /** The registered content codings, each with a bit; an alias has its name's. */
    private static final byte[][] CODINGS = {
        Ascii.bytes("identity"),
        Ascii.bytes("gzip"),
        Ascii.bytes("deflate"),
        Ascii.bytes("compress"),
        Ascii.bytes("br"),
        Ascii.bytes("zstd"),
        Ascii.bytes("exi"),
        Ascii.bytes("pack200-gzip"),
        Ascii.bytes("aes128gcm"),
        Ascii.bytes("x-gzip"),
        Ascii.bytes("x-compress")
    };

    private static final int[] BITS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 2, 8};
    private static final int IDENTITY = 1;
    private static final int ANY = 0x7fffffff;

    private static final byte[] ACCEPT_ENCODING = Ascii.bytes("accept-encoding");
    private static final byte[] CONTENT_ENCODING = Ascii.bytes("content-encoding");
    private static final byte[] REFERER = Ascii.bytes("referer");
    private static final byte[] VARY = Ascii.bytes("vary");

    /** What the client takes. */
    private int accepted;
    /** What the response to be stored has. */
    private int content;

    private long referer;

    /** Looks at a request. */
    void ofRequest(Headers headers) {
        accepted = accepted(headers);
        int index = headers.find(REFERER, 0);
        referer =
                index < 0 ? 0 : ByteHash.of(headers.bytes(), headers.valueStart(index), headers.valueEnd(index), false);
    }

    /** Without the field a client takes anything, without {@code identity} in it that too (RFC 9110 section 12.5.3). */
    private static int accepted(Headers headers) {
        int index = headers.find(ACCEPT_ENCODING, 0);
        if (index < 0) {
            return ANY;
        }
        byte[] bytes = headers.bytes();
        int taken = 0;
        int refused = 0;
        boolean others = false;
        for (; index >= 0; index = headers.find(ACCEPT_ENCODING, index + 1)) {
            int end = headers.valueEnd(index);
            int comma;
            for (int from = headers.valueStart(index); from < end; from = comma + 1) {
                comma = FieldList.elementEnd(bytes, from, end);
                int first = FieldList.skipBlanks(bytes, from, comma);
                int last = AcceptedEncoding.nameEnd(bytes, first, comma);
                boolean wanted = AcceptedEncoding.weight(bytes, last, comma) > 0;
                if (last - first == 1 && bytes[first] == '*') {
                    others |= wanted;
                } else {
                    int bit = bit(bytes, first, last);
                    taken |= wanted ? bit : 0;
                    refused |= wanted ? 0 : bit;
                }
            }
        }
        int byDefault = others ? ANY : IDENTITY; // also behind "*;q=0", as with HAProxy
        return (taken | byDefault) & ~(refused & ~taken);
    }

    /** The bit of a coding, 0 for one that is not registered. */
    private static int bit(byte[] bytes, int start, int end) {
        for (int i = 0; i < CODINGS.length; i++) {
            if (Ascii.isIgnoreCase(bytes, start, end, CODINGS[i])) {
                return BITS[i];
            }
        }
        return 0;
    }

    /**
     * Looks at a response that is to be stored.
     *
     * @return on what it depends, a sum of the bits above; {@link #UNKNOWN} where it must not be stored
     */
    int ofResponse(Headers headers) {
        int signature = 0;
        byte[] bytes = headers.bytes();
        for (int i = headers.find(VARY, 0); i >= 0; i = headers.find(VARY, i + 1)) {
            int end = headers.valueEnd(i);
            int comma;
            for (int from = headers.valueStart(i); from <= end; from = comma + 1) {
                comma = FieldList.elementEnd(bytes, from, end);
                int first = FieldList.skipBlanks(bytes, from, comma);
                int last = FieldList.trimBlanks(bytes, first, comma);
                if (Ascii.isIgnoreCase(bytes, first, last, ACCEPT_ENCODING)) {
                    signature |= BY_ENCODING;
                } else if (Ascii.isIgnoreCase(bytes, first, last, REFERER)) {
                    signature |= BY_REFERER;
                } else {
                    return UNKNOWN;
                }
            }
        }
        content = content(headers);
        return (signature & BY_ENCODING) != 0 && content == 0 ? UNKNOWN : signature;
    }

    /** The encodings of the response; 0 where one of them is not registered. */
    private static int content(Headers headers) {
        byte[] bytes = headers.bytes();
        int all = 0;
        for (int i = headers.find(CONTENT_ENCODING, 0); i >= 0; i = headers.find(CONTENT_ENCODING, i + 1)) {
            int end = headers.valueEnd(i);
            int comma;
            for (int from = headers.valueStart(i); from <= end; from = comma + 1) {
                comma = FieldList.elementEnd(bytes, from, end);
                int first = FieldList.skipBlanks(bytes, from, comma);
                int bit = bit(bytes, first, FieldList.trimBlanks(bytes, first, comma));
                if (bit == 0) {
                    return 0;
                }
                all |= bit;
            }
        }
        return all == 0 ? IDENTITY : all;
    }

    int encodingsFor(int signature) {
        return (signature & BY_ENCODING) != 0 ? content : 0;
    }

    long refererFor(int signature) {
        return (signature & BY_REFERER) != 0 ? referer : 0;
    }

    /** Whether {@code entry} is an answer to the request. */
    boolean match(Entry entry) {
        return ((entry.signature & BY_ENCODING) == 0 || (accepted & entry.encodings) == entry.encodings)
                && ((entry.signature & BY_REFERER) == 0 || entry.referer == referer);
    }

    /** Whether {@code entry} is what the response to be stored will replace. */
    boolean equal(Entry entry, int signature) {
        return entry.signature == signature
                && entry.encodings == encodingsFor(signature)
                && entry.referer == refererFor(signature);
    }
}

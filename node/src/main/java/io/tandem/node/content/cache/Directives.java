// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Headers;

/** Elements of Cache-Control fields (RFC 9111 section 5.2), read as HAProxy reads them. */
final class Directives {
    private static final byte[] CACHE_CONTROL = Ascii.bytes("cache-control");
    /** There is no such element, or none with a number. */
    static final long NO_NUMBER = -1;

    /** The element has no value at all. */
    static final long BARE = -2;

    private Directives() {}

    /** Whether an element is {@code lower} without a value. */
    static boolean isBare(Headers headers, byte[] lower) {
        return number(headers, lower) == BARE;
    }

    /** Whether an element is {@code lower}, with or without a value. */
    static boolean has(Headers headers, byte[] lower) {
        return find(headers, lower) >= 0;
    }

    /** The number behind {@code lower=}, as far as there are digits; {@link #NO_NUMBER} where there is none. */
    static long number(Headers headers, byte[] lower) {
        int at = find(headers, lower);
        byte[] bytes = headers.bytes();
        if (at < 0) {
            return NO_NUMBER;
        }
        if (bytes[at] != '=') {
            return BARE;
        }
        at += bytes[at + 1] == '"' ? 2 : 1;
        if (bytes[at] < '0' || bytes[at] > '9') {
            return NO_NUMBER;
        }
        long number = 0;
        for (; bytes[at] >= '0' && bytes[at] <= '9'; at++) { // a line's end is no digit
            number = Math.min(number * 10 + bytes[at] - '0', Integer.MAX_VALUE);
        }
        return number;
    }

    /** Behind the name of the first element that is {@code lower}; negative where there is none. */
    private static int find(Headers headers, byte[] lower) {
        byte[] bytes = headers.bytes();
        for (int i = headers.find(CACHE_CONTROL, 0); i >= 0; i = headers.find(CACHE_CONTROL, i + 1)) {
            int end = headers.valueEnd(i);
            int comma;
            for (int from = headers.valueStart(i); from < end; from = comma + 1) {
                comma = FieldList.elementEnd(bytes, from, end);
                int first = FieldList.skipBlanks(bytes, from, comma);
                int last = first + lower.length;
                boolean ends =
                        last == comma || (last < comma && (bytes[last] == '=' || FieldList.isBlank(bytes[last])));
                if (last <= comma && ends && Ascii.equalsIgnoreCase(bytes, first, lower)) {
                    return last;
                }
            }
        }
        return -1;
    }
}

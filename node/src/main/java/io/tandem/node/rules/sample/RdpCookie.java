// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/**
 * The cookie in the first packet of a remote desktop client (MS-RDPBCGR 2.2.1.1): {@code Cookie: NAME=VALUE} and CR LF,
 * behind a TPKT header and that of an X.224 connection request.
 *
 * <pre>
 *  0        1        2                 4        5        6                 8        10       11
 * +--------+--------+-----------------+--------+--------+-----------------+--------+--------+-----------
 * | 03     | 00     | length          | LI     | CR=E0  | destination     | source | class  | Cookie: …
 * +--------+--------+-----------------+--------+--------+-----------------+--------+--------+-----------
 * </pre>
 */
public final class RdpCookie {
    private static final int HEADERS = 11;
    private static final byte[] PREFIX = Text.bytes("Cookie: ");

    /** Where the value lies after {@link #find} answered {@link Result#FOUND}. */
    public int start;

    public int end;

    /** What was found. */
    public enum Result {
        FOUND,
        ABSENT,
        /** More bytes may bring it. */
        INCOMPLETE
    }

    /** @param name the cookie's, ignoring case; empty for any */
    public Result find(byte[] bytes, int from, int to, byte[] name) {
        if (to - from <= HEADERS) {
            return Result.INCOMPLETE;
        }
        if (bytes[from] != 3 || bytes[from + 1] != 0 || bytes[from + 5] != (byte) 0xE0) {
            return Result.ABSENT;
        }
        int at = from + HEADERS;
        if (!startsWith(bytes, at, to, PREFIX)) {
            return to - at < PREFIX.length ? Result.INCOMPLETE : Result.ABSENT;
        }
        at += PREFIX.length;
        int equals = at;
        while (equals < to && bytes[equals] != '=') {
            if (bytes[equals] == '\r' || bytes[equals] == '\n') {
                return Result.ABSENT;
            }
            equals++;
        }
        int last = equals;
        while (last < to && bytes[last] != '\r' && bytes[last] != '\n') {
            last++;
        }
        if (last + 1 >= to) {
            return Result.INCOMPLETE;
        }
        if (bytes[last] != '\r' || bytes[last + 1] != '\n') {
            return Result.ABSENT;
        }
        if (name.length > 0 && (equals - at != name.length || !startsWith(bytes, at, to, name))) {
            return Result.ABSENT;
        }
        start = equals + 1;
        end = last;
        return Result.FOUND;
    }

    /** Ignoring the case of letters. */
    private static boolean startsWith(byte[] bytes, int at, int to, byte[] text) {
        if (to - at < text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (lower(bytes[at + i]) != lower(text[i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
    }
}

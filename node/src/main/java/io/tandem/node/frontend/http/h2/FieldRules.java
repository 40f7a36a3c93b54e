// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.tandem.node.frontend.http.Ascii;

/** What HTTP/2 lets a field be (RFC 9113 section 8.2). */
public final class FieldRules {
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] CONNECTION = Ascii.bytes("connection");
    private static final byte[] KEEP_ALIVE = Ascii.bytes("keep-alive");
    private static final byte[] PROXY_CONNECTION = Ascii.bytes("proxy-connection");
    private static final byte[] TRANSFER_ENCODING = Ascii.bytes("transfer-encoding");

    private FieldRules() {}

    static boolean isNameByte(byte b) {
        return b != 0 && Ascii.token(b) == b; // a token without capitals
    }

    /** Whether that is a field name as HTTP/2 has it. */
    public static boolean isName(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!isNameByte(bytes[i])) {
                return false;
            }
        }
        return start < end;
    }

    /** Whether that is a value that HTTP/1 could not take for the end of its line. */
    public static boolean isValue(byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (b == 0 || b == '\r' || b == '\n') {
                return false;
            }
        }
        return true;
    }

    /** Whether a field belongs to HTTP/1's connection (section 8.2.2). */
    public static boolean isOfHop(byte[] bytes, int start, int end) {
        return switch (end - start) {
            case 7 -> is(bytes, start, end, UPGRADE);
            case 10 -> is(bytes, start, end, CONNECTION) || is(bytes, start, end, KEEP_ALIVE);
            case 16 -> is(bytes, start, end, PROXY_CONNECTION);
            case 17 -> is(bytes, start, end, TRANSFER_ENCODING);
            default -> false;
        };
    }

    /** Whether those bytes are exactly {@code text}. */
    public static boolean is(byte[] bytes, int start, int end, byte[] text) {
        if (end - start != text.length) {
            return false;
        }
        for (int i = 0; i < text.length; i++) {
            if (bytes[start + i] != text[i]) {
                return false;
            }
        }
        return true;
    }
}

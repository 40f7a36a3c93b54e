// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Ascii;

/**
 * Encodes header fields (RFC 7541) without state: what the static table has is named by its index, the rest is literal and
 * never indexed, and Huffman's code is left out. It costs a few bytes more than a dynamic table would spare, and no look-up.
 */
public final class HpackEncoder {
    private static final int STATUS_NAME = StaticTable.STATUS_200;

    private static final byte[] PROTOCOL = Ascii.bytes(":protocol");

    private HpackEncoder() {}

    /** {@code :status}. */
    public static void status(ByteBuf out, int status) {
        int index =
                switch (status) {
                    case 200 -> 8;
                    case 204 -> 9;
                    case 206 -> 10;
                    case 304 -> 11;
                    case 400 -> 12;
                    case 404 -> 13;
                    case 500 -> 14;
                    default -> 0;
                };
        if (index > 0) {
            out.writeByte(0x80 | index);
        } else {
            out.writeByte(STATUS_NAME);
            out.writeByte(3);
            out.writeByte('0' + status / 100).writeByte('0' + status / 10 % 10).writeByte('0' + status % 10);
        }
    }

    /** {@code :method}. */
    public static void method(ByteBuf out, byte[] bytes, int start, int end) {
        int index = FieldRules.is(bytes, start, end, StaticTable.value(StaticTable.METHOD_GET))
                ? StaticTable.METHOD_GET
                : FieldRules.is(bytes, start, end, StaticTable.value(StaticTable.METHOD_POST))
                        ? StaticTable.METHOD_POST
                        : 0;
        pseudo(out, StaticTable.METHOD_GET, index, bytes, start, end);
    }

    /** {@code :scheme}. */
    public static void scheme(ByteBuf out, boolean secure) {
        out.writeByte(0x80 | (secure ? StaticTable.SCHEME_HTTPS : StaticTable.SCHEME_HTTP));
    }

    /** {@code :authority}. */
    public static void authority(ByteBuf out, byte[] bytes, int start, int end) {
        pseudo(out, StaticTable.AUTHORITY, 0, bytes, start, end);
    }

    /** {@code :path}. */
    public static void path(ByteBuf out, byte[] bytes, int start, int end) {
        int index = end - start == 1 && bytes[start] == '/' ? StaticTable.PATH : 0;
        pseudo(out, StaticTable.PATH, index, bytes, start, end);
    }

    /** {@code :protocol} (RFC 8441). */
    public static void protocol(ByteBuf out, byte[] bytes, int start, int end) {
        number(out, 0, 4, 0);
        string(out, PROTOCOL, 0, PROTOCOL.length);
        string(out, bytes, start, end);
    }

    private static void pseudo(ByteBuf out, int name, int whole, byte[] bytes, int start, int end) {
        if (whole > 0) {
            out.writeByte(0x80 | whole);
        } else {
            number(out, 0, 4, name);
            string(out, bytes, start, end);
        }
    }

    /** A field as it lies in {@code bytes}; its name goes out in lower case. */
    public static void field(ByteBuf out, byte[] bytes, int nameStart, int nameEnd, int valueStart, int valueEnd) {
        int index = StaticTable.find(bytes, nameStart, nameEnd);
        number(out, 0, 4, index);
        if (index == 0) {
            number(out, 0, 7, nameEnd - nameStart);
            int at = out.writerIndex();
            out.writeBytes(bytes, nameStart, nameEnd - nameStart);
            for (int i = nameStart; i < nameEnd; i++) {
                byte b = bytes[i];
                if (b >= 'A' && b <= 'Z') {
                    out.setByte(at + i - nameStart, Ascii.toLower(b));
                }
            }
        }
        string(out, bytes, valueStart, valueEnd);
    }

    private static void string(ByteBuf out, byte[] bytes, int start, int end) {
        number(out, 0, 7, end - start);
        out.writeBytes(bytes, start, end - start);
    }

    /** An integer with that many bits in its first byte (section 5.1). */
    static void number(ByteBuf out, int first, int bits, int value) {
        int mask = (1 << bits) - 1;
        if (value < mask) {
            out.writeByte(first | value);
            return;
        }
        out.writeByte(first | mask);
        int rest = value - mask;
        while (rest >= 0x80) {
            out.writeByte(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}

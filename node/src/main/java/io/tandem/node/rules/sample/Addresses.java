// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import org.jspecify.annotations.Nullable;

/** Addresses as text, to and fro, without looking any name up. */
public final class Addresses {
    private Addresses() {}

    /** Four decimal numbers; null where it is something else. */
    public static @Nullable Long parseIpv4(String text) {
        byte[] bytes = Text.bytes(text);
        long address = parseIpv4(bytes, 0, bytes.length);
        return address < 0 ? null : address;
    }

    /** As inet_aton(3) reads it, fewer numbers filling up from the right: {@code 10.1} is 10.0.0.1. Null where it is none. */
    public static @Nullable Long parseShortIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length > 4) {
            return null;
        }
        long address = 0;
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].matches("[0-9]{1,10}")) {
                return null;
            }
            long part = Long.parseLong(parts[i]);
            int bits = i == parts.length - 1 ? 32 - 8 * i : 8;
            if (part >> bits != 0) {
                return null;
            }
            address = (address << bits) | part;
        }
        return address;
    }

    /** As {@link #parseIpv4(String)} in a slice; -1 where it is none. Strictly four numbers. */
    public static long parseIpv4(byte[] bytes, int start, int end) {
        long address = 0;
        int parts = 0;
        int at = start;
        while (at < end) {
            int number = 0;
            int digits = 0;
            while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && digits < 4) {
                number = number * 10 + bytes[at++] - '0';
                digits++;
            }
            if (digits == 0 || digits > 3 || number > 255) {
                return -1;
            }
            address = address << 8 | number;
            parts++;
            if (at == end) {
                return parts == 4 ? address : -1;
            }
            if (bytes[at++] != '.' || parts == 4) {
                return -1;
            }
        }
        return -1;
    }

    /** Sixteen bytes, or null where it is none. */
    public static byte @Nullable [] parseIpv6(String text) {
        byte[] bytes = Text.bytes(text);
        byte[] address = new byte[16];
        return parseIpv6(bytes, 0, bytes.length, address, 0) ? address : null;
    }

    /** Writes sixteen bytes at {@code to}; false where the slice is no address (RFC 4291 section 2.2). */
    public static boolean parseIpv6(byte[] bytes, int start, int end, byte[] out, int to) {
        int at = start;
        int written = 0;
        int gap = -1;
        if (end - at >= 2 && bytes[at] == ':' && bytes[at + 1] == ':') {
            gap = 0;
            at += 2;
        }
        while (at < end) {
            int group = at;
            int value = 0;
            while (at < end && digit(bytes[at]) >= 0 && at - group < 5) {
                value = value << 4 | digit(bytes[at++]);
            }
            if (at < end && bytes[at] == '.') {
                long ipv4 = parseIpv4(bytes, group, end);
                if (ipv4 < 0 || written > 12) {
                    return false;
                }
                for (int shift = 24; shift >= 0; shift -= 8) {
                    out[to + written++] = (byte) (ipv4 >> shift);
                }
                at = end;
                break;
            }
            if (at == group || at - group > 4 || written > 14) {
                return false;
            }
            out[to + written++] = (byte) (value >> 8);
            out[to + written++] = (byte) value;
            if (at < end) {
                if (bytes[at++] != ':' || at == end) {
                    return false;
                }
                if (bytes[at] == ':') {
                    if (gap >= 0) {
                        return false;
                    }
                    gap = written;
                    at++;
                }
            }
        }
        if (gap < 0) {
            return written == 16;
        }
        if (written == 16) {
            return false;
        }
        int tail = written - gap;
        System.arraycopy(out, to + gap, out, to + 16 - tail, tail);
        java.util.Arrays.fill(out, to + gap, to + 16 - tail, (byte) 0);
        return true;
    }

    private static int digit(byte b) {
        return Character.digit(b, 16);
    }

    /** A prefix length 0..32 or a dotted mask, as a mask; null where it is neither. */
    public static @Nullable Long parseMask4(String text) {
        if (text.indexOf('.') >= 0) {
            return parseIpv4(text);
        }
        int bits = Text.smallNumber(text, 32);
        return bits < 0 ? null : mask4(bits);
    }

    /** The mask of a prefix length 0..32. */
    public static long mask4(int bits) {
        return bits == 0 ? 0 : 0xFFFFFFFFL << (32 - bits) & 0xFFFFFFFFL;
    }

    /** A prefix length 0..128 or a mask in address form, as sixteen bytes; null where it is neither. */
    public static byte @Nullable [] parseMask6(String text) {
        if (text.indexOf(':') >= 0) {
            return parseIpv6(text);
        }
        int bits = Text.smallNumber(text, 128);
        return bits < 0 ? null : mask6(bits);
    }

    /** The mask of a prefix length 0..128. */
    public static byte[] mask6(int bits) {
        byte[] mask = new byte[16];
        for (int i = 0; i < 16; i++) {
            int inByte = Math.max(0, Math.min(8, bits - i * 8));
            mask[i] = (byte) (0xFF << (8 - inByte));
        }
        return mask;
    }

    /** Writes dotted decimals at {@code to}, at most 15 bytes; answers their end. */
    public static int writeIpv4(long address, byte[] out, int to) {
        int at = to;
        for (int shift = 24; shift >= 0; shift -= 8) {
            int part = (int) (address >> shift) & 0xFF;
            if (part >= 100) {
                out[at++] = (byte) ('0' + part / 100);
            }
            if (part >= 10) {
                out[at++] = (byte) ('0' + part / 10 % 10);
            }
            out[at++] = (byte) ('0' + part % 10);
            if (shift > 0) {
                out[at++] = '.';
            }
        }
        return at;
    }

    /** Writes the canonical text (RFC 5952) of sixteen bytes at {@code to}, at most 45 bytes; answers its end. */
    public static int writeIpv6(byte[] address, int start, byte[] out, int to) {
        int at = to;
        if (isMapped(address, start)) {
            for (char c : new char[] {':', ':', 'f', 'f', 'f', 'f', ':'}) {
                out[at++] = (byte) c;
            }
            return writeIpv4(Text.int32(address, start + 12), out, at);
        }
        int gap = -1;
        int gapLength = 1;
        for (int i = 0; i < 8; i++) {
            int zeros = 0;
            while (i + zeros < 8 && group(address, start, i + zeros) == 0) {
                zeros++;
            }
            if (zeros > gapLength) {
                gap = i;
                gapLength = zeros;
            }
            i += zeros;
        }
        for (int i = 0; i < 8; i++) {
            if (i == gap) {
                out[at++] = ':';
                out[at++] = ':';
                i += gapLength - 1;
                continue;
            }
            if (i > 0 && (gap < 0 || i != gap + gapLength)) {
                out[at++] = ':';
            }
            at = hex(group(address, start, i), out, at);
        }
        return at;
    }

    private static boolean isMapped(byte[] address, int start) {
        for (int i = 0; i < 5; i++) {
            if (group(address, start, i) != 0) {
                return false;
            }
        }
        return group(address, start, 5) == 0xFFFF;
    }

    private static int group(byte[] address, int start, int index) {
        return ((address[start + index * 2] & 0xFF) << 8) | (address[start + index * 2 + 1] & 0xFF);
    }

    private static int hex(int value, byte[] out, int to) {
        int at = to;
        for (int shift = 12; shift >= 0; shift -= 4) {
            if (value >> shift != 0 || shift == 0) {
                out[at++] = (byte) Character.forDigit(value >> shift & 0xF, 16);
            }
        }
        return at;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** Base64 and its form for URLs (RFC 4648 sections 4 and 5), from a slice into scratch bytes. */
final class Base64Text {
    private static final byte[] PLAIN = Text.bytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    private static final byte[] URL = Text.bytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    private static final int PAD = 64;
    private static final byte[] PLAIN_VALUES = values(PLAIN);
    private static final byte[] URL_VALUES = values(URL);

    private Base64Text() {}

    private static byte[] values(byte[] alphabet) {
        byte[] values = new byte[256];
        java.util.Arrays.fill(values, (byte) -1);
        for (int i = 0; i < alphabet.length; i++) {
            values[alphabet[i]] = (byte) i;
        }
        values['='] = PAD;
        return values;
    }

    /** Encodes in place, with padding; false where it does not fit. */
    static boolean encode(Scratch scratch, Sample in) {
        return encode(scratch, in, PLAIN, true);
    }

    /** Encodes in place in the alphabet for URLs, without padding; false where it does not fit. */
    static boolean encodeForUrl(Scratch scratch, Sample in) {
        return encode(scratch, in, URL, false);
    }

    private static boolean encode(Scratch scratch, Sample in, byte[] alphabet, boolean pads) {
        int whole = (in.length() + 2) / 3 * 4;
        if (scratch.room() <= whole) {
            return false;
        }
        int from = scratch.claim(whole);
        byte[] out = scratch.bytes();
        int to = from;
        for (int at = in.start; at < in.end; at += 3) {
            int left = in.end - at;
            int bits = (in.bytes[at] & 0xFF) << 16
                    | (left > 1 ? (in.bytes[at + 1] & 0xFF) << 8 : 0)
                    | (left > 2 ? in.bytes[at + 2] & 0xFF : 0);
            out[to++] = alphabet[bits >> 18];
            out[to++] = alphabet[bits >> 12 & 63];
            if (left > 1 || pads) {
                out[to++] = left > 1 ? alphabet[bits >> 6 & 63] : (byte) '=';
            }
            if (left > 2 || pads) {
                out[to++] = left > 2 ? alphabet[bits & 63] : (byte) '=';
            }
        }
        in.set(SampleType.STRING, out, from, to);
        return true;
    }

    /** Decodes in place: whole groups of four, at most three of them padding; false where it is no such text. */
    static boolean decode(Scratch scratch, Sample in) {
        int length = in.length();
        if (length % 4 != 0 || scratch.room() < length / 4 * 3) {
            return false;
        }
        int from = scratch.position();
        byte[] out = scratch.bytes();
        int to = from;
        for (int at = in.start; at < in.end; at += 4) {
            int bits = 0;
            int pads = 0;
            for (int i = 0; i < 4; i++) {
                int value = PLAIN_VALUES[in.bytes[at + i] & 0xFF];
                if (value < 0 || (pads > 0 && value != PAD)) {
                    return false;
                }
                pads += value == PAD ? 1 : 0;
                bits = bits << 6 | (value & 63);
            }
            if (pads == 4) {
                return false;
            }
            for (int i = 0; i < 3 - pads; i++) {
                out[to++] = (byte) (bits >> (16 - 8 * i));
            }
        }
        scratch.claim(to - from);
        in.set(SampleType.BINARY, out, from, to);
        return true;
    }

    /**
     * Decodes in place the alphabet for URLs; false where it is no such text. Padding has no place there, and HAProxy reads an
     * equals sign as if it were the last character of the alphabet: so does this, or a token would be valid here that is not
     * there.
     */
    static boolean decodeForUrl(Scratch scratch, Sample in) {
        int length = in.length();
        if (length % 4 == 1 || scratch.room() < length / 4 * 3 + 2) {
            return false;
        }
        int from = scratch.position();
        byte[] out = scratch.bytes();
        int to = from;
        int bits = 0;
        int count = 0;
        for (int at = in.start; at < in.end; at++) {
            int value = URL_VALUES[in.bytes[at] & 0xFF];
            if (value < 0) {
                return false;
            }
            bits = bits << 6 | (value == PAD ? 63 : value);
            count += 6;
            if (count >= 8) {
                count -= 8;
                out[to++] = (byte) (bits >> count);
            }
        }
        scratch.claim(to - from);
        in.set(SampleType.BINARY, out, from, to);
        return true;
    }
}

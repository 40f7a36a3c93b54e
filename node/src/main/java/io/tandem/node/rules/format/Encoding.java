// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.rules.sample.Output;

/** How text from clients is written where somebody reads it line by line (HAProxy manual 8.6). */
final class Encoding {
    /** Control characters, but for the tab. */
    private static final int CONTROL = 1;
    /** The tab, and what is not ASCII. */
    private static final int FOREIGN = 2;
    /** What delimits fields: the number sign and the quote. */
    private static final int DELIMITER = 4;
    /** What delimits captured values: braces and the bar. */
    private static final int BRACES = 8;
    /** What {@code +E} puts a backslash in front of. */
    private static final int ESCAPED = 16;

    private static final byte[] KINDS = kinds();

    private Encoding() {}

    private static byte[] kinds() {
        byte[] kinds = new byte[256];
        for (int b = 0; b < kinds.length; b++) {
            kinds[b] = (byte) (b < ' ' || b == 127 ? CONTROL : b > 127 ? FOREIGN : 0);
        }
        kinds['\t'] = FOREIGN;
        for (char c : "#\"".toCharArray()) {
            kinds[c] |= DELIMITER;
        }
        for (char c : "{|}".toCharArray()) {
            kinds[c] |= BRACES;
        }
        for (char c : "\"\\]".toCharArray()) {
            kinds[c] |= ESCAPED;
        }
        return kinds;
    }

    /**
     * Text as it is, but for control characters: {@code %XX} in values, {@code #XX} in logs. HAProxy leaves them in logs, where
     * a line feed would let a client write lines of its own.
     */
    static void text(Output out, byte[] bytes, int start, int end, Flags flags, boolean quote, Format.Style style) {
        if (quote) {
            out.append('"');
        }
        write(
                out,
                bytes,
                start,
                end,
                style == Format.Style.BYTES ? 0 : CONTROL,
                flags.escape() ? ESCAPED : 0,
                style == Format.Style.LOG ? '#' : '%');
        if (quote) {
            out.append('"');
        }
    }

    /** Text with everything but printable ASCII as {@code #XX}, the number sign and the quote too. */
    static void line(Output out, byte[] bytes, int start, int end, Flags flags) {
        if (flags.quote()) {
            out.append('"');
        }
        bare(out, bytes, start, end, flags);
        if (flags.quote()) {
            out.append('"');
        }
    }

    /** The same without quotes, whatever the flags say. */
    static void bare(Output out, byte[] bytes, int start, int end, Flags flags) {
        write(out, bytes, start, end, CONTROL | FOREIGN | DELIMITER, flags.escape() ? ESCAPED : 0, '#');
    }

    /** A captured value, without quotes: braces and bars as {@code #XX}, too. */
    static void captured(Output out, byte[] value, Flags flags) {
        int encoded = CONTROL | FOREIGN | DELIMITER | BRACES;
        write(out, value, 0, value.length, encoded, flags.escape() ? ESCAPED : 0, '#');
    }

    /** What is to be encoded is not escaped. */
    private static void write(Output out, byte[] bytes, int start, int end, int encoded, int escaped, char mark) {
        int special = encoded | escaped;
        int from = start;
        for (int i = start; i < end; i++) {
            int kind = KINDS[bytes[i] & 0xFF];
            if ((kind & special) != 0) {
                out.append(bytes, from, i);
                from = i + 1;
                if ((kind & encoded) != 0) {
                    out.append(mark);
                    out.appendHex(bytes[i] & 0xFF, 2);
                } else {
                    out.append('\\');
                    out.append((char) bytes[i]);
                }
            }
        }
        out.append(bytes, from, end);
    }
}

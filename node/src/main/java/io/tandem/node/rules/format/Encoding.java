// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.rules.sample.Output;

/** How text from clients is written where somebody reads it line by line (HAProxy manual 8.6). */
final class Encoding {
    private Encoding() {}

    /** Text as it is, but for control characters: {@code %XX} in values, {@code #XX} in logs; there quoted if asked for. */
    static void text(Output out, byte[] bytes, int start, int end, Flags flags, Format.Style style) {
        boolean log = style == Format.Style.LOG;
        if (log && flags.quote()) {
            out.append('"');
        }
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (flags.escape() && (b == '"' || b == '\\' || b == ']')) {
                out.append('\\');
                out.append((char) b);
            } else if (style != Format.Style.BYTES && b >= 0 && (b < ' ' || b == 127) && b != '\t') {
                // HAProxy leaves them in logs; a line feed would let a client write log lines of its own.
                out.append(log ? '#' : '%');
                out.appendHex(b, 2);
            } else {
                out.append((char) (b & 0xFF));
            }
        }
        if (log && flags.quote()) {
            out.append('"');
        }
    }

    /** Text with everything but printable ASCII as {@code #XX}, the number sign and the quote too. */
    static void line(Output out, byte[] bytes, int start, int end, Flags flags, boolean header) {
        if (flags.quote()) {
            out.append('"');
        }
        for (int i = start; i < end; i++) {
            byte b = bytes[i];
            if (flags.escape()) {
                escaped(out, b);
            } else if (b < ' ' || b == 127 || b == '#' || b == '"' || (header && (b == '{' || b == '|' || b == '}'))) {
                encoded(out, b);
            } else {
                out.append((char) b);
            }
        }
        if (flags.quote()) {
            out.append('"');
        }
    }

    private static void escaped(Output out, byte b) {
        if (b == '"' || b == '\\' || b == ']') {
            out.append('\\');
            out.append((char) b);
        } else if (b < ' ' || b == 127) {
            encoded(out, b);
        } else {
            out.append((char) b);
        }
    }

    private static void encoded(Output out, byte b) {
        out.append('#');
        out.appendHex(b & 0xFF, 2);
    }
}

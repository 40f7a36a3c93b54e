// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import java.nio.charset.StandardCharsets;

/**
 * haproxy.cfg is bytes, not characters: {@code \xE9} is one byte, and a header value reaches the wire as it was written.
 * All its texts are therefore strings whose characters are bytes (ISO 8859-1); this is the way to Unicode and back, for
 * file names and for people.
 */
public final class Bytes {
    private Bytes() {}

    /** The Unicode text whose UTF-8 encoding {@code bytes} holds. */
    public static String toUnicode(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The UTF-8 encoding of {@code text}, one byte a character. */
    public static String fromUnicode(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Heads of HTTP/1.1 messages on blocking streams. */
final class Heads {
    private static final int MOST_BYTES = 16_384;

    private Heads() {}

    /** Reads up to and with the empty line; the head. */
    static String skip(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < MOST_BYTES) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("in a head: " + head);
            }
            head.append((char) b);
            if (b == '\n' && head.length() >= 4 && head.charAt(head.length() - 3) == '\n') {
                return head.toString();
            }
        }
        throw new IOException("a head without an end");
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

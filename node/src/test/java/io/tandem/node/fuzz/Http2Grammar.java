// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.fuzz;

import io.tandem.node.differential.Http2Text;
import java.util.Random;

/** Conversations in HTTP/2's frames that are mostly good: of either side, as frames have no direction. */
public final class Http2Grammar {
    private static final String[] WORDS = {
        "\0",
        "\1",
        "\4",
        "\5",
        "\10",
        "\11",
        "\40",
        "\0\0\0",
        "\0\0\0\1",
        "\0\0\0\3",
        "\u00ff\u00ff\u00ff\u00ff",
        "\177\u00ff\u00ff\u00ff",
        "\200\0\0\1",
        "\0\0\0\0\1\0\0\0\1",
        "\0\0\0\4\0\0\0\0\0",
        "\0\0\4\10\0\0\0\0\0\0\0\0\0",
        "\0\100\1",
        "\u0082",
        "\u00be",
        "\77\u00e1\37"
    };

    /** Bytes that mean something here and there. */
    public static String[] words() {
        return WORDS.clone();
    }

    private static final String[] BLOCKS = {
        "\u0082\u0086\u0084",
        "\u0082\u0086\u0084\1\1a",
        "\u0088",
        "\u0082\100\1a\1b",
        "\0\1a\1b\u00be",
        "\u00be",
        "\u0090\u00bf",
        "\100\1x\12" + "0123456789",
        ""
    };
    private static final String[] SETTING = {
        "\0\1\0\0\20\0",
        "\0\2\0\0\0\0",
        "\0\2\0\0\0\2",
        "\0\3\0\0\0\144",
        "\0\4\0\0\0\0",
        "\0\4\0\1\0\0",
        "\0\4\177\u00ff\u00ff\u00ff",
        "\0\4\u00ff\u00ff\u00ff\u00ff",
        "\0\5\0\0\100\0",
        "\0\5\0\0\77\u00ff",
        "\0\10\0\0\0\1",
        "\0\11\0\0\0\1"
    };

    private Http2Grammar() {}

    /** What one side sends from its settings on. */
    public static String conversation(Random random) {
        StringBuilder out = new StringBuilder(random.nextInt(20) == 0 ? "" : settings(random, 0));
        int next = 1;
        for (int i = random.nextInt(10); i >= 0; i--) {
            boolean opens = random.nextInt(3) == 0 || next == 1;
            if (opens) {
                out.append(headers(random, next));
                next += 2;
            } else {
                out.append(frame(random, 1 + 2 * random.nextInt((next + 1) / 2)));
            }
        }
        return out.toString();
    }

    /** A frame for a stream that is mostly there. */
    private static String frame(Random random, int id) {
        return switch (random.nextInt(14)) {
            case 0, 1 -> data(random, id);
            case 2 -> headers(random, id);
            case 3 -> Http2Text.frame(3, random.nextInt(256), id, "\0\0\0\10");
            case 4 -> settings(random, random.nextInt(5) == 0 ? 1 : 0);
            case 5 -> Http2Text.frame(6, random.nextInt(2), 0, "12345678");
            case 6 -> Http2Text.frame(8, 0, random.nextBoolean() ? id : 0, "\0\0\1\0");
            case 7 -> Http2Text.frame(8, 0, random.nextBoolean() ? id : 0, "\177\u00ff\0\0");
            case 8 -> Http2Text.frame(2, 0, id, "\0\0\0" + (char) random.nextInt(8) + "\7");
            case 9 -> Http2Text.frame(7, 0, 0, "\0\0\0\1\0\0\0\2bye");
            case 10 -> Http2Text.frame(random.nextInt(256), random.nextInt(256), id, "x".repeat(random.nextInt(9)));
            case 11 -> Http2Text.frame(9, 4, id, "\u0082");
            default -> data(random, id);
        };
    }

    private static String settings(Random random, int flags) {
        StringBuilder out = new StringBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            out.append(Fuzz.oneOf(random, SETTING));
        }
        return Http2Text.frame(4, flags, 0, out.toString());
    }

    private static String data(Random random, int id) {
        String content = "abcdefghij".repeat(1 + random.nextInt(4)).substring(random.nextInt(10));
        int flags = random.nextInt(4) == 0 ? 1 : 0;
        if (random.nextInt(3) > 0) {
            return Http2Text.frame(0, flags, id, random.nextInt(8) == 0 ? "" : content);
        }
        int padding = random.nextInt(12);
        return Http2Text.frame(
                0, flags | 8, id, (char) padding + content + "\0".repeat(random.nextInt(8) == 0 ? 0 : padding));
    }

    /** A block in one frame or several, with and without padding and priority. */
    private static String headers(Random random, int id) {
        StringBuilder block = new StringBuilder(Fuzz.oneOf(random, BLOCKS));
        while (random.nextInt(3) == 0) {
            block.append(Fuzz.oneOf(random, BLOCKS));
        }
        int first = random.nextInt(3) == 0 ? random.nextInt(block.length() + 1) : block.length();
        boolean whole = first == block.length() && random.nextInt(8) > 0;
        int padding = random.nextInt(4) == 0 ? random.nextInt(6) : -1;
        boolean priority = random.nextInt(4) == 0;
        String payload = (padding >= 0 ? String.valueOf((char) padding) : "")
                + (priority ? "\0\0\0" + (char) random.nextInt(8) + "\7" : "")
                + block.substring(0, first)
                + "\0".repeat(Math.max(0, padding));
        int flags = (random.nextInt(3) == 0 ? 1 : 0) | (whole ? 4 : 0) | (padding >= 0 ? 8 : 0) | (priority ? 0x20 : 0);
        StringBuilder out = new StringBuilder(Http2Text.frame(1, flags, id, payload));
        while (!whole) {
            int next = Math.min(block.length(), first + random.nextInt(6));
            whole = next == block.length();
            out.append(Http2Text.frame(9, whole ? 4 : 0, id, block.substring(first, next)));
            first = next;
        }
        return out.toString();
    }
}

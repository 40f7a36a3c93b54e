// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requests and responses as tables write them. */
final class Message {
    private static final Pattern SPECIAL = Pattern.compile("\\\\(x[0-9a-fA-F]{2}|[rnt\\\\])|\\$\\{([^*}]*)\\*(\\d+)}");

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]{1,9})\r");

    private Message() {}

    /** Whether a response, and its body, is there; interim responses are passed over. */
    static boolean isWhole(String text, boolean isHead) {
        int head = text.indexOf("\r\n\r\n");
        if (head < 0) {
            return false;
        }
        if (text.startsWith("1", 9)) {
            return isWhole(text.substring(head + 4), isHead);
        }
        if (isHead || text.startsWith("204", 9) || text.startsWith("304", 9)) {
            return true;
        }
        Matcher length = LENGTH.matcher(text.substring(0, head + 2));
        if (length.find()) {
            return text.length() >= head + 4 + Integer.parseInt(length.group(1));
        }
        return text.substring(0, head).contains("chunked") && text.endsWith("\r\n0\r\n\r\n");
    }

    /** The bytes of a block that is no message: its lines one behind the other, with the same escapes. */
    static String bytes(String block) {
        return unescaped(block.replace("\n", ""));
    }

    /**
     * The bytes of a message, one a character: a line end is CR LF in the head, LF in the body, and none at the end of the
     * body. {@code \xNN}, {@code \r}, {@code \n}, {@code \t} and {@code \\} mean what they mean in C; {@code ${ab*500}}
     * repeats. {@code Content-Length: auto} becomes the length of the body.
     */
    static String of(String block) {
        int empty = block.startsWith("\n") ? 0 : block.indexOf("\n\n");
        String head = empty < 0 ? block : block.substring(0, empty + 1);
        String body = empty < 0 ? "" : block.substring(empty + 2);
        String bytes = unescaped(body.endsWith("\n") ? body.substring(0, body.length() - 1) : body);
        return unescaped(head.replace("\n", "\r\n")).replace("ength: auto\r", "ength: " + bytes.length() + "\r")
                + "\r\n" + bytes;
    }

    private static String unescaped(String text) {
        Matcher matcher = SPECIAL.matcher(text);
        StringBuilder bytes = new StringBuilder();
        int from = 0;
        while (matcher.find()) {
            bytes.append(text, from, matcher.start()).append(meaning(matcher));
            from = matcher.end();
        }
        return bytes.append(text, from, text.length()).toString();
    }

    private static String meaning(Matcher matcher) {
        String escape = matcher.group(1);
        if (escape == null) {
            return unescaped(matcher.group(2)).repeat(Integer.parseInt(matcher.group(3)));
        }
        return switch (escape.charAt(0)) {
            case 'r' -> "\r";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'x' -> String.valueOf((char) Integer.parseInt(escape.substring(1), 16));
            default -> escape;
        };
    }
}

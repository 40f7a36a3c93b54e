// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

/** The line and the caret that HAProxy prints below a complaint, at most 80 columns wide. */
final class ErrorLine {
    private static final int WIDTH = 80;
    private static final int CARET = WIDTH / 2;
    private static final String DOTS = "...";

    private ErrorLine() {}

    /** The line without its indentation and a caret below the character at index {@code position}; a far one moves to the middle. */
    static String show(String indented, int position) {
        String line = indented.stripLeading();
        int at = Math.max(0, position - (indented.length() - line.length()));
        String shown;
        int caret = at;
        if (at < WIDTH) {
            shown = line.substring(0, Math.min(WIDTH, line.length()));
        } else {
            caret = CARET;
            int from = at - CARET + DOTS.length();
            int to = Math.min(line.length(), from + WIDTH - 2 * DOTS.length());
            shown = DOTS + line.substring(from, to) + DOTS;
        }
        return "  " + printable(shown) + "\n  " + " ".repeat(caret) + "^";
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(c >= '\t' && c <= '\r' ? ' ' : c < ' ' || c > '~' ? '?' : c);
        }
        return out.toString();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.mail;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * One alert as HAProxy writes it.
 *
 * @param helo the name we introduce ourselves by
 * @param text one line
 */
record Mail(String helo, String from, String to, String text, ZonedDateTime date) {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss xx (zzz)", Locale.ENGLISH);

    /** What a server or a file says cannot begin a line of ours. */
    Mail {
        text = oneLine(text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
        helo = oneLine(helo);
        from = oneLine(from);
        to = oneLine(to);
    }

    /** {@code text} with blanks for what would end a line, or move a terminal's cursor. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text);
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < ' ' || line.charAt(i) == 127) {
                line.setCharAt(i, ' ');
            }
        }
        return line.toString();
    }

    /** Headers and body, with the dot at its end. */
    String content() {
        return "From: " + from + "\r\nTo: " + to + "\r\nDate: " + DATE.format(date) + "\r\nSubject: [HAProxy Alert] "
                + text + "\r\n\r\n" + (text.startsWith(".") ? "." : "") + text + "\r\n\r\n.\r\n";
    }
}

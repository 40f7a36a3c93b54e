// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import org.jspecify.annotations.Nullable;

/**
 * What an agent said: words in any order, separated by blanks, tabs or commas, up to the end of the line; the last of each kind
 * counts (HAProxy manual 5.2, {@code agent-check}). Pure.
 *
 * @param weight {@code 75%}, or null
 * @param maxConnections what stands behind {@code maxconn:}, or null
 * @param admin {@code ready}, {@code drain} or {@code maint}, or null
 * @param health {@code up}, {@code down}, {@code stopped} or {@code fail}, or null
 * @param description what stands behind {@code #}, or null
 * @param unknown the first word that is none of these, or null
 */
record AgentAnswer(
        @Nullable String weight,
        @Nullable String maxConnections,
        @Nullable String admin,
        @Nullable String health,
        @Nullable String description,
        @Nullable String unknown) {
    private static final String LIMIT = "maxconn:";

    /** Where the line ends among the first {@code length} bytes; -1 where it does not. */
    static int lineEnd(byte[] answer, int length) {
        for (int i = 0; i < length; i++) {
            if (answer[i] == '\n' || answer[i] == '\r' || answer[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    static AgentAnswer parse(String line) {
        String weight = null;
        String maxConnections = null;
        String admin = null;
        String health = null;
        String description = null;
        String unknown = null;
        int at = 0;
        while (at < line.length()) {
            if (isBlank(line.charAt(at))) {
                at++;
                continue;
            }
            if (line.charAt(at) == '#') {
                description = line.substring(at + 1).strip();
                break;
            }
            int end = at;
            while (end < line.length() && !isBlank(line.charAt(end))) {
                end++;
            }
            String word = line.substring(at, end);
            at = end;
            switch (word) {
                case "ready", "drain", "maint" -> admin = word;
                case "up", "down", "stopped", "fail" -> health = word;
                default -> {
                    if (word.startsWith(LIMIT)) {
                        maxConnections = word.substring(LIMIT.length());
                    } else if (word.indexOf('%') >= 0 && word.charAt(0) >= '0' && word.charAt(0) <= '9') {
                        weight = word;
                    } else if (unknown == null) {
                        unknown = word;
                    }
                }
            }
        }
        return new AgentAnswer(weight, maxConnections, admin, health, description, unknown);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == ',';
    }
}

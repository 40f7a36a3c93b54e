// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

/**
 * What became of a case.
 *
 * @param client what the client got
 * @param server what the server got; empty where the request did not reach it
 * @param log the line
 * @param refused why {@code -c} refuses it; empty where it does not
 */
record Outcome(String client, String server, String log, String refused) {
    /** How much is shown in front of the first difference, and of all. */
    private static final int BEFORE = 60;

    private static final int MOST = 400;

    static Outcome refusal(String complaint) {
        return new Outcome("", "", "", TableConfiguration.placeless(complaint));
    }

    /** Line by line, for people: the lines that {@code other} does not have. */
    String against(Outcome other) {
        return refused.isEmpty()
                ? part("client", client, other.client)
                        + part("server", server, other.server)
                        + part("log", log, other.log)
                : "\n      refused: " + refused;
    }

    private static String part(String title, String mine, String others) {
        int same = 0;
        while (same < mine.length() && same < others.length() && mine.charAt(same) == others.charAt(same)) {
            same++;
        }
        int from = Math.max(0, same - BEFORE);
        return mine.equals(others)
                ? ""
                : "\n      " + title + ": " + (from > 0 ? "…" : "") + shown(mine.substring(from));
    }

    private static String shown(String bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length() && i < MOST; i++) {
            char c = bytes.charAt(i);
            if (c == '\r') {
                continue;
            }
            text.append(c == '\n' ? "~" : c < ' ' || c > '~' ? String.format("\\x%02x", (int) c) : String.valueOf(c));
        }
        return text.toString();
    }
}

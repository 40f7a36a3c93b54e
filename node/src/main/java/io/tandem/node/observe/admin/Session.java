// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One conversation on the admin socket: text in, text out. Knows HAProxy's line rules: commands split by {@code ;},
 * {@code \} escapes, {@code <<} begins a payload, {@code prompt} keeps the conversation open (management guide 9.3).
 *
 * <p>Pure; used by one thread.
 */
final class Session {
    /** A line longer than this ends the session: the size of HAProxy's buffer. */
    static final int MAX_LINE = 16384;

    private static final String PAYLOAD_MARK = "<<";

    private final Commands commands;
    private Level level;
    private boolean prompting;
    private boolean ended;
    private final StringBuilder pending = new StringBuilder();
    private final StringBuilder payload = new StringBuilder();
    private List<String> waitingForPayload = List.of();
    private @Nullable Feed feed;

    Session(Commands commands, Level level) {
        this.commands = commands;
        this.level = level;
    }

    /** Takes what was received; answers what to send. Ask {@link #ended} afterwards. */
    String receive(CharSequence text) {
        StringBuilder out = new StringBuilder();
        if (feed != null) { // any key to stop
            feed = null;
            out.append(prompting ? "\n> " : "\n");
            ended = !prompting;
            return out.toString();
        }
        pending.append(text);
        boolean ran = false;
        int end;
        while (!ended && feed == null && (end = pending.indexOf("\n")) >= 0) {
            String line = pending.substring(0, end);
            pending.delete(0, end + 1);
            ran |= line(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line, out);
        }
        if (pending.length() > MAX_LINE || payload.length() > MAX_LINE) {
            ended = true;
        }
        if (ran && !prompting && waitingForPayload.isEmpty() && feed == null) {
            ended = true;
        }
        return out.toString();
    }

    /** Whether the connection is to be closed once the answer is sent. */
    boolean ended() {
        return ended;
    }

    /** The answer that is still going on, or null. */
    @Nullable Feed feed() {
        return feed;
    }

    private boolean line(String line, StringBuilder out) {
        if (!waitingForPayload.isEmpty()) {
            if (!line.isEmpty()) {
                payload.append(line).append('\n');
                return false;
            }
            List<String> words = waitingForPayload;
            waitingForPayload = List.of();
            run(words, payload.toString(), out);
            payload.setLength(0);
            return true;
        }
        for (List<String> words : split(line)) {
            if (!words.isEmpty() && words.get(words.size() - 1).equals(PAYLOAD_MARK)) {
                waitingForPayload = words.subList(0, words.size() - 1);
                return false;
            }
            run(words, "", out);
            if (ended || feed != null) {
                break;
            }
        }
        return true;
    }

    private void run(List<String> words, String payloadText, StringBuilder out) {
        StringBuilder answer = new StringBuilder();
        String first = words.isEmpty() ? "" : words.get(0);
        switch (first) {
            case "quit" -> ended = true;
            case "prompt" -> prompting = !prompting;
            case "help" -> commands.help(words.subList(1, words.size()), level, answer);
            case "user", "operator" -> lower(Level.valueOf(first.toUpperCase(java.util.Locale.ROOT)), answer);
            default -> run(words, payloadText, first, answer);
        }
        if (ended) {
            return;
        }
        if (feed != null) {
            out.append(answer);
            return;
        }
        if (!answer.isEmpty() && answer.charAt(answer.length() - 1) != '\n') {
            answer.append('\n');
        }
        out.append(answer).append(prompting ? "\n> " : "\n");
    }

    private void run(List<String> words, String payloadText, String first, StringBuilder answer) {
        if (first.equals("show")
                && words.size() == 3
                && words.get(1).equals("cli")
                && words.get(2).equals("level")) {
            answer.append(level.name().toLowerCase(java.util.Locale.ROOT)).append('\n');
        } else {
            Feed begun = commands.run(words, payloadText, level, answer);
            if (begun != null && goesOn(begun, answer)) {
                feed = begun;
            }
        }
    }

    /** Appends all there is; whether there may be more one day. */
    private static boolean goesOn(Feed begun, StringBuilder answer) {
        int before;
        boolean more;
        do {
            before = answer.length();
            more = begun.read(answer);
        } while (more && answer.length() > before);
        return more;
    }

    private void lower(Level wanted, StringBuilder answer) {
        if (wanted.compareTo(level) > 0) {
            answer.append("Permission denied\n");
        } else {
            level = wanted;
        }
    }

    /** Splits a line into commands and those into words. */
    static List<List<String>> split(String line) {
        List<List<String>> all = new ArrayList<>();
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                word.append(line.charAt(++i));
            } else if (c == ';') {
                end(word, words);
                all.add(words);
                words = new ArrayList<>();
            } else if (c == ' ' || c == '\t') {
                end(word, words);
            } else {
                word.append(c);
            }
        }
        end(word, words);
        if (!words.isEmpty() || all.isEmpty()) {
            all.add(words);
        }
        return all;
    }

    private static void end(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }
}

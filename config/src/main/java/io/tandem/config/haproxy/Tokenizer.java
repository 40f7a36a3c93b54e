// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one line into words: quotes, escapes, comments, variables (manual 2.2 and 2.3).
 *
 * <p>Variables expand inside double quotes only. Each instance reads one line.
 */
final class Tokenizer {
    static final int MAX_WORDS = 64;

    /** Why a line has no words. */
    enum Mistake {
        UNMATCHED_QUOTE("unmatched quote"),
        UNMATCHED_BRACE("unmatched brace in environment variable name"),
        FORBIDDEN_FIRST_CHARACTER("forbidden first char in environment variable name"),
        INVALID_HEXADECIMAL("truncated or invalid hexadecimal sequence"),
        INVALID_LIST_EXPANSION("truncated or invalid word expansion sequence"),
        TOO_MANY_WORDS("too many words, truncating after word " + MAX_WORDS);

        final String text;

        Mistake(String text) {
            this.text = text;
        }
    }

    /**
     * What became of a line.
     *
     * @param words in their order; one more, empty, where the line ends in blanks
     * @param endsInBlank whether that last empty word is there
     * @param mistake null when all is well
     * @param at index of the mistake in the line
     */
    record Result(List<Word> words, boolean endsInBlank, @Nullable Mistake mistake, int at) {}

    private static final class Stop extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Mistake mistake;
        private final int at;

        Stop(Mistake mistake, int at) {
            super(mistake.text, null, false, false);
            this.mistake = mistake;
            this.at = at;
        }
    }

    private final String line;
    /** Where the line ends: at a carriage return, even inside quotes, unless it follows a blank and is one of them. */
    private int end;

    private final String file;
    private final int lineNumber;
    private final Function<String, @Nullable String> variables;
    private final List<Word> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private int wordStart;
    private int at;

    /** @param variables the value of a variable or, with a leading dot, of a pseudo-variable; null when there is none */
    Tokenizer(String line, String file, int lineNumber, Function<String, @Nullable String> variables) {
        this.line = line;
        end = -1;
        end = endFrom(0);
        this.file = file;
        this.lineNumber = lineNumber;
        this.variables = variables;
    }

    Result read() {
        try {
            boolean endsInBlank = readWords();
            if (words.size() > MAX_WORDS) {
                return new Result(words, endsInBlank, Mistake.TOO_MANY_WORDS, 0);
            }
            return new Result(words, endsInBlank, null, 0);
        } catch (Stop stop) {
            return new Result(List.of(), false, stop.mistake, stop.at);
        }
    }

    private boolean readWords() throws Stop {
        skipBlanks();
        if (atEnd()) {
            return false;
        }
        wordStart = at;
        while (!atEnd()) {
            char c = line.charAt(at);
            if (isBlank(c)) {
                endWord();
                skipBlanks();
                wordStart = at;
            } else if (c == '\'') {
                strongQuote();
            } else if (c == '"') {
                weakQuote();
            } else if (c == '\\') {
                escape(false);
            } else {
                word.append(c);
                at++;
            }
        }
        endWord();
        return isBlankEnd();
    }

    /** Whether the last word is the empty one that blanks at the end leave behind. */
    private boolean isBlankEnd() {
        return words.size() > 1 && words.get(words.size() - 1).text().isEmpty() && wordStart == at;
    }

    private void strongQuote() throws Stop {
        int open = at++;
        int close = line.indexOf('\'', at);
        if (close < 0 || close >= end) {
            throw new Stop(Mistake.UNMATCHED_QUOTE, open);
        }
        word.append(line, at, close);
        at = close + 1;
    }

    private void weakQuote() throws Stop {
        int open = at++;
        while (at < end && line.charAt(at) != '"') {
            char c = line.charAt(at);
            if (c == '\\') {
                escape(true);
            } else if (c == '$') {
                variable();
            } else {
                word.append(c);
                at++;
            }
        }
        if (at >= end) {
            throw new Stop(Mistake.UNMATCHED_QUOTE, open);
        }
        at++;
    }

    private void escape(boolean inQuotes) throws Stop {
        char next = at + 1 < end ? line.charAt(at + 1) : '\0';
        switch (next) {
            case ' ', '\\', '"', '\'', '#' -> literal(String.valueOf(next));
            case '$' -> literal(inQuotes ? "$" : "\\$");
            case 'n' -> literal("\n");
            case 'r' -> literal("\r");
            case 't' -> literal("\t");
            case 'x' -> hexadecimal();
            default -> {
                word.append('\\');
                at++;
            }
        }
    }

    private void literal(String text) {
        word.append(text);
        at += 2;
    }

    private void hexadecimal() throws Stop {
        int high = at + 2 < end ? Character.digit(line.charAt(at + 2), 16) : -1;
        int low = at + 3 < end ? Character.digit(line.charAt(at + 3), 16) : -1;
        if (high < 0 || low < 0) {
            throw new Stop(Mistake.INVALID_HEXADECIMAL, at);
        }
        word.append((char) (high << 4 | low));
        at += 4;
    }

    /** {@code $NAME}, <code>${NAME}</code>, <code>${NAME-default}</code>, <code>${NAME[*]}</code>, with {@code at} on the dollar. */
    private void variable() throws Stop {
        at++;
        int brace = -1;
        if (at < end && line.charAt(at) == '{') {
            brace = at++;
        }
        int start = at;
        boolean pseudo = at < end && line.charAt(at) == '.';
        if (pseudo) {
            at++;
        }
        if (at >= end || !Environment.isNameStart(line.charAt(at))) {
            throw new Stop(Mistake.FORBIDDEN_FIRST_CHARACTER, start);
        }
        at = endOfName(at);
        String name = line.substring(start, at);
        String value = variables.apply(name);
        if (pseudo && value == null) {
            throw new Stop(Mistake.FORBIDDEN_FIRST_CHARACTER, start);
        }
        boolean asList = false;
        if (brace >= 0) {
            asList = listSuffix();
            if (at < end && line.charAt(at) == '-') {
                String fallback = fallback(brace);
                value = value == null ? fallback : value;
            } else if (at >= end || line.charAt(at) != '}') {
                throw new Stop(Mistake.UNMATCHED_BRACE, brace);
            }
            at++;
        }
        if (value != null && asList) {
            appendList(value);
        } else if (value != null) {
            word.append(value);
        }
    }

    private int endOfName(int from) {
        int stop = from;
        while (stop < end && Environment.isNameCharacter(line.charAt(stop))) {
            stop++;
        }
        return stop;
    }

    private boolean listSuffix() throws Stop {
        if (at >= end || line.charAt(at) != '[') {
            return false;
        }
        if (!line.startsWith("[*]", at)) {
            throw new Stop(Mistake.INVALID_LIST_EXPANSION, at);
        }
        at += 3;
        return true;
    }

    private String fallback(int brace) throws Stop {
        int close = line.indexOf('}', at);
        if (close < 0 || close >= end) {
            throw new Stop(Mistake.UNMATCHED_BRACE, brace);
        }
        String fallback = line.substring(at + 1, close);
        at = close;
        return fallback;
    }

    /** Every run of blanks in a list value ends the current word. */
    private void appendList(String value) {
        boolean inBlanks = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean blank = isBlank(c);
            if (blank && !inBlanks) {
                endWord();
                wordStart = at;
            } else if (!blank) {
                word.append(c);
            }
            inBlanks = blank;
        }
    }

    private void endWord() {
        int nul = word.indexOf("\0");
        String text = nul < 0 ? word.toString() : word.substring(0, nul);
        words.add(new Word(text, new Origin(file, lineNumber, wordStart + 1)));
        word.setLength(0);
    }

    private void skipBlanks() {
        while (at < line.length() && isBlank(line.charAt(at))) {
            at++;
        }
        end = endFrom(at);
    }

    private int endFrom(int from) {
        if (end < from) { // a line can be long: what is known is not looked for again
            int carriageReturn = line.indexOf('\r', from);
            return carriageReturn < 0 ? line.length() : carriageReturn;
        }
        return end;
    }

    private boolean atEnd() {
        return at >= end || line.charAt(at) == '#';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Word;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts lines into words and words into nested statements.
 *
 * <p>A brace may stand at the end of its keyword's line, on a line of its own, or with the whole block on one line. A
 * keyword that follows an opening brace on its line belongs to the block: keepalived 2.2.7 loses it, and then sends an
 * empty password where {@code auth_type PASS} stands there.
 */
final class StatementParser {
    private static final int MAX_DEPTH = 32;

    private final Findings findings;
    private final Deque<Open> open = new ArrayDeque<>();
    private List<Word> words = new ArrayList<>();

    /** A block whose closing brace has not come yet. */
    private record Open(List<Word> header, List<Statement> body) {}

    StatementParser(Findings findings) {
        this.findings = findings;
        open.push(new Open(List.of(), new ArrayList<>()));
    }

    List<Statement> parse(List<Text> lines) {
        int missing = 0;
        for (Text line : lines) {
            for (Token token : new Tokens(line, findings).all()) {
                if (token.isBrace("{")) {
                    openBlock(token);
                } else if (token.isBrace("}")) {
                    closeBlock(token);
                } else {
                    words.add(token.word());
                }
            }
            endStatement();
        }
        while (open.size() > 1) {
            missing++;
            close();
        }
        if (missing > 0) {
            findings.broken(null, "There are " + missing + " missing '}'s or extra '{'s", null);
        }
        return open.element().body();
    }

    private void openBlock(Token brace) {
        List<Word> header = words;
        words = new ArrayList<>();
        List<Statement> siblings = open.element().body();
        boolean previousTakesIt = header.isEmpty()
                && !siblings.isEmpty()
                && siblings.get(siblings.size() - 1).block() == null;
        if (previousTakesIt) {
            header = siblings.remove(siblings.size() - 1).words();
        } else if (header.isEmpty()) {
            findings.error(brace.word().origin(), "Unexpected '{' - ignoring");
            return;
        }
        if (open.size() > MAX_DEPTH) {
            findings.fatal(brace.word().origin(), "blocks nested deeper than " + MAX_DEPTH);
            return;
        }
        open.push(new Open(header, new ArrayList<>()));
    }

    private void closeBlock(Token brace) {
        endStatement();
        if (open.size() == 1) {
            findings.error(brace.word().origin(), "Unknown keyword '}'");
        } else {
            close();
        }
    }

    private void close() {
        Open block = open.pop();
        open.element().body().add(new Statement(block.header(), block.body()));
    }

    private void endStatement() {
        if (!words.isEmpty()) {
            open.element().body().add(new Statement(words, null));
            words = new ArrayList<>();
        }
    }

    /** A word; a brace counts as one only where it was not quoted. */
    private record Token(Word word, boolean quoted) {
        boolean isBrace(String brace) {
            return !quoted && word.text().equals(brace);
        }
    }

    /** Words of a line, with keepalived's quotes and escapes. */
    private static final class Tokens {
        private final Findings findings;
        private final String text;
        private final Origin origin;
        private final List<Token> tokens = new ArrayList<>();
        private int at;

        Tokens(Text line, Findings findings) {
            this.findings = findings;
            this.text = line.text();
            this.origin = line.origin();
        }

        List<Token> all() {
            while (at < text.length()) {
                if (Character.isWhitespace(text.charAt(at))) {
                    at++;
                } else {
                    word();
                }
            }
            return tokens;
        }

        private void word() {
            StringBuilder word = new StringBuilder();
            boolean quoted = false;
            char quote = 0;
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (quote == 0 && Character.isWhitespace(c)) {
                    break;
                } else if (quote != 0 && c == '\\' && at + 1 < text.length()) {
                    escape(word);
                } else if (quote == 0 ? c == '"' || c == '\'' : c == quote) {
                    quoted = true;
                    quote = quote == 0 ? c : 0;
                } else {
                    word.append(c);
                }
            }
            if (quote != 0) {
                findings.error(origin, "Unterminated quote '" + text + "'");
            }
            add(word.toString(), quoted);
        }

        /** Braces need no blanks around them; those of {@code ${NAME}} are no block. */
        private void add(String word, boolean quoted) {
            if (quoted || word.contains("${") || word.length() == 1) {
                tokens.add(new Token(new Word(word, origin), quoted));
            } else if (word.startsWith("{") || word.startsWith("}")) {
                add(word.substring(0, 1), false);
                add(word.substring(1), false);
            } else if (word.endsWith("{") || word.endsWith("}")) {
                add(word.substring(0, word.length() - 1), false);
                add(word.substring(word.length() - 1), false);
            } else {
                tokens.add(new Token(new Word(word, origin), false));
            }
        }

        private void escape(StringBuilder word) {
            at++;
            char c = text.charAt(at);
            switch (c) {
                case 'a' -> word.append('\007');
                case 'b' -> word.append('\b');
                case 'E' -> word.append('\033');
                case 'f' -> word.append('\f');
                case 'n' -> word.append('\n');
                case 'r' -> word.append('\r');
                case 't' -> word.append('\t');
                case 'v' -> word.append('\013');
                default -> word.append(c);
            }
        }
    }
}

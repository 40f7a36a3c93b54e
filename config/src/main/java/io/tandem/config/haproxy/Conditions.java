// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of {@code .if}, {@code .elif} and {@code -cc} (manual 2.4): integers, predicates, {@code !}, {@code &&},
 * {@code ||} and parentheses.
 *
 * <p>The whole text must parse, also the side of {@code ||} that does not matter.
 */
public final class Conditions {
    private static final int MAX_DEPTH = 1024;

    private final Platform platform;
    private final Environment environment;

    public Conditions(Platform platform, Environment environment) {
        this.platform = platform;
        this.environment = environment;
    }

    /**
     * What a condition came to.
     *
     * @param value whether it holds; false when there is an error
     * @param error HAProxy's words for what is wrong, or null
     * @param position index of the mistake in the text
     */
    public record Outcome(boolean value, @Nullable String error, int position) {
        public boolean failed() {
            return error != null;
        }
    }

    /** Evaluates a text whose words have been resolved and joined by single spaces; an empty one is false. */
    public Outcome evaluate(String text) {
        if (text.isEmpty()) {
            return new Outcome(false, null, 0);
        }
        if (text.isBlank()) {
            return new Outcome(false, "unparsable conditional sub-expression '" + text + "'", 0);
        }
        try {
            return new Outcome(new Parser(text).whole(), null, 0);
        } catch (Unparsable e) {
            return new Outcome(false, e.text, e.at);
        }
    }

    /** Evaluates the argument of {@code -cc}, which is cut into words first, as a line of a file is. */
    public Outcome evaluateArgument(String argument) {
        Tokenizer.Result line = new Tokenizer(argument, "-cc", 1, environment::get).read();
        if (line.mistake() != null) {
            String what = line.mistake().text;
            return new Outcome(false, Character.toUpperCase(what.charAt(0)) + what.substring(1) + ".", line.at());
        }
        boolean indented = argument.startsWith(" ") || argument.startsWith("\t");
        return evaluate((indented ? " " : "") + Directives.join(line.words(), 0));
    }

    private static final class Unparsable extends Exception {
        private static final long serialVersionUID = 1L;
        private final String text;
        private final int at;

        Unparsable(String text, int at) {
            super(text, null, false, false);
            this.text = text;
            this.at = at;
        }
    }

    /** Recursive descent, evaluating on the way: predicates have no effects. */
    private final class Parser {
        private final String text;
        private int at;
        private int depth;

        Parser(String text) {
            this.text = text;
        }

        boolean whole() throws Unparsable {
            Boolean value = alternatives();
            if (value == null) {
                throw unparsable(0, at);
            }
            skipBlanks();
            if (at < text.length()) {
                throw new Unparsable(
                        "unexpected character '" + text.charAt(at) + "' at the end of conditional expression '" + text
                                + "'",
                        at);
            }
            return value;
        }

        /** Null when the text ends where a condition should stand: whoever asked knows which part to blame. */
        private @Nullable Boolean alternatives() throws Unparsable {
            boolean value = false;
            int firstOperator = -1;
            while (true) {
                Boolean next = conjunction();
                if (next == null) {
                    at = firstOperator < 0 ? at : firstOperator;
                    return null;
                }
                value |= next;
                skipBlanks();
                firstOperator = firstOperator < 0 ? at : firstOperator;
                if (!accept("||")) {
                    return value;
                }
            }
        }

        private @Nullable Boolean conjunction() throws Unparsable {
            Boolean value = term();
            if (value == null) {
                return null;
            }
            while (true) {
                skipBlanks();
                int operator = at;
                if (!accept("&&")) {
                    return value;
                }
                Boolean next = term();
                if (next == null) {
                    throw unparsable(operator, operator);
                }
                value &= next;
            }
        }

        private @Nullable Boolean term() throws Unparsable {
            int start = at;
            skipBlanks();
            if (at >= text.length()) {
                return null;
            }
            boolean negated = false;
            while (at < text.length() && text.charAt(at) == '!') {
                negated = !negated;
                at++;
                skipBlanks();
            }
            if (at < text.length() && text.charAt(at) == '(') {
                return negated ^ group(start);
            }
            Optional<Boolean> value = integer();
            if (value.isEmpty()) {
                value = predicate();
            }
            return negated ^ value.orElseThrow(() -> unparsable(start, start));
        }

        private boolean group(int start) throws Unparsable {
            if (++depth > MAX_DEPTH) {
                throw new Unparsable("unparsable conditional sub-expression '" + text.substring(start) + "'", start);
            }
            at++;
            skipBlanks();
            Boolean value = alternatives();
            if (value == null) {
                throw unparsable(start, start);
            }
            skipBlanks();
            if (at >= text.length() || text.charAt(at) != ')') {
                throw new Unparsable(
                        "expected ')' after conditional expression '" + text.substring(start) + "'", start);
            }
            at++;
            depth--;
            return value;
        }

        /** As strtol with base 0 reads it: a sign, then 0x…, 0… or decimal digits. */
        private Optional<Boolean> integer() {
            int digits = at;
            if (digits < text.length() && (text.charAt(digits) == '-' || text.charAt(digits) == '+')) {
                digits++;
            }
            int radix = 10;
            if (digits < text.length() && text.charAt(digits) == '0') {
                boolean hexadecimal = text.regionMatches(true, digits, "0x", 0, 2)
                        && digits + 2 < text.length()
                        && Character.digit(text.charAt(digits + 2), 16) >= 0;
                radix = hexadecimal ? 16 : 8;
                digits += hexadecimal ? 2 : 0;
            }
            int end = digits;
            boolean nonZero = false;
            while (end < text.length() && Character.digit(text.charAt(end), radix) >= 0) {
                nonZero |= text.charAt(end) != '0';
                end++;
            }
            if (end == digits) {
                return Optional.empty();
            }
            at = end;
            return Optional.of(nonZero);
        }

        private Optional<Boolean> predicate() throws Unparsable {
            int end = at;
            while (end < text.length() && Environment.isNameCharacter(text.charAt(end))) {
                end++;
            }
            Predicate predicate = Predicate.named(text.substring(at, end));
            char after = end < text.length() ? text.charAt(end) : ' ';
            if (predicate == null || (after != '(' && after != ' ' && after != '\t')) {
                return Optional.empty();
            }
            at = end;
            List<String> arguments = after == '(' ? arguments(predicate) : List.of();
            if (arguments.size() < predicate.required) {
                throw new Unparsable(
                        "missing arguments (got " + Math.max(1, arguments.size()) + "/" + predicate.required
                                + "), type 'string' expected in argument 1 of predicate '" + predicate.word
                                + "' used in conditional expression",
                        at);
            }
            return Optional.of(predicate.test(platform, environment, arguments));
        }

        /** The arguments between parentheses; quotes and escapes work once more here, as in any keyword's arguments. */
        private List<String> arguments(Predicate predicate) throws Unparsable {
            at++;
            List<String> arguments = new ArrayList<>();
            arguments.add(argument());
            while (arguments.size() < predicate.accepted() && at < text.length() && text.charAt(at) == ',') {
                at++;
                arguments.add(argument());
            }
            if (arguments.size() < predicate.required) {
                return arguments;
            }
            if (at >= text.length() || text.charAt(at) != ')') {
                String before = at < text.length() ? " before '" + text.substring(at) + "'" : "";
                throw new Unparsable(
                        "expected ')'" + before + " in argument 1 of predicate '" + predicate.word
                                + "' used in conditional expression",
                        at);
            }
            at++;
            return arguments;
        }

        private String argument() {
            StringBuilder out = new StringBuilder();
            char quote = '\0';
            while (at < text.length()) {
                char c = text.charAt(at);
                if (quote == '\0' && (c == ',' || c == ')')) {
                    break;
                } else if (c == quote) {
                    quote = '\0';
                } else if (quote == '\0' && (c == '"' || c == '\'')) {
                    quote = c;
                } else if (c == '\\' && quote != '\'' && at + 1 < text.length()) {
                    out.append(unescape(text.charAt(at + 1)));
                    at += "\\ \"'nrt".indexOf(text.charAt(at + 1)) >= 0 ? 1 : 0;
                } else {
                    out.append(c);
                }
                at++;
            }
            return out.toString();
        }

        private char unescape(char escaped) {
            return switch (escaped) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case ' ', '"', '\'' -> escaped;
                default -> '\\';
            };
        }

        private boolean accept(String operator) {
            skipBlanks();
            if (!text.startsWith(operator, at)) {
                return false;
            }
            at += operator.length();
            skipBlanks();
            return true;
        }

        private void skipBlanks() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        private Unparsable unparsable(int start, int position) {
            return new Unparsable("unparsable conditional expression '" + text.substring(start) + "'", position);
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.sample.Parameter.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what stands between the parentheses of a fetch or converter, with HAProxy's complaints. */
final class ArgumentText {
    private final String text;
    private int at;
    private int parsed;

    /** @param at just behind the opening parenthesis */
    ArgumentText(String text, int at) {
        this.text = text;
        this.at = at;
    }

    /** Behind the closing parenthesis. */
    int end() {
        return at;
    }

    /** The arguments of a keyword written without parentheses. */
    static Args none(List<Parameter> parameters, Site site) {
        return nothing(parameters, site);
    }

    /** No argument: an empty one where that is allowed, and all that are required are there then. */
    private static Args nothing(List<Parameter> parameters, Site site) {
        if (!parameters.isEmpty() && !parameters.get(0).optional()) {
            if (!parameters.get(0).kind().mayBeEmpty()) {
                throw nothing(parameters.get(0));
            }
            if (parameters.size() > 1 && !parameters.get(1).optional()) {
                throw missing(1, parameters);
            }
            if (parameters.get(0).kind() == Kind.STRING) {
                return new Args(List.of(""), List.of(""), site);
            }
        }
        return new Args(List.of(), List.of(), site);
    }

    /** Which argument HAProxy blames for a complaint about the list, from 1. */
    int blamed(List<Parameter> parameters) {
        return parameters.size() > 1 ? Math.min(parsed + 1, parameters.size()) : parsed + 1;
    }

    /** Reads all arguments in the order, and with the complaints, of HAProxy: each is checked before the next is looked at. */
    Args read(List<Parameter> parameters, Site site) {
        List<String> words = new ArrayList<>();
        List<@Nullable Object> values = new ArrayList<>();
        int wordStart = at;
        char stop = parameters.isEmpty() ? '(' : ',';
        while (stop == ',' && words.size() < parameters.size()) {
            StringBuilder read = new StringBuilder();
            stop = word(read);
            String word = read.toString();
            Parameter parameter = parameters.get(words.size());
            if (words.isEmpty()
                    && word.isEmpty()
                    && stop != ','
                    && !parameter.kind().mayBeEmpty()) {
                if (!parameter.optional()) {
                    throw nothing(parameter);
                }
                break;
            }
            values.add(value(parameter, word, words.size() + 1));
            words.add(word);
            parsed = words.size();
            wordStart = at - 1;
        }
        if (words.size() < parameters.size() && !parameters.get(words.size()).optional()) {
            throw missing(words.size(), parameters);
        }
        if (stop == '(') {
            stop = at < text.length() && text.charAt(at) == ')' ? text.charAt(at++) : '\0';
        }
        if (stop != ')') {
            boolean more = stop == ',' || (parameters.isEmpty() && wordStart < text.length());
            throw more
                    ? new SampleError("expected ')' before '" + text.substring(wordStart) + "'")
                    : new SampleError("expected ')'");
        }
        return new Args(words, values, site);
    }

    private static SampleError nothing(Parameter parameter) {
        return new SampleError("expected type '" + parameter.kind().wording() + "' at position 1, but got nothing");
    }

    private static SampleError missing(int got, List<Parameter> parameters) {
        int required = (int) parameters.stream().filter(p -> !p.optional()).count();
        return new SampleError("missing arguments (got " + got + "/" + required + "), type '"
                + parameters.get(got).kind().wording() + "' expected");
    }

    /** Reads one argument; answers what ended it: a comma, the parenthesis, or NUL at the end of the text. */
    private char word(StringBuilder word) {
        char quote = '\0';
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (quote != '\0') {
                if (c == quote) {
                    quote = '\0';
                } else if (c == '\\' && quote == '"' && at < text.length()) {
                    escaped(word, text.charAt(at++));
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '\\' && at < text.length()) {
                escaped(word, text.charAt(at++));
            } else if (c == ',' || c == ')') {
                return c;
            } else {
                word.append(c);
            }
        }
        return '\0';
    }

    private static void escaped(StringBuilder word, char c) {
        switch (c) {
            case 'n' -> word.append('\n');
            case 't' -> word.append('\t');
            case 'r' -> word.append('\r');
            case '\\', '"', '\'', ' ', ',', ')', '(' -> word.append(c);
            default -> word.append('\\').append(c);
        }
    }

    private static @Nullable Object value(Parameter parameter, String word, int position) {
        if (word.isEmpty() && parameter.kind() != Kind.STRING && parameter.optional()) {
            return null;
        }
        Object value =
                switch (parameter.kind()) {
                    case INTEGER -> integer(word);
                    case IPV4 -> Addresses.parseIpv4(word);
                    case IPV6 -> Addresses.parseIpv6(word);
                    case MASK4 -> Addresses.parseMask4(word);
                    case MASK6 -> Addresses.parseMask6(word);
                    case FIELD_NUMBER -> fieldNumber(word);
                    default -> word;
                };
        if (value == null) {
            throw new SampleError("failed to parse '" + word + "' as type '"
                    + parameter.kind().wording() + "' at position " + position);
        }
        return value;
    }

    /** Numbers with dots between them, none where there is nothing but the last; as HAProxy reads them. */
    private static long @Nullable [] fieldNumber(String word) {
        String[] parts = word.split("\\.", -1);
        long[] numbers = new long[parts.length];
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (!part.chars().allMatch(c -> c >= '0' && c <= '9') || (part.isEmpty() && i == parts.length - 1)) {
                return null;
            }
            numbers[i] = part.isEmpty() ? 0 : part.length() > 18 ? Long.MAX_VALUE : Long.parseLong(part);
        }
        return numbers;
    }

    private static @Nullable Long integer(String word) {
        try {
            return Long.valueOf(word);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the part of PCRE2's language that is regular beyond doubt (pcre2pattern(3), without UTF): literals, escapes, sets,
 * {@code . ^ $ \z \Z \b \B}, groups, alternatives, quantifiers, and {@code (?i)} in front of all. Where versions of PCRE2
 * differ, and wherever its answer is not plain, the expression is left to PCRE2. Not thread-safe.
 */
final class Parser {
    private static final int DEEPEST = 60;
    private static final int MOST_TIMES = 65_535;

    private static final Node ANY_BUT_NEWLINE = new Node.OneOf(ByteSet.NEWLINE.not());

    private final Text text;
    private final boolean folds;

    private Parser(Text text, boolean folds) {
        this.text = text;
        this.folds = folds;
    }

    /**
     * Reads a whole expression.
     *
     * @throws Beyond where it has anything else, or is wrong
     */
    static Node parse(String expression, boolean ignoreCase) throws Beyond {
        Text text = new Text(expression);
        boolean folds = text.take("(?i)") || ignoreCase;
        Node whole = new Parser(text, folds).choice(0);
        if (text.hasMore()) {
            throw new Beyond("a parenthesis too many");
        }
        return whole;
    }

    private Node choice(int depth) throws Beyond {
        List<Node> ways = new ArrayList<>();
        do {
            ways.add(sequence(depth));
        } while (text.take('|'));
        return ways.size() == 1 ? ways.get(0) : new Node.Choice(ways);
    }

    private Node sequence(int depth) throws Beyond {
        List<Node> parts = new ArrayList<>();
        while (text.hasMore() && !text.isAt('|') && !text.isAt(')')) {
            parts.add(quantified(atom(depth)));
        }
        return parts.size() == 1 ? parts.get(0) : new Node.Sequence(parts);
    }

    private Node quantified(Node what) throws Beyond {
        int least = 0;
        int most = Node.Repeat.ANY_NUMBER;
        if (text.take('+')) {
            least = 1;
        } else if (text.take('?')) {
            most = 1;
        } else if (text.take('{')) {
            least = text.number(MOST_TIMES);
            if (!text.take(',')) {
                most = least;
            } else if (!text.isAt('}')) {
                most = text.number(MOST_TIMES);
                text.check(most >= least, "a range from more to less");
            }
            text.check(text.take('}'), "a brace that may be a literal");
        } else if (!text.take('*')) {
            return what;
        }
        text.check(!(what instanceof Node.Assertion), "a repeated assertion");
        text.take('?'); // as few as possible
        text.check(
                !text.isAt('+') && !text.isAt('*') && !text.isAt('?') && !text.isAt('{'),
                "a possessive or repeated quantifier");
        return new Node.Repeat(what, least, most);
    }

    private Node atom(int depth) throws Beyond {
        char c = text.next();
        return switch (c) {
            case '(' -> group(depth);
            case '[' -> new Node.OneOf(new SetReader(text, folds).read());
            case '.' -> ANY_BUT_NEWLINE;
            case '^' -> new Node.Assertion(Nfa.Place.BEGIN);
            case '$' -> new Node.Assertion(Nfa.Place.LINE_END);
            case '\\' -> escape();
            case '*', '+', '?', '{' -> throw new Beyond("a quantifier of nothing");
            default -> character(c);
        };
    }

    private Node group(int depth) throws Beyond {
        text.check(depth < DEEPEST, "too deep");
        text.check(text.take("?:") || (!text.isAt('?') && !text.isAt('*')), "not only a group");
        Node inside = choice(depth + 1);
        text.check(text.take(')'), "a parenthesis missing");
        return new Node.Sequence(List.of(inside)); // which may be repeated where its content may not
    }

    private Node escape() throws Beyond {
        char c = text.next();
        return switch (c) {
            case 'Z' -> new Node.Assertion(Nfa.Place.LINE_END);
            case 'z' -> new Node.Assertion(Nfa.Place.END);
            case 'b' -> new Node.Assertion(Nfa.Place.WORD_EDGE);
            case 'B' -> new Node.Assertion(Nfa.Place.NO_WORD_EDGE);
            case 'N' -> {
                text.check(!text.isAt('{'), "a character by its number");
                yield ANY_BUT_NEWLINE;
            }
            default -> {
                ByteSet type = Types.escaped(c);
                yield type == null ? character(text.escaped(c)) : new Node.OneOf(type);
            }
        };
    }

    private Node character(char c) {
        ByteSet one = ByteSet.of(c);
        return new Node.OneOf(folds ? one.folded() : one);
    }
}

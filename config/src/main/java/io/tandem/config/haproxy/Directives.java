// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import io.tandem.config.text.Word;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The nesting of {@code .if}, {@code .elif}, {@code .else} and {@code .endif} within one file (manual 2.4). */
final class Directives {
    /** Deeper nesting than any file needs: HAProxy refuses the hundredth. */
    private static final int MAX_DEPTH = 100;

    private enum Branch {
        /** Its lines count. */
        TAKEN,
        /** Not this one, perhaps a later one. */
        NOT_YET,
        /** An earlier branch was taken, or the whole block stands inside lines that do not count. */
        DONE,
        ELSE_TAKEN,
        ELSE_SKIPPED
    }

    private final Conditions conditions;
    private final Deque<Branch> open = new ArrayDeque<>();

    Directives(Conditions conditions) {
        this.conditions = conditions;
    }

    /**
     * A complaint about a directive, after which nothing more is read.
     *
     * @param at where in the joined line to point, for a condition; -1 for no caret
     * @param alsoUnterminated whether an open block is complained about as well
     */
    record Complaint(String text, int at, boolean alsoUnterminated) {
        Complaint(String text, int at) {
            this(text, at, false);
        }
    }

    static boolean isDirective(String word) {
        return switch (word) {
            case ".if", ".elif", ".else", ".endif" -> true;
            default -> false;
        };
    }

    /** Whether ordinary lines count here. */
    boolean active() {
        return open.isEmpty() || open.peek() == Branch.TAKEN || open.peek() == Branch.ELSE_TAKEN;
    }

    boolean unterminated() {
        return !open.isEmpty();
    }

    /** Follows one directive; null when all is well. */
    @Nullable Complaint follow(List<Word> words) {
        String directive = words.get(0).text();
        return switch (directive) {
            case ".if" -> openBlock(words);
            case ".elif" -> nextCondition(words);
            case ".else" -> otherwise(words);
            default -> close(words);
        };
    }

    private @Nullable Complaint openBlock(List<Word> words) {
        if (open.size() + 1 >= MAX_DEPTH) {
            return new Complaint("too many nested '.if', max is " + MAX_DEPTH + ".", -1);
        }
        if (!active()) {
            open.push(Branch.DONE);
            return null;
        }
        open.push(Branch.NOT_YET);
        return decide(words);
    }

    private @Nullable Complaint nextCondition(List<Word> words) {
        Complaint complaint = requireOpen(".elif");
        if (complaint != null) {
            return complaint;
        }
        if (open.peek() == Branch.NOT_YET) {
            return decide(words);
        }
        replace(Branch.DONE);
        return null;
    }

    private @Nullable Complaint otherwise(List<Word> words) {
        Complaint complaint = unexpectedArgument(words);
        if (complaint == null) {
            complaint = requireOpen(".else");
        }
        if (complaint == null) {
            replace(open.peek() == Branch.NOT_YET ? Branch.ELSE_TAKEN : Branch.ELSE_SKIPPED);
        }
        return complaint;
    }

    private @Nullable Complaint close(List<Word> words) {
        Complaint complaint = unexpectedArgument(words);
        if (complaint != null) {
            return complaint;
        }
        if (open.isEmpty()) {
            return lone(".endif");
        }
        open.pop();
        return null;
    }

    private @Nullable Complaint decide(List<Word> words) {
        Conditions.Outcome outcome = conditions.evaluate(join(words, 1));
        if (outcome.error() != null) {
            String directive = words.get(0).text();
            return new Complaint(
                    outcome.error() + " in '" + directive + "' at position " + (outcome.position() + 1) + ":",
                    directive.length() + 1 + outcome.position());
        }
        replace(outcome.value() ? Branch.TAKEN : Branch.NOT_YET);
        return null;
    }

    private @Nullable Complaint requireOpen(String directive) {
        if (open.isEmpty()) {
            return lone(directive);
        }
        boolean afterElse = open.peek() == Branch.ELSE_TAKEN || open.peek() == Branch.ELSE_SKIPPED;
        return afterElse ? new Complaint("'" + directive + "' after '.else' is not permitted.", -1) : null;
    }

    private static Complaint lone(String directive) {
        return new Complaint("lone '" + directive + "' with no matching '.if'.", -1);
    }

    private static @Nullable Complaint unexpectedArgument(List<Word> words) {
        boolean unexpected = words.size() > 1 && !words.get(1).text().isEmpty();
        return unexpected
                ? new Complaint("Unexpected argument '" + words.get(1) + "' for '" + words.get(0) + "'.", -1, true)
                : null;
    }

    private void replace(Branch branch) {
        open.pop();
        open.push(branch);
    }

    /** The words from {@code first} on with single spaces between them. */
    static String join(List<Word> words, int first) {
        StringJoiner out = new StringJoiner(" ");
        for (Word word : words.subList(Math.min(first, words.size()), words.size())) {
            out.add(word.text());
        }
        return out.toString();
    }
}

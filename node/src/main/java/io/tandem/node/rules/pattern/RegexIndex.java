// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.regex.Matching;
import io.tandem.node.rules.sample.Regex;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Scratch;
import org.jspecify.annotations.Nullable;

/** Regular expressions, tried in their order: methods {@code reg} and {@code regm}. */
final class RegexIndex extends PatternIndex {
    private final PatternKind kind;
    private final Series<Expression> expressions;

    private RegexIndex(PatternKind kind, Series<Expression> expressions) {
        this.kind = kind;
        this.expressions = expressions;
    }

    private record Expression(Regex regex, PatternEntry entry) implements Ordered {
        @Override
        public long order() {
            return entry.order();
        }
    }

    static RegexIndex empty(PatternKind kind) {
        return new RegexIndex(kind, Series.empty());
    }

    @Override
    @Nullable PatternEntry find(Scratch scratch, Sample value) {
        Expression found = search(scratch, value);
        return found == null ? null : found.entry();
    }

    private @Nullable Expression search(Scratch scratch, Sample value) {
        Matching matching = scratch.matching();
        matching.over(value.bytes, value.start, value.end);
        for (Expression expression = expressions.from(0);
                expression != null;
                expression = expressions.from(expression.order() + 1)) {
            if (expression.regex().find(matching)) {
                return expression;
            }
        }
        return null;
    }

    /**
     * Puts the value beside the expression that matches into {@code value}, {@code \1} in it standing for what the group
     * matched; {@code otherwise} where none matches.
     *
     * @return false where there is neither, or it does not fit
     */
    boolean expand(Scratch scratch, Sample value) {
        Expression found = search(scratch, value);
        byte[] template = found == null ? null : found.entry().mapped();
        return template != null && Regex.expand(scratch, scratch.matching(), template, value);
    }

    @Override
    PatternIndex with(PatternEntry entry, boolean names) {
        Regex regex = kind.method() == MatchMethod.REGM
                ? Regex.compile(entry.text(), kind.fold())
                : Regex.test(entry.text(), kind.fold());
        return new RegexIndex(kind, expressions.with(new Expression(regex, entry)));
    }

    @Override
    PatternIndex without(PatternEntry entry) {
        return new RegexIndex(kind, expressions.without(entry.order()));
    }
}

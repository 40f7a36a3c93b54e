// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Times;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Site;
import org.jspecify.annotations.Nullable;

/**
 * {@code set-timeout}: another {@code timeout server} or {@code timeout tunnel} for this exchange.
 *
 * @param limitMs where there is no expression, milliseconds, positive
 */
record SetTimeout(boolean tunnel, int limitMs, @Nullable Expression expression) implements Action {
    static Action parse(ActionLine line) {
        String kind = line.words().hasNext() ? line.words().next() : "";
        String text = line.words().hasNext() ? line.words().next() : "";
        if (kind.isEmpty() || text.isEmpty()) {
            throw new SampleError("expects exactly 2 arguments");
        }
        if (!line.site().proxy().isBackend()) {
            throw new SampleError("proxy '" + line.site().proxy().name() + "' has no backend capability");
        }
        boolean tunnel = kind.equals("tunnel");
        if (!tunnel && !kind.equals("server")) {
            throw new SampleError("'set-timeout' rule supports 'server'/'tunnel' (got '" + kind + "')");
        }
        Times time = Times.millis(text);
        if (time.outcome() == Times.Outcome.UNEXPECTED || time.outcome() == Times.Outcome.MISSING) {
            Expression expression = expression(text, line.site());
            if (expression == null) {
                throw new SampleError(
                        "unexpected character '" + time.character() + "' in rule 'set-timeout " + kind + "'");
            }
            return new SetTimeout(tunnel, 0, expression);
        }
        if (!time.ok()) {
            throw new SampleError("timer overflow in argument '" + text + "' to rule 'set-timeout " + kind
                    + "' (maximum value is 2147483647 ms or ~24.8 days)");
        }
        if (time.value() == 0) {
            throw new SampleError("null value is not valid for a 'set-timeout " + kind + "' rule");
        }
        return new SetTimeout(tunnel, (int) time.value(), null);
    }

    private static @Nullable Expression expression(String text, Site site) {
        try {
            ExpressionParser.Result result = ExpressionParser.parse(text, site);
            return result.end() < text.length() ? null : result.expression();
        } catch (SampleError noExpression) {
            return null;
        }
    }

    @Override
    public Verdict perform(Facts facts) {
        int millis = limitMs;
        if (expression != null) {
            Sample value = facts.scratch.value;
            boolean found = expression.evaluateAs(SampleType.INTEGER, facts, value);
            millis = found ? (int) Math.max(0, Math.min(value.number, Integer.MAX_VALUE)) : 0;
        }
        if (millis > 0 && tunnel) {
            facts.tunnelTimeoutMs = millis;
        } else if (millis > 0) {
            facts.serverTimeoutMs = millis;
        }
        return Verdict.CONTINUE;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Times;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Awaited;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;

/** {@code http-request pause} (HAProxy 3.2): the rules go on after a while. One loop. */
final class Pause implements Awaited {
    private static final String EXPECTED = "expects a time or an expression that says milliseconds";

    private final Timer timer;
    private Runnable then = Pause::nothing;
    private boolean over;

    private Pause(Loop loop, int lengthMs) {
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                over = true;
                Runnable next = then;
                then = Pause::nothing;
                next.run();
            }
        };
        timer.start(lengthMs);
    }

    static Action parse(ActionLine line) {
        if (!line.hasArgument()) {
            throw new SampleError(EXPECTED);
        }
        String text = line.words().peek();
        if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
            Expression expression = line.expression(EXPECTED);
            return facts -> {
                Sample value = facts.scratch.value;
                if (isBegun(facts)) {
                    return perform(facts, 0);
                }
                boolean found = expression.evaluateAs(SampleType.INTEGER, facts, value);
                return perform(facts, found ? (int) Math.max(0, Math.min(value.number, Integer.MAX_VALUE)) : 0);
            };
        }
        line.words().next();
        Times time = Times.millis(text);
        if (!time.ok()) {
            throw new SampleError("invalid time '" + text + "'");
        }
        int lengthMs = (int) time.value();
        return facts -> perform(facts, lengthMs);
    }

    private static boolean isBegun(Facts facts) {
        return facts.awaited instanceof Pause;
    }

    private static Verdict perform(Facts facts, int lengthMs) {
        if (facts.awaited instanceof Pause begun) {
            if (!begun.over) {
                return Verdict.WAIT;
            }
            facts.awaited = null;
            return Verdict.CONTINUE;
        }
        if (lengthMs <= 0) {
            return Verdict.CONTINUE;
        }
        facts.awaited = new Pause(facts.loop, lengthMs);
        return Verdict.WAIT;
    }

    private static void nothing() {
        // nobody waits
    }

    @Override
    public void whenThere(Runnable then) {
        this.then = then;
    }

    @Override
    public void forget() {
        then = Pause::nothing;
        timer.dispose();
    }
}

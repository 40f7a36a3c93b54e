// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Hints;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import java.util.List;

/** {@code early-hint}: a field of an interim response 103, which is whole unless the next rule certainly adds another. */
final class EarlyHint implements Action {
    private static final String USAGE = "expects exactly 2 arguments";

    private final byte[] name;
    private final Format value;
    private boolean goesOn;

    private EarlyHint(byte[] name, Format value) {
        this.name = name;
        this.value = value;
    }

    static EarlyHint parse(ActionLine line) {
        String name = line.words().hasNext() ? line.words().next() : "";
        if (name.isEmpty() || !line.words().hasNext() || line.words().peek().isEmpty()) {
            throw new SampleError(USAGE);
        }
        return new EarlyHint(Text.bytes(name), line.format(USAGE));
    }

    /** Lets fields of rules that stand one behind the other go into one response. To be called once, before they are used. */
    static void join(List<Rules.Rule> rules) {
        for (int i = 0; i + 1 < rules.size(); i++) {
            Rules.Rule next = rules.get(i + 1);
            if (rules.get(i).action() instanceof EarlyHint hint
                    && next.action() instanceof EarlyHint
                    && next.isUnconditional()) {
                hint.goesOn = true;
            }
        }
    }

    @Override
    public Verdict perform(Facts facts) {
        if (facts.request.minorVersion() == 0) {
            return Verdict.CONTINUE; // HTTP/1.0 has no interim responses
        }
        Hints hints = facts.hints;
        if (hints == null) {
            hints = new Hints();
            facts.hints = hints;
        }
        Output text = value.render(facts);
        int end = HeaderActions.cutAtLineBreak(text);
        if (text.isCut() || hints.size() + name.length + end > text.bytes().length) {
            hints.end();
            return Edits.internalError(facts, Termination.INTERNAL);
        }
        hints.add(name, text.bytes(), 0, end);
        if (!goesOn) {
            hints.end();
        }
        return Verdict.CONTINUE;
    }
}

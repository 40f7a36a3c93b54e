// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import java.util.List;

/** One ordered set of rules, such as all {@code http-request} rules of a frontend. Immutable. */
public final class Rules {
    public static final Rules NONE = new Rules(List.of());

    /** One rule: what to do, and when. */
    public record Rule(Condition condition, Action action) {}

    private final Rule[] rules;

    public Rules(List<Rule> rules) {
        this.rules = rules.toArray(Rule[]::new);
    }

    public boolean isEmpty() {
        return rules.length == 0;
    }

    /** Runs the rules in order until one ends them. */
    public Verdict judge(Facts facts) {
        for (Rule rule : rules) {
            if (rule.condition().test(facts)) {
                Verdict verdict = rule.action().perform(facts);
                if (verdict != Verdict.CONTINUE) {
                    return verdict;
                }
            }
        }
        return Verdict.CONTINUE;
    }
}

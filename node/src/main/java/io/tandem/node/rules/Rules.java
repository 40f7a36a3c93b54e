// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.Backend;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One ordered set of rules, such as all {@code http-request} rules of a frontend. Immutable. */
public final class Rules {
    public static final Rules NONE = new Rules(List.of());

    /**
     * One rule: what to do, and when.
     *
     * @param origin its line, which {@code last_rule_line} tells when the rule has the last word; null where it is not told
     */
    public record Rule(Condition condition, Action action, @Nullable Origin origin) {
        public Rule(Condition condition, Action action) {
            this(condition, action, null);
        }

        /** Whether nothing is asked before it is done. */
        public boolean isUnconditional() {
            return condition == Condition.ALWAYS;
        }
    }

    private final Rule[] rules;
    private final @Nullable Rules next;
    private final boolean skippedInListen;

    public Rules(List<Rule> rules) {
        this(rules, null, false);
    }

    /** Rules that are asked of the first request of a connection only. */
    public Rules forFirstRequest() {
        return isEmpty()
                ? this
                : new Rules(List.of(new Rule(facts -> facts.requestsOnConnection <= 1, this::judgeAndGoOn)));
    }

    private Verdict judgeAndGoOn(Facts facts) {
        Verdict verdict = judge(facts);
        return verdict == Verdict.ACCEPT ? Verdict.CONTINUE : verdict;
    }

    private Rules(List<Rule> rules, @Nullable Rules next, boolean skippedInListen) {
        this.rules = rules.toArray(Rule[]::new);
        this.next = next;
        this.skippedInListen = skippedInListen;
    }

    /**
     * These rules, skipped where frontend and backend of the exchange are one {@code listen}: they run once, with the side
     * that comes first.
     */
    public Rules skippedInListen() {
        return isEmpty() ? this : new Rules(List.of(rules), next, true);
    }

    /** These rules, and then {@code others}: also when one of these accepts, which ends only its own set. */
    public Rules then(Rules others) {
        if (isEmpty()) {
            return others;
        }
        Rules last = next == null ? others : next.then(others);
        return last.isEmpty() ? this : new Rules(List.of(rules), last, skippedInListen);
    }

    public boolean isEmpty() {
        return rules.length == 0 && next == null;
    }

    /** Whether there is nothing to ask in this exchange: they have run with the frontend. */
    public boolean areSkipped(Facts facts) {
        return isEmpty() || haveRun(facts);
    }

    private boolean haveRun(Facts facts) {
        Backend backend = facts.backend;
        return skippedInListen && backend != null && backend.id() == facts.frontend.id();
    }

    /** Runs the rules in order until one ends them. */
    public Verdict judge(Facts facts) {
        if (haveRun(facts)) {
            return Verdict.CONTINUE;
        }
        Rules resumed = facts.resumeIn;
        if (resumed != null && resumed != this && next != null) {
            return next.judge(facts); // these have been judged
        }
        Verdict verdict = Verdict.CONTINUE;
        int first = resumed == this ? facts.resumeAt : 0;
        if (first == 0) {
            facts.lenient = false;
        }
        facts.resumeIn = null;
        facts.resumeAt = 0;
        for (int i = first; i < rules.length && verdict == Verdict.CONTINUE; i++) {
            verdict = apply(rules[i], facts);
            if (verdict == Verdict.WAIT) {
                facts.resumeAt = i;
                facts.resumeIn = this;
            }
        }
        if (next != null && (verdict == Verdict.CONTINUE || verdict == Verdict.ACCEPT)) {
            return next.judge(facts);
        }
        return verdict;
    }

    private static Verdict apply(Rule rule, Facts facts) {
        facts.scratch.reset();
        facts.incomplete = false;
        if (rule.condition().test(facts)) {
            Verdict verdict = rule.action().perform(facts);
            if (rule.origin() != null && verdict != Verdict.CONTINUE && verdict != Verdict.WAIT) {
                facts.lastRule = rule.origin();
            }
            return verdict;
        }
        return facts.incomplete ? Verdict.WAIT : Verdict.CONTINUE;
    }
}

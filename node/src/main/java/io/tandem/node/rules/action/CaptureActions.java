// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.AFTER_RESPONSE;
import static io.tandem.node.rules.action.RuleSet.CONNECTION;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;
import static io.tandem.node.rules.action.RuleSet.SESSION;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code capture}: values of expressions are kept in the slots of {@link Captures}. */
final class CaptureActions {
    private static final String USAGE = "expects <expression> [ 'len' <length> | id <idx> ]";

    static final List<Keyword<ActionKind>> ALL =
            List.of(action("capture", REQUEST, RESPONSE, AFTER_RESPONSE, CONTENT, CONNECTION, SESSION)
                    .arguments("<expression> {len <length>|id <slot>}")
                    .doc("keeps the expression's value for the log")
                    .as(line -> line.set().isHttp() ? ofMessage(line) : ofContent(line)));

    private CaptureActions() {}

    private static Action ofMessage(ActionLine line) {
        boolean response = line.set().isResponse();
        if (wordsToCondition(line) < 3) {
            throw new SampleError(response ? "expects <expression> id <idx>" : USAGE);
        }
        Expression expression = line.expression(USAGE);
        Captures.Slots slots = line.site().proxy().facet(Captures.KEY);
        String how = line.words().next();
        boolean own = how.equals("len") && !response;
        if (!own && !how.equals("id")) {
            throw new SampleError("expects " + (response ? "'id'" : "'len' or 'id'") + ", found '" + how + "'");
        }
        int slot = own ? slots.slotOf(line.words().line(), length(line)) : index(line);
        if (line.site().assembly() != null && slot >= slots.of(response).size()) {
            line.site()
                    .assembly()
                    .problems()
                    .alert(
                            line.origin(),
                            "Proxy '" + line.site().proxy().name() + "': unable to find capture id '" + slot
                                    + "' referenced by http-" + (response ? "response" : "request") + " capture rule.");
            return facts -> Verdict.CONTINUE;
        }
        int length =
                slot < slots.of(response).size() ? slots.of(response).get(slot).length() : 0;
        return facts -> {
            byte[] @Nullable [] captures = response ? facts.responseCaptures : facts.requestCaptures;
            Sample value = facts.scratch.value;
            if (captures != null && slot < captures.length && expression.evaluateAs(SampleType.STRING, facts, value)) {
                captures[slot] = Captures.cut(value.bytes, value.start, value.end, length);
            }
            return Verdict.CONTINUE;
        };
    }

    /** How many words stand in front of the condition, from the next one on. */
    private static int wordsToCondition(ActionLine line) {
        int first = line.words().position();
        int at = first;
        while (at < line.words().line().size()
                && !ActionLine.isCondition(line.words().line().text(at))) {
            at++;
        }
        return at - first;
    }

    private static int length(ActionLine line) {
        int length = line.words().leadingInteger();
        if (length <= 0) {
            throw new SampleError("length must be > 0");
        }
        return length;
    }

    private static int index(ActionLine line) {
        String word = line.words().next();
        if (!word.matches("[0-9]{1,5}")) {
            throw new SampleError("cannot parse id '" + word + "'");
        }
        return Integer.parseInt(word);
    }

    /** With a slot of its own, before there is a request that would have prepared the others. */
    private static Action ofContent(ActionLine line) {
        String proxy = RuleCompiler.named(line.site().proxy());
        if (line.set() != CONTENT) {
            throw line.words()
                    .error("'capture " + line.words().peek() + "' is not allowed in '"
                            + line.set().words() + "' rules in " + proxy);
        }
        if (!line.site().proxy().isFrontend()) {
            throw new SampleError("proxy '" + line.site().proxy().name() + "' has no frontend capability");
        }
        Expression expression = line.expression("missing fetch method");
        if (!line.words().accept("len")) {
            throw new SampleError("a positive 'len' argument is mandatory");
        }
        int length = length(line);
        Captures.Slots slots = line.site().proxy().facet(Captures.KEY);
        int slot = slots.slotOf(line.words().line(), length);
        ContentWarnings.early(line, "tcp-request capture", expression.need());
        return facts -> capture(facts, slots, slot, length, expression);
    }

    private static Verdict capture(Facts facts, Captures.Slots slots, int slot, int length, Expression expression) {
        Sample value = facts.scratch.value;
        facts.incomplete = false;
        if (expression.evaluateAs(SampleType.STRING, facts, value)) {
            slots.prepare(facts)[slot] = Captures.cut(value.bytes, value.start, value.end, length);
            return Verdict.CONTINUE;
        }
        return facts.incomplete ? Verdict.WAIT : Verdict.CONTINUE;
    }
}

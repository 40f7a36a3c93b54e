// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** Actions on the place a request gets in a queue (HAProxy manual 4.2, {@code set-priority-class}). */
final class PriorityActions {
    /** Classes and offsets beyond these are cut, as HAProxy does. */
    private static final int CLASSES = 2047;

    private static final int OFFSETS_MS = 524_287;

    static final List<Keyword<ActionKind>> ALL = List.of(
            action("set-priority-class", REQUEST, CONTENT)
                    .arguments("<expression>")
                    .doc("its class in queues, -2047 to 2047: all of a smaller class go first")
                    .as(line -> set(line, CLASSES, (facts, number) -> facts.priorityClass = number)),
            action("set-priority-offset", REQUEST, CONTENT)
                    .arguments("<expression>")
                    .doc("moves its time in queues by so many milliseconds, -524287 to 524287")
                    .as(line -> set(line, OFFSETS_MS, (facts, number) -> facts.priorityOffsetMs = number)));

    private PriorityActions() {}

    private static Action set(ActionLine line, int most, ObjIntConsumer<Facts> setting) {
        Expression expression = line.expression("missing fetch method");
        return facts -> {
            Sample value = facts.scratch.value;
            if (expression.evaluateAs(SampleType.INTEGER, facts, value)) {
                setting.accept(facts, (int) Math.max(-most, Math.min(most, value.number)));
            }
            return Verdict.CONTINUE;
        };
    }
}

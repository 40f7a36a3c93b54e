// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Variable;
import io.tandem.node.rules.sample.VariableConditions;
import java.util.List;

/** Actions on variables. */
final class VariableActions {
    private static final RuleSet[] ALL_SETS = RuleSet.values();

    static final List<Keyword<ActionKind>> ALL = List.of(
            action("set-var", RuleSet.REQUEST, ALL_SETS)
                    .arguments("(<name>[,<cond>...]) <expression>")
                    .doc("gives a variable the expression's value")
                    .parameterized()
                    .as(VariableActions::set),
            action("set-var-fmt", RuleSet.REQUEST, ALL_SETS)
                    .arguments("(<name>[,<cond>...]) <format>")
                    .doc("gives a variable what the format writes")
                    .parameterized()
                    .as(VariableActions::setFormat),
            action("unset-var", RuleSet.REQUEST, ALL_SETS)
                    .arguments("(<name>)")
                    .doc("forgets a variable")
                    .parameterized()
                    .as(VariableActions::unset));

    private VariableActions() {}

    /** What stands between the parentheses: a name, and for {@code set-var} conditions. */
    private static List<String> words(ActionLine line) {
        String name = line.parameter();
        if (name == null) {
            boolean open = line.name().indexOf('(') >= 0;
            throw new SampleError(
                    (open ? "incomplete argument after action '" : "invalid or incomplete action '") + line.name()
                            + "'. Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'");
        }
        return List.of(name.split(",", -1));
    }

    private static Variable variable(ActionLine line) {
        List<String> words = words(line);
        String behind = words.size() == 1 ? "" : "," + String.join(",", words.subList(1, words.size()));
        return Variable.parse(words.get(0), behind + ")");
    }

    private static VariableConditions conditions(ActionLine line) {
        List<String> words = words(line);
        return VariableConditions.of(
                words.stream().skip(1).filter(word -> !word.isEmpty()).toList());
    }

    private static Action set(ActionLine line) {
        Variable variable = variable(line);
        VariableConditions conditions = conditions(line);
        Expression expression = line.expression("missing fetch method", line.name());
        return facts -> {
            Sample value = facts.scratch.value;
            if (expression.evaluate(facts, value)) {
                conditions.set(facts, variable, value);
            }
            return Verdict.CONTINUE;
        };
    }

    private static Action setFormat(ActionLine line) {
        Variable variable = variable(line);
        VariableConditions conditions = conditions(line);
        Format format = line.words().hasNext() ? line.format("") : Format.EMPTY;
        return facts -> {
            Output out = format.render(facts);
            Sample value = facts.scratch.value;
            value.set(SampleType.STRING, out.bytes(), 0, out.length());
            conditions.set(facts, variable, value);
            return Verdict.CONTINUE;
        };
    }

    private static Action unset(ActionLine line) {
        if (words(line).size() > 1) {
            throw new SampleError("unset-var does not expect parameters after the variable name. Only \"set-var\" and"
                    + " \"set-var-fmt\" manage conditions");
        }
        Variable variable = variable(line);
        return facts -> {
            facts.variables(variable.scope()).unset(variable.name());
            return Verdict.CONTINUE;
        };
    }
}

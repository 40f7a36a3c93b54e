// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Need;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Variable;
import io.tandem.node.rules.sample.VariableConditions;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code set-var}, {@code set-var-fmt} and {@code unset-var} of a check. */
record VariableStep(Consumer<Facts> effect) implements Step {
    private static final List<String> NAMES = List.of("set-var-fmt", "set-var", "unset-var");
    private static final String EXPECTS =
            "'. Expects 'set-var(<var-name>)', 'set-var-fmt(<var-name>)' or 'unset-var(<var-name>)'";

    @Override
    public String comment() {
        return "";
    }

    /** The action that {@code word} names, or null. */
    static @Nullable String action(String word) {
        for (String name : NAMES) {
            if (word.startsWith(name)) {
                return name;
            }
        }
        return null;
    }

    static VariableStep read(RuleWords words, String action) {
        try {
            return new VariableStep(effect(words, action));
        } catch (SampleError error) {
            throw words.error("'" + action + "' : " + error.text());
        }
    }

    private static Consumer<Facts> effect(RuleWords words, String action) {
        String word = words.name();
        if (word.length() == action.length() || word.charAt(action.length()) != '(') {
            throw new SampleError("invalid or incomplete action '" + word + EXPECTS);
        }
        int close = word.lastIndexOf(')');
        if (close < 0) {
            throw new SampleError("incomplete argument after action '" + word + EXPECTS);
        }
        String inside = word.substring(action.length() + 1, close);
        int comma = inside.indexOf(',');
        Variable variable = Variable.parse(comma < 0 ? inside : inside.substring(0, comma), word.substring(close));
        List<String> conditions = comma < 0
                ? List.of()
                : List.of(inside.substring(comma + 1).split(",", -1)).stream()
                        .filter(condition -> !condition.isEmpty())
                        .toList();
        return switch (action) {
            case "set-var" -> set(words, variable, VariableConditions.of(conditions));
            case "set-var-fmt" -> format(words, variable, VariableConditions.of(conditions));
            default -> {
                if (comma >= 0) {
                    throw new SampleError("unset-var does not expect parameters after the variable name. Only"
                            + " \"set-var\" and \"set-var-fmt\" manage conditions");
                }
                yield facts -> facts.variables(variable.scope()).unset(variable.name());
            }
        };
    }

    private static Consumer<Facts> set(RuleWords words, Variable variable, VariableConditions conditions) {
        if (!words.hasNext()) {
            throw new SampleError("missing fetch method");
        }
        String text = words.next();
        ExpressionParser.Result result = ExpressionParser.parse(text, words.site());
        if (result.end() < text.length()) {
            throw result.extraText();
        }
        Expression expression = result.expression();
        Need need = expression.need();
        if (!need.isMetIn(Place.CHECK)) {
            throw new SampleError("fetch method '" + words.name() + "' extracts information from '" + need.wording()
                    + "', none of which is available here");
        }
        return facts -> {
            facts.scratch.reset();
            Sample value = facts.scratch.value;
            if (expression.evaluate(facts, value)) {
                conditions.set(facts, variable, value);
            }
        };
    }

    private static Consumer<Facts> format(RuleWords words, Variable variable, VariableConditions conditions) {
        FormatText format = FormatText.parse(words, words.next());
        return facts -> {
            byte[] text = format.of(facts);
            Sample value = facts.scratch.value;
            value.set(SampleType.STRING, text, 0, text.length);
            conditions.set(facts, variable, value);
        };
    }
}

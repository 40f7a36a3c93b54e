// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** When {@code set-var} sets: all of its conditions must hold (HAProxy manual, {@code set-var}). Immutable. */
public final class VariableConditions {
    private enum Kind {
        IFEXISTS,
        IFNOTEXISTS,
        IFEMPTY,
        IFNOTEMPTY,
        IFSET,
        IFNOTSET,
        IFGT,
        IFLT
    }

    private final Set<Kind> kinds;

    private VariableConditions(Set<Kind> kinds) {
        this.kinds = kinds;
    }

    /** @throws SampleError with HAProxy's words where one is none */
    public static VariableConditions of(List<String> words) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String word : words) {
            Kind found = null;
            for (Kind kind : Kind.values()) {
                if (word.equals(kind.name().toLowerCase(Locale.ROOT))) {
                    found = kind;
                }
            }
            if (found == null) {
                throw new SampleError("unknown condition \"" + word + "\"");
            }
            kinds.add(found);
        }
        return new VariableConditions(kinds);
    }

    /** Sets the variable to {@code value} if all conditions hold; answers whether they do. */
    public boolean set(Facts facts, Variable variable, Sample value) {
        if (variable.scope() == Variable.Scope.RES && !facts.responding) {
            return false; // there is no response yet
        }
        Variables variables = facts.variables(variable.scope());
        if (!kinds.isEmpty() && !hold(facts, variables, variable, value)) {
            return false;
        }
        variables.set(variable.name(), value);
        return true;
    }

    private boolean hold(Facts facts, Variables variables, Variable variable, Sample value) {
        boolean isSet = variables.has(variable.name());
        // those of the process exist from the configuration on
        boolean exists = isSet || variable.scope() == Variable.Scope.PROC;
        boolean isEmpty = value.isBytes() && value.length() == 0;
        if ((kinds.contains(Kind.IFEXISTS) && !exists)
                || (kinds.contains(Kind.IFNOTEXISTS) && exists)
                || (kinds.contains(Kind.IFEMPTY) && !isEmpty)
                || (kinds.contains(Kind.IFNOTEMPTY) && isEmpty)
                || (kinds.contains(Kind.IFSET) && !isSet)
                || (kinds.contains(Kind.IFNOTSET) && isSet)) {
            return false;
        }
        Sample old = facts.scratch.other;
        if ((!kinds.contains(Kind.IFGT) && !kinds.contains(Kind.IFLT))
                || value.type != SampleType.INTEGER
                || !variables.get(variable.name(), facts.scratch, old)
                || old.type != SampleType.INTEGER) {
            return true;
        }
        return (!kinds.contains(Kind.IFGT) || old.number > value.number)
                && (!kinds.contains(Kind.IFLT) || old.number < value.number);
    }
}

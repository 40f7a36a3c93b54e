// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an action is declared with.
 *
 * @param sets the rules it is valid in
 * @param parameterized whether its name goes on in parentheses or with a number: {@code set-var(txn.a)}, {@code track-sc0}
 * @param ends whether nothing runs after it where it has no condition
 * @param experimental whether the global section has to allow it
 * @param factory makes it from its arguments
 */
public record ActionKind(
        Set<RuleSet> sets, boolean parameterized, boolean ends, boolean experimental, Factory factory) {
    /** Makes an action. */
    @FunctionalInterface
    public interface Factory {
        /**
         * Takes the action's arguments, up to {@code if} or {@code unless}.
         *
         * @throws io.tandem.node.rules.sample.SampleError with HAProxy's complaint, without its full stop
         */
        Action make(ActionLine line);
    }

    /** Starts the declaration of an action. */
    public static Builder action(String name, RuleSet first, RuleSet... more) {
        return new Builder(name, EnumSet.of(first, more));
    }

    /** Collects a declaration; ends with {@link #as}. */
    public static final class Builder {
        private final String name;
        private final Set<RuleSet> sets;
        private String arguments = "";
        private String doc = "";
        private boolean parameterized;
        private boolean ends;
        private boolean experimental;
        private @Nullable String why;

        private Builder(String name, Set<RuleSet> sets) {
            this.name = name;
            this.sets = sets;
        }

        public Builder arguments(String arguments) {
            this.arguments = arguments;
            return this;
        }

        public Builder doc(String doc) {
            this.doc = doc;
            return this;
        }

        public Builder parameterized() {
            parameterized = true;
            return this;
        }

        /** Accepted without effect; its meaning warns. */
        public Builder noEffect(String reason) {
            why = reason;
            return this;
        }

        public Builder ends() {
            ends = true;
            return this;
        }

        /** HAProxy may still change what it does: {@code expose-experimental-directives} has to allow it. */
        Builder experimental() {
            experimental = true;
            return this;
        }

        public Keyword<ActionKind> as(Factory factory) {
            Keyword.Builder<ActionKind> keyword =
                    Keyword.<ActionKind>of(name).arguments(arguments).doc(doc);
            if (why != null) {
                keyword.noEffect(why);
            }
            return keyword.as(new ActionKind(Set.copyOf(sets), parameterized, ends, experimental, factory));
        }
    }
}

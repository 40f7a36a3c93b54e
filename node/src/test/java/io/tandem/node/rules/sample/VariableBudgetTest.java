// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VariableBudgetTest {
    private static final int OVERHEAD = 72;

    private final Sample value = new Sample();

    private Sample text(int length) {
        value.text(new byte[length]);
        return value;
    }

    @Test
    void aValueThatDoesNotFitIsNotKeptAndNeitherIsTheOneBefore() {
        Variables variables = new Variables(new VariableBudget(null, OVERHEAD + 101));

        variables.set("a", text(100));
        assertThat(variables.has("a")).isTrue();

        variables.set("a", text(101));
        assertThat(variables.has("a")).isFalse();

        variables.set("a", text(100));
        assertThat(variables.has("a")).isTrue();
    }

    @Test
    void whatIsWithinAScopeCountsForTheScope() {
        VariableBudget outer = new VariableBudget(null, 2 * OVERHEAD + 101);
        Variables first = new Variables(new VariableBudget(outer, 0));
        Variables second = new Variables(new VariableBudget(outer, 0));

        first.set("a", text(60));
        second.set("b", text(60));
        assertThat(second.has("b")).isFalse();

        first.clear();
        second.set("b", text(60));
        assertThat(second.has("b")).isTrue();
    }

    @Test
    void aScopeThatEndsGivesBackWhatWasWithinIt() {
        VariableBudget process = new VariableBudget(null, OVERHEAD + 101);
        VariableBudget session = new VariableBudget(process, 0);
        new Variables(new VariableBudget(session, 0)).set("a", text(100));

        session.end();

        Variables next = new Variables(new VariableBudget(process, 0));
        next.set("a", text(100));
        assertThat(next.has("a")).isTrue();
    }
}

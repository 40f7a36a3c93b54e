// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.node.language.Drafts;
import io.tandem.node.rules.sample.Variables;
import org.jspecify.annotations.Nullable;

/**
 * The variables of a connection and of one exchange on it, made when a rule first asks for one of their scope. Owned by one
 * loop.
 */
final class VariableScopes {
    private final Variables session;
    /** What they may take; null without a limit. */
    private final VariableLimits.@Nullable Budgets budgets;

    private @Nullable Variables exchange;
    private @Nullable Variables request;
    private @Nullable Variables response;

    private VariableScopes(Variables session, VariableLimits.@Nullable Budgets budgets) {
        this.session = session;
        this.budgets = budgets;
    }

    /** Those of a new connection. */
    static VariableScopes of(Drafts drafts) {
        VariableLimits.Budgets budgets = VariableLimits.Budgets.of(drafts);
        return new VariableScopes(new Variables(budgets == null ? null : budgets.session()), budgets);
    }

    /** Those of one more exchange on the connection. */
    VariableScopes another(Drafts drafts) {
        return new VariableScopes(session, budgets == null ? null : budgets.another(drafts));
    }

    /** {@code sess}. */
    Variables session() {
        return session;
    }

    /** {@code txn}. */
    Variables exchange() {
        Variables present = exchange;
        if (present == null) {
            present = new Variables(budgets == null ? null : budgets.exchange());
            exchange = present;
        }
        return present;
    }

    /** {@code req}. */
    Variables request() {
        Variables present = request;
        if (present == null) {
            present = new Variables(budgets == null ? null : budgets.request());
            request = present;
        }
        return present;
    }

    /** {@code res}. */
    Variables response() {
        Variables present = response;
        if (present == null) {
            present = new Variables(budgets == null ? null : budgets.response());
            response = present;
        }
        return present;
    }

    /** The exchange is over. */
    void clear() {
        clear(exchange);
        clear(request);
        clear(response);
    }

    private static void clear(@Nullable Variables variables) {
        if (variables != null) {
            variables.clear();
        }
    }

    /** The connection is over. */
    void end() {
        if (budgets != null) {
            budgets.session().end();
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.sample.VariableBudget;
import io.tandem.node.rules.sample.Variables;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code tune.vars.*} (HAProxy manual 3.2): how much memory variables may take. A limit holds for a scope and for those within
 * it: {@code proc} for {@code sess}, that for {@code txn}, that for {@code req} and {@code res}. What does not fit is not kept;
 * HAProxy says that it might be cut off or corrupted.
 */
public final class VariableLimits implements Feature {
    private static final FacetKey<Limits> KEY = new FacetKey<>(Limits.class, Limits::new);

    private static final class Limits implements Facet {
        private long global;
        private long process;
        private long session;
        private long exchange;
        private long message;
        private @Nullable VariableBudget ofProcess;

        @Override
        public Facet inherit() {
            return new Limits();
        }

        private boolean isAny() {
            return global != 0 || process != 0 || session != 0 || exchange != 0 || message != 0;
        }

        /** Shared by all loops. */
        private synchronized VariableBudget process() {
            VariableBudget present = ofProcess;
            if (present == null) {
                present = new VariableBudget(new VariableBudget(null, global), process);
                ofProcess = present;
            }
            return present;
        }
    }

    /**
     * The budgets of one connection or exchange.
     *
     * @param session of {@code sess} and all within
     * @param exchange of {@code txn} and all within
     * @param request of {@code req}
     * @param response of {@code res}
     */
    record Budgets(VariableBudget session, VariableBudget exchange, VariableBudget request, VariableBudget response) {
        /** Those of a connection; null where nothing is limited. */
        static @Nullable Budgets of(Drafts drafts) {
            Limits limits = drafts.global().facet(KEY);
            return limits.isAny() ? within(new VariableBudget(limits.process(), limits.session), limits) : null;
        }

        /** Those of one more exchange on the connection. */
        Budgets another(Drafts drafts) {
            return within(session, drafts.global().facet(KEY));
        }

        private static Budgets within(VariableBudget session, Limits limits) {
            VariableBudget exchange = new VariableBudget(session, limits.exchange);
            return new Budgets(
                    session,
                    exchange,
                    new VariableBudget(exchange, limits.message),
                    new VariableBudget(exchange, limits.message));
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                line("tune.vars.global-max-size", "of all scopes", (limits, bytes) -> limits.global = bytes),
                line(
                        "tune.vars.proc-max-size",
                        "of the process and all within",
                        (limits, bytes) -> limits.process = bytes),
                line(
                        "tune.vars.sess-max-size",
                        "of a connection and all within",
                        (limits, bytes) -> limits.session = bytes),
                line(
                        "tune.vars.txn-max-size",
                        "of an exchange and all within",
                        (limits, bytes) -> limits.exchange = bytes),
                line(
                        "tune.vars.reqres-max-size",
                        "of a request or a response",
                        (limits, bytes) -> limits.message = bytes),
                Keyword.directive("tune.vars.check-max-size", SectionKind.GLOBAL)
                        .arguments("<bytes>")
                        .doc("accepted: the variables of a check are not limited")
                        .noEffect("the variables of a check are not limited")
                        .as((line, draft) -> size(line, "tune.vars.check-max-size")));
    }

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        Limits limits = limits(global);
        assembly.onCommit(() -> Variables.PROCESS.limitTo(limits.isAny() ? limits.process() : null));
    }

    private static Keyword<Directive> line(String name, String scope, ObjLongConsumer<Limits> setting) {
        return Keyword.directive(name, SectionKind.GLOBAL)
                .arguments("<bytes>")
                .doc("memory for variables " + scope + "; 0 without limit")
                .as((line, draft) -> setting.accept(limits(draft), size(line, name)));
    }

    private static Limits limits(Draft global) {
        return global.facet(KEY);
    }

    private static long size(Arguments line, String name) {
        String text = line.hasNext() ? line.next() : "";
        if (!text.matches("[-+]?[0-9]*")) {
            throw line.error(name + ": '" + text + "' is an invalid size");
        }
        boolean unlimited = text.isEmpty() || text.startsWith("-") || text.length() > 18;
        return unlimited ? 0 : Long.parseLong(text);
    }
}

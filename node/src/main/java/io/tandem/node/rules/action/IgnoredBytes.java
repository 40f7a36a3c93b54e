// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.Condition;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;

/**
 * Warns of rules in HTTP mode that ask for bytes in a buffer, such as {@code req.ssl_sni}: there are only messages. Comes after
 * the features whose rules it knows of.
 */
public final class IgnoredBytes implements Feature {
    private static final FacetKey<Rules> KEY = new FacetKey<>(Rules.class, Rules::new);

    /** The kinds of rules, in the order in which HAProxy looks at their conditions. */
    public enum Stage {
        SWITCHING,
        USE_SERVER,
        STICK,
        CONNECTION,
        SESSION,
        CONTENT,
        RESPONSE_CONTENT,
        REQUEST,
        RESPONSE,
        AFTER_RESPONSE;

        static Stage of(RuleSet set) {
            return switch (set) {
                case CONNECTION -> CONNECTION;
                case SESSION -> SESSION;
                case CONTENT -> CONTENT;
                case RESPONSE_CONTENT -> RESPONSE_CONTENT;
                case REQUEST -> REQUEST;
                case RESPONSE -> RESPONSE;
                case AFTER_RESPONSE -> AFTER_RESPONSE;
            };
        }
    }

    private record Rule(Stage stage, Origin origin) {}

    /** The rules of a proxy that ask for bytes. */
    private static final class Rules implements Facet {
        private final List<Rule> all = new ArrayList<>();

        @Override
        public Facet inherit() {
            return new Rules();
        }
    }

    /** Takes note of a rule whose condition has been compiled, once all proxies are known. */
    public static void note(ProxyDraft proxy, Stage stage, Condition condition, Origin origin) {
        if (condition.looksAtBytes()) {
            proxy.facet(KEY).all.add(new Rule(stage, origin));
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        if (!draft.isFrontend()) {
            warn(draft, assembly);
        }
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        warn(draft, assembly);
    }

    private static void warn(ProxyDraft draft, Assembly assembly) {
        if (draft.mode() != Mode.HTTP) {
            return;
        }
        List<Rule> rules = draft.facet(KEY).all;
        for (Stage stage : Stage.values()) {
            for (Rule rule : rules) {
                if (rule.stage() == stage) {
                    assembly.problems()
                            .warning(
                                    draft.origin(),
                                    "Proxy '" + draft.name()
                                            + "': L6 sample fetches ignored on HTTP proxies (declared at "
                                            + rule.origin().file() + ":"
                                            + rule.origin().line() + ").");
                }
            }
        }
    }
}

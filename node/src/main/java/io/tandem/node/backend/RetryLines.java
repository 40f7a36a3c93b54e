// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;

/** {@code retries} and {@code option redispatch}: what happens when a server cannot be connected to. */
public final class RetryLines implements Feature {
    private static final class Retrying implements Facet {
        private int retries = 3;
        private int redispatch;

        @Override
        public Facet inherit() {
            Retrying copy = new Retrying();
            copy.retries = retries;
            copy.redispatch = redispatch;
            return copy;
        }
    }

    private static final FacetKey<Retrying> RETRYING = new FacetKey<>(Retrying.class, Retrying::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("retries", SectionKind.PROXIES)
                        .arguments("NUMBER")
                        .doc("attempts to connect after the first, 3 by default")
                        .as(RetryLines::retries),
                Keyword.directive("option redispatch", SectionKind.PROXIES)
                        .arguments("[INTERVAL]")
                        .doc("tries another server when one cannot be connected to")
                        .negatable()
                        .as(RetryLines::redispatch),
                legacyRedispatch("redispatch"),
                legacyRedispatch("redisp"));
    }

    private static Keyword<Directive> legacyRedispatch(String name) {
        return Keyword.directive(name, SectionKind.PROXIES)
                .doc("the same as option redispatch")
                .retired("option redispatch")
                .as((line, draft) -> draft.facet(RETRYING).redispatch = -1);
    }

    private static void retries(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("'retries' expects an integer argument (dispatch counts for one).");
        }
        if (((ProxyDraft) draft).needsBackend(line, "retries", ".")) {
            draft.facet(RETRYING).retries = Math.max(0, line.leadingInteger());
            line.noMore("retries");
        }
    }

    private static void redispatch(Arguments line, Draft draft) {
        if (!((ProxyDraft) draft).needsBackend(line, "redispatch", ".")) {
            return;
        }
        int interval = line.hasNext() ? line.leadingInteger() : -1;
        draft.facet(RETRYING).redispatch = line.negated() ? 0 : interval;
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        Retrying retrying = draft.facet(RETRYING);
        backend.retries = retrying.retries;
        backend.redispatch = retrying.redispatch;
    }
}

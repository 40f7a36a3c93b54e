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

/** {@code retries}, {@code retry-on} and {@code option redispatch}: what happens when a server fails. */
public final class RetryLines implements Feature {
    private static final class Retrying implements Facet {
        private int retries = 3;
        private int redispatch;
        private RetryOn on = RetryOn.DEFAULT;

        @Override
        public Facet inherit() {
            Retrying copy = new Retrying();
            copy.retries = retries;
            copy.redispatch = redispatch;
            copy.on = on;
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
                Keyword.directive("retry-on", SectionKind.PROXIES)
                        .arguments("none | FAILURE|STATUS...")
                        .doc("which failures of a server make its request go out again")
                        .as(RetryLines::retryOn),
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

    private static void retryOn(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.FRONTEND) {
            throw line.error("'retry-on' only available in backend or listen section");
        }
        String first = line.require("'retry-on' needs at least one keyword to specify when to retry")
                .text();
        if (first.equals("none") && !line.hasNext()) {
            draft.facet(RETRYING).on = new RetryOn(0);
            return;
        }
        int failures = 0;
        for (String word = first; ; word = line.next()) {
            if (word.equals("none")) {
                throw line.error("'retry-on' 'none' keyworld only usable alone"); // HAProxy's spelling
            }
            Integer bits = RetryOn.bits(word);
            if (bits == null) {
                throw line.error("'retry-on': unknown keyword '" + word + "'");
            }
            failures |= bits;
            if (!line.hasNext()) {
                break;
            }
        }
        draft.facet(RETRYING).on = new RetryOn(failures);
    }

    private static void redispatch(Arguments line, Draft draft) {
        if (!((ProxyDraft) draft).needsBackend(line, "redispatch", ".")) {
            return;
        }
        int interval = line.hasNext() ? line.leadingInteger() : -1;
        draft.facet(RETRYING).redispatch = line.negated() ? 0 : interval;
    }

    /** Whether a request that TCP fast open carried, and that came to nothing, would be sent again. */
    static boolean coversFastOpen(ProxyDraft draft) {
        RetryOn on = draft.facet(RETRYING).on;
        return on.covers(RetryOn.Failure.EMPTY_RESPONSE) && on.covers(RetryOn.Failure.RESPONSE_TIMEOUT);
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        Retrying retrying = draft.facet(RETRYING);
        backend.retries = retrying.retries;
        backend.redispatch = retrying.redispatch;
        backend.retryOn = retrying.on;
    }
}

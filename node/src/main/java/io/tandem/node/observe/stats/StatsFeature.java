// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.config.text.Times;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.Intercept;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;

/** The statistics page of a proxy: {@code stats enable|uri|refresh|auth|realm|…} (HAProxy manual 4.2). */
public final class StatsFeature implements Feature {
    private static final FacetKey<Facets> KEY = new FacetKey<>(Facets.class, Facets::new);

    /** Mutable while the section is read. */
    private static final class Facets implements Facet {
        private StatsPage.Settings settings = StatsPage.Settings.DEFAULT;
        private boolean enabled;

        @Override
        public Facet inherit() {
            Facets copy = new Facets();
            copy.settings = settings;
            copy.enabled = enabled;
            return copy;
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                keyword("enable", "", "answers requests for the statistics page", (line, facet) -> {}),
                keyword("uri", "<prefix>", "the path the statistics page answers to", StatsFeature::uri),
                keyword("refresh", "<delay>", "lets browsers load the page again", StatsFeature::refresh),
                keyword("auth", "<user>:<password>", "asks for a user and a password", StatsFeature::auth),
                keyword("realm", "<realm>", "names what the password is for", StatsFeature::realm),
                keyword(
                        "hide-version",
                        "",
                        "leaves the version out of the page",
                        (line, facet) -> facet.settings = facet.settings.withHiddenVersion()),
                keyword("show-node", "[<name>]", "shows a node's name", StatsFeature::node),
                keyword("show-desc", "[<text>]", "shows a description", StatsFeature::description),
                keyword(
                        "show-legends",
                        "",
                        "shows more of each proxy and server",
                        (line, facet) -> facet.settings = facet.settings.withLegends()));
    }

    private interface Setting {
        void apply(Arguments line, Facets facet);
    }

    private static Keyword<Directive> keyword(String word, String arguments, String doc, Setting setting) {
        return Keyword.directive("stats " + word, SectionKind.PROXIES)
                .arguments(arguments)
                .doc(doc)
                .as((line, draft) -> {
                    Facets facet = facet(draft);
                    facet.enabled = true; // any of these lines opens the page, as in HAProxy
                    setting.apply(line, facet);
                });
    }

    private static Facets facet(Draft draft) {
        return draft.facet(KEY);
    }

    private static void uri(Arguments line, Facets facet) {
        String uri = line.require("'uri' needs an URI prefix.").text();
        facet.settings = facet.settings.withUri(uri);
    }

    private static void refresh(Arguments line, Facets facet) {
        String word = line.require("'refresh' needs a positive interval (in seconds).")
                .text();
        Times time = Times.parse(word, Times.Unit.S);
        if (!time.ok()) {
            throw line.error("unexpected character '" + time.character() + "' in argument to stats refresh interval.");
        }
        facet.settings = facet.settings.withRefresh((int) time.value());
    }

    private static void auth(Arguments line, Facets facet) {
        String word = line.require("'auth' needs a user:password account.").text();
        if (word.indexOf(':') < 0) {
            throw line.error("'stats auth' needs a user and a password separated by a colon");
        }
        List<String> accounts = new ArrayList<>(facet.settings.accounts());
        accounts.add(word);
        facet.settings = facet.settings.withAccounts(accounts);
    }

    private static void realm(Arguments line, Facets facet) {
        facet.settings = facet.settings.withRealm(
                line.require("'realm' needs an user-authentication realm.").text());
    }

    private static void node(Arguments line, Facets facet) {
        facet.settings = facet.settings.withNode(line.hasNext() ? line.next() : "");
    }

    private static void description(Arguments line, Facets facet) {
        StringBuilder text = new StringBuilder();
        while (line.hasNext()) {
            text.append(text.isEmpty() ? "" : " ").append(line.next());
        }
        facet.settings = facet.settings.withDescription(text.toString());
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        frontend.intercept = intercept(draft, frontend.mode);
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        if (!draft.isFrontend()) { // a listen section's page is its frontend's
            backend.intercept = intercept(draft, backend.mode);
        }
    }

    private static Intercept intercept(ProxyDraft draft, Mode mode) {
        Facets facet = facet(draft);
        return facet.enabled && mode == Mode.HTTP ? new StatsPage(facet.settings)::answer : Intercept.NONE;
    }
}

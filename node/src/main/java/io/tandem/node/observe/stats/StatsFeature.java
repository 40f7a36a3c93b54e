// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
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
import io.tandem.node.language.LineError;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.action.StatsRules;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The statistics page of a proxy: {@code stats enable|uri|refresh|auth|realm|…} (HAProxy manual 4.2). */
public final class StatsFeature implements Feature {
    private static final FacetKey<Facets> KEY = new FacetKey<>(Facets.class, Facets::new);

    private static final String DEFAULT_URI = "/haproxy?stats";
    private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9_-]*");

    /** Mutable while the section is read. */
    private static final class Facets implements Facet {
        private boolean enabled;
        private String uri = DEFAULT_URI;
        private int refreshS;
        private final List<String> accounts = new ArrayList<>();
        private String realm = "HAProxy Statistics";
        private boolean realmGiven;
        private boolean hideVersion;
        private @Nullable String node;
        private @Nullable String description;
        private boolean legends;
        private final List<String> scope = new ArrayList<>();

        @Override
        public Facet inherit() {
            Facets copy = new Facets();
            copy.enabled = enabled;
            copy.uri = uri;
            copy.refreshS = refreshS;
            copy.accounts.addAll(accounts);
            copy.realm = realm;
            copy.realmGiven = realmGiven;
            copy.hideVersion = hideVersion;
            copy.node = node;
            copy.description = description;
            copy.legends = legends;
            copy.scope.addAll(scope);
            return copy;
        }

        private StatsPage.Settings settings(String proxy) {
            Set<String> shown = new HashSet<>();
            scope.forEach(name -> shown.add(name.equals(".") ? proxy : name));
            return new StatsPage.Settings(
                    uri, refreshS, accounts, realm, hideVersion, node, description, legends, shown);
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
                keyword("scope", "{<proxy>|.}", "shows that proxy, or this one, and no others", StatsFeature::scope),
                keyword(
                        "hide-version",
                        "",
                        "leaves the version out of the page",
                        (line, facet) -> facet.hideVersion = true),
                keyword("show-node", "[<name>]", "shows a node's name", StatsFeature::node),
                keyword("show-desc", "[<text>]", "shows a description", StatsFeature::description),
                keyword(
                        "show-legends",
                        "",
                        "shows more of each proxy and server",
                        (line, facet) -> facet.legends = true),
                Keyword.directive("stats show-modules", SectionKind.PROXIES)
                        .doc("accepted for compatibility")
                        .noEffect("the counters of modules are in the CSV and JSON forms")
                        .as((line, draft) -> facet(draft).enabled = true));
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
        facet.uri = line.require("'uri' needs an URI prefix.").text();
    }

    private static void refresh(Arguments line, Facets facet) {
        String word = line.require("'refresh' needs a positive interval (in seconds).")
                .text();
        Times time = Times.parse(word, Times.Unit.S);
        if (!time.ok()) {
            throw close(line, "unexpected character '" + time.character() + "' in argument to stats refresh interval.");
        }
        facet.refreshS = (int) time.value();
    }

    private static void auth(Arguments line, Facets facet) {
        String word = line.require("'auth' needs a user:password account.").text();
        facet.accounts.add(word.indexOf(':') < 0 ? word + ":" : word);
    }

    private static void realm(Arguments line, Facets facet) {
        facet.realmGiven = true;
        facet.realm = line.require("'realm' needs an realm name.").text();
    }

    private static void scope(Arguments line, Facets facet) {
        facet.scope.add(line.require("'scope' needs a proxy name.").text());
    }

    private static void node(Arguments line, Facets facet) {
        String name = line.hasNext() ? line.next() : "";
        if (!NODE_NAME.matcher(name).matches()) {
            throw close(
                    line,
                    "'stats show-node' invalid node name - should be a string"
                            + "with digits(0-9), letters(A-Z, a-z), hyphen(-) or underscode(_).");
        }
        facet.node = name;
    }

    private static void description(Arguments line, Facets facet) {
        StringBuilder text = new StringBuilder();
        while (line.hasNext()) {
            text.append(text.isEmpty() ? "" : " ").append(line.next());
        }
        facet.description = text.toString();
    }

    /** An error without the blank in front of the colon. */
    private static LineError close(Arguments line, String text) {
        Origin origin = line.origin();
        return LineError.whole(origin, "parsing [" + origin.file() + ":" + origin.line() + "]: " + text);
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        warnOfMode(draft, assembly);
        frontend.intercept = intercept(draft, frontend.mode, assembly);
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        if (!draft.isFrontend()) { // a listen section's page is its frontend's
            warnOfMode(draft, assembly);
            backend.intercept = intercept(draft, backend.mode, assembly);
        }
    }

    private static void warnOfMode(ProxyDraft draft, Assembly assembly) {
        if (draft.mode() != Mode.HTTP && facet(draft).enabled) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            "'stats' statement ignored for " + draft.described() + " as it requires HTTP mode.");
        }
    }

    private static Intercept intercept(ProxyDraft draft, Mode mode, Assembly assembly) {
        Facets facet = facet(draft);
        if (mode != Mode.HTTP || !(facet.enabled || StatsRules.areIn(draft))) {
            return Intercept.NONE;
        }
        StatsRules.Compiled rules = StatsRules.of(draft, assembly);
        if (!rules.requests().isEmpty() && (facet.realmGiven || !facet.accounts.isEmpty())) {
            assembly.problems()
                    .add(Problem.alert(
                            null,
                            "proxy '" + draft.name()
                                    + "': stats 'auth'/'realm' and 'http-request' can't be used at the same time."));
        }
        Tuning tuning = Tuning.of(assembly.drafts());
        int capacity = tuning.bufferSize() - tuning.maxRewrite();
        return new StatsPage(facet.settings(draft.name()), rules, capacity)::answer;
    }
}

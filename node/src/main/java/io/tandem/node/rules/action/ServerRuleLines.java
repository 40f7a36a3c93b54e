// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.LineError;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.acl.ConditionParser;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code use-server}, {@code force-persist} and {@code ignore-persist} (HAProxy manual 4.2). */
public final class ServerRuleLines implements Feature {
    /** The lines of a proxy. Not inherited: defaults have none. */
    private static final class Lines implements Facet {
        private final List<RuleLines.Entry> use = new ArrayList<>();
        private final List<RuleLines.Entry> persist = new ArrayList<>();

        @Override
        public Facet inherit() {
            return new Lines();
        }
    }

    private static final FacetKey<Lines> LINES = new FacetKey<>(Lines.class, Lines::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("use-server", SectionKind.PROXIES)
                        .arguments("<server> {if|unless} <condition>")
                        .doc("the server of the requests that meet the condition; the name may be a format")
                        .as(ServerRuleLines::useServer),
                persistence("force-persist", "persistence goes even to a server that is down"),
                persistence("ignore-persist", "persistence cookies are not followed"));
    }

    private static Keyword<Directive> persistence(String name, String doc) {
        return Keyword.directive(name, SectionKind.PROXIES)
                .arguments("{if|unless} <condition>")
                .doc(doc)
                .as((line, draft) -> {
                    refuseInDefaults(draft, line, name);
                    if (draft.needsBackend(line, name, ".")) {
                        int first = line.position();
                        compilePersist(line, (ProxyDraft) draft, null);
                        draft.facet(LINES).persist.add(RuleLines.Entry.of(line, first));
                    }
                });
    }

    private static void refuseInDefaults(Draft draft, Arguments line, String name) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.error("'" + name + "' not allowed in 'defaults' section.");
        }
    }

    private static void useServer(Arguments line, Draft draft) {
        refuseInDefaults(draft, line, "use-server");
        draft.needsBackend(line, "use-server", ".");
        int first = line.position();
        compileUse(line, (ProxyDraft) draft, null);
        draft.facet(LINES).use.add(RuleLines.Entry.of(line, first));
    }

    private static Condition compilePersist(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        String name = line.line().text(line.position() - 1);
        if (!ActionLine.isCondition(line.peek())) {
            throw line.error("'" + name + "' requires either 'if' or 'unless' followed by a condition.");
        }
        try {
            return ConditionParser.parse(line, new Site(proxy, Place.BACKEND_CONTENT, "", line.origin(), assembly), "");
        } catch (SampleError error) {
            throw line.error("error detected while parsing a '" + name + "' rule : " + error.text() + ".");
        }
    }

    private static ServerRules.Use compileUse(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        if (!line.hasNext()) {
            throw line.error("'use-server' expects a server name.");
        }
        String name = line.next();
        if (!ActionLine.isCondition(line.peek())) {
            throw line.error("'use-server' requires either 'if' or 'unless' followed by a condition.");
        }
        Site site = new Site(proxy, Place.BALANCE, "use-server expression", line.origin(), assembly);
        Condition condition;
        try {
            condition = ConditionParser.parse(line, site, "");
        } catch (SampleError error) {
            throw line.error("error detected while parsing switching rule : " + error.text() + ".");
        }
        if (assembly != null) {
            IgnoredBytes.note(proxy, IgnoredBytes.Stage.USE_SERVER, condition, line.origin());
        }
        try {
            // HAProxy compiles the name as if it stood in a frontend
            Site named = site.at(Place.REQUEST, site.context());
            Format format = FormatParser.parse(name, named, Format.Style.VALUE);
            return new ServerRules.Use(condition, null, format, name);
        } catch (SampleError error) {
            Origin origin = line.origin();
            throw LineError.whole(
                    origin,
                    "Parsing [" + origin.file() + ":" + origin.line()
                            + "]; use-server rule failed to parse log-format '" + name + "' : " + error.text() + ".");
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        Lines lines = draft.facet(LINES);
        if (lines.use.isEmpty() && lines.persist.isEmpty()) {
            return;
        }
        List<ServerRules.Use> uses = new ArrayList<>();
        for (RuleLines.Entry entry : lines.use) {
            ServerRules.Use use = compileUse(entry.again(assembly.drafts()), draft, assembly);
            if (use.name().isConstant()) {
                Server server = backend.servers.stream()
                        .filter(s -> s.name().equals(use.text()))
                        .findFirst()
                        .orElse(null);
                if (server == null) {
                    missing(draft, use, assembly);
                    continue;
                }
                uses.add(new ServerRules.Use(use.condition(), server, use.name(), use.text()));
            } else {
                uses.add(use);
            }
        }
        List<ServerRules.Persist> persists = new ArrayList<>();
        for (RuleLines.Entry entry : lines.persist) {
            boolean forced = entry.line().text(entry.first() - 1).equals("force-persist");
            persists.add(
                    new ServerRules.Persist(compilePersist(entry.again(assembly.drafts()), draft, assembly), forced));
        }
        backend.persistence = new ServerRules(
                uses, persists, List.copyOf(backend.servers), backend.persistToDown, backend.persistence);
    }

    /** A frontend has no servers, and HAProxy says so of each line. */
    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        if (!draft.isBackend()) {
            for (RuleLines.Entry entry : draft.facet(LINES).use) {
                ServerRules.Use use = compileUse(entry.again(assembly.drafts()), draft, assembly);
                if (use.name().isConstant()) {
                    missing(draft, use, assembly);
                }
            }
        }
    }

    private static void missing(ProxyDraft draft, ServerRules.Use use, Assembly assembly) {
        assembly.problems()
                .alert(
                        draft.origin(),
                        draft.described() + " : unable to find server '" + use.text()
                                + "' referenced in a 'use-server' rule.");
    }
}

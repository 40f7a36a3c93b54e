// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.acl.ConditionParser;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may see a statistics page and who may change something with it: {@code stats http-request} and {@code stats admin}
 * (HAProxy manual 4.2).
 */
public final class StatsRules implements Feature {
    /** What the manual has; HAProxy takes any, some of which mean nothing there. */
    private static final Set<String> ACTIONS = Set.of("allow", "deny", "auth");

    private static final FacetKey<Lines> LINES = new FacetKey<>(Lines.class, Lines::new);

    /** The lines of a proxy. Not inherited: defaults have none. */
    private static final class Lines implements Facet {
        private final List<RuleLines.Entry> requests = new ArrayList<>();
        private final List<RuleLines.Entry> admins = new ArrayList<>();

        @Override
        public Facet inherit() {
            return new Lines();
        }
    }

    /**
     * The compiled lines of a proxy.
     *
     * @param requests judge requests for its page; may be empty
     * @param admins one of these must hold for a request that changes something; empty: none may
     */
    public record Compiled(Rules requests, List<Condition> admins) {
        public Compiled {
            admins = List.copyOf(admins);
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("stats http-request", SectionKind.PROXIES)
                        .arguments("{allow|deny|auth [realm <realm>]} [{if|unless} <condition>]")
                        .doc("a rule on requests for the statistics page")
                        .as(StatsRules::request),
                Keyword.directive("stats admin", SectionKind.PROXIES)
                        .arguments("{if|unless} <condition>")
                        .doc("whose statistics page has a form to change the state of servers")
                        .as(StatsRules::admin));
    }

    private static void request(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw RuleCompiler.whole(line, ": 'stats' not allowed in 'defaults' section.");
        }
        String action = line.peek();
        if (ActionNames.has(RuleSet.REQUEST, action) && !ACTIONS.contains(action)) {
            throw line.error(KnownKeywords.notSupported("stats http-request " + action));
        }
        int first = line.position();
        new RuleCompiler(RuleSet.REQUEST, (ProxyDraft) draft, null).compile(line);
        draft.facet(LINES).requests.add(RuleLines.Entry.of(line, first));
    }

    private static void admin(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw RuleCompiler.whole(line, ": 'stats admin' not allowed in 'defaults' section.");
        }
        int first = line.position();
        compileAdmin(line, (ProxyDraft) draft, null);
        draft.facet(LINES).admins.add(RuleLines.Entry.of(line, first));
    }

    private static Condition compileAdmin(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        if (!ActionLine.isCondition(line.peek())) {
            throw line.error("'stats admin' requires either 'if' or 'unless' followed by a condition.");
        }
        try {
            return ConditionParser.parse(
                    line, new Site(proxy, RuleSet.REQUEST.place(proxy), "", line.origin(), assembly), "");
        } catch (SampleError error) {
            throw line.error("error detected while parsing a 'stats admin' rule : " + error.text() + ".");
        }
    }

    /** Whether the proxy has such lines, which open its page as any {@code stats} line does. */
    public static boolean areIn(ProxyDraft proxy) {
        Lines lines = proxy.facet(LINES);
        return !lines.requests.isEmpty() || !lines.admins.isEmpty();
    }

    /** The lines of a proxy, once all proxies are known. */
    public static Compiled of(ProxyDraft proxy, Assembly assembly) {
        Lines lines = proxy.facet(LINES);
        List<Rules.Rule> requests = new ArrayList<>();
        for (RuleLines.Entry entry : lines.requests) {
            requests.add(new RuleCompiler(RuleSet.REQUEST, proxy, assembly)
                    .compile(entry.again(assembly.drafts()))
                    .rule());
        }
        List<Condition> admins = new ArrayList<>();
        for (RuleLines.Entry entry : lines.admins) {
            admins.add(compileAdmin(entry.again(assembly.drafts()), proxy, assembly));
        }
        return new Compiled(new Rules(requests), admins);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.acl.ConditionParser;
import io.tandem.node.rules.sample.Regex;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules on header lines that HAProxy dropped in 2.1: {@code reqrep}, {@code rspidel} and their like. Their regular
 * expressions are tried on whole lines, {@code Name: value} or the start line, and an {@code i} in the name ignores case.
 * They run after the {@code http-request} rules, as they did. ({@code reqadd}, {@code rspadd} and {@code block} are read as
 * their modern lines.)
 */
public final class LegacyRules implements Feature {
    private static final FacetKey<Lines> KEY = new FacetKey<>(Lines.class, Lines::new);

    /** What a line that matches leads to. */
    private enum Effect {
        DELETE,
        REPLACE,
        ALLOW,
        DENY,
        PASS,
        TARPIT
    }

    @Override
    public List<Keyword<Directive>> directives() {
        List<Keyword<Directive>> all = new ArrayList<>();
        both(all, "req", "del", Effect.DELETE, "http-request del-header");
        both(all, "rsp", "del", Effect.DELETE, "http-response del-header");
        both(all, "req", "rep", Effect.REPLACE, "http-request replace-header");
        both(all, "rsp", "rep", Effect.REPLACE, "http-response replace-header");
        both(all, "req", "allow", Effect.ALLOW, "http-request allow");
        both(all, "req", "deny", Effect.DENY, "http-request deny");
        both(all, "rsp", "deny", Effect.DENY, "http-response deny");
        both(all, "req", "pass", Effect.PASS, "http-request allow");
        both(all, "req", "tarpit", Effect.TARPIT, "http-request tarpit");
        return all;
    }

    private static void both(
            List<Keyword<Directive>> all, String direction, String verb, Effect effect, String instead) {
        boolean response = direction.equals("rsp");
        all.add(plain(direction + verb, effect, response, instead));
        all.add(plain(direction + "i" + verb, effect, response, instead));
    }

    private static Keyword<Directive> plain(String name, Effect effect, boolean response, String instead) {
        boolean ignoreCase = name.startsWith("reqi") || name.startsWith("rspi");
        return Keyword.directive(name, SectionKind.PROXIES)
                .arguments(
                        switch (effect) {
                            case REPLACE -> "<search> <replacement> [{if|unless} <condition>]";
                            default -> "<search> [{if|unless} <condition>]";
                        })
                .doc("a rule of old on whole header lines")
                .retired(instead)
                .as((line, draft) -> read(line, (ProxyDraft) draft, effect, response, ignoreCase));
    }

    private static void read(Arguments line, ProxyDraft draft, Effect effect, boolean response, boolean ignoreCase) {
        String name = line.keyword();
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.error("'" + name + "' not allowed in 'defaults' section.");
        }
        int first = line.position();
        compile(line, draft, effect, response, ignoreCase, null);
        draft.facet(KEY).entries.add(new Entry(RuleLines.Entry.of(line, first), effect, response, ignoreCase));
    }

    private static Condition condition(Arguments line, ProxyDraft draft, RuleSet set, @Nullable Assembly assembly) {
        if (!ActionLine.isCondition(line.peek())) {
            throw line.error("'" + line.keyword() + "' expects either 'if' or 'unless' followed by a condition.");
        }
        try {
            return ConditionParser.parse(line, new Site(draft, set.place(draft), "", line.origin(), assembly), "");
        } catch (SampleError error) {
            throw line.error(
                    "error detected while parsing a '" + line.keyword() + "' condition : " + error.text() + ".");
        }
    }

    private static Rules.Rule compile(
            Arguments line,
            ProxyDraft draft,
            Effect effect,
            boolean response,
            boolean ignoreCase,
            @Nullable Assembly assembly) {
        String search = line.require("'" + line.keyword() + "' expects <search> as an argument.")
                .text();
        Regex regex;
        try {
            regex = Regex.compile(search, ignoreCase);
        } catch (SampleError error) {
            throw line.error(error.text() + ".");
        }
        Action action =
                switch (effect) {
                    case REPLACE ->
                        new LegacyReplacement(
                                regex,
                                Text.bytes(line.require("'" + line.keyword() + "' expects <search> and <replace>.")
                                        .text()),
                                response);
                    case DELETE -> LegacyLine.deletion(regex, response);
                    default -> judgement(regex, effect, response);
                };
        RuleSet set = response ? RuleSet.RESPONSE : RuleSet.REQUEST;
        Condition condition = line.hasNext() ? condition(line, draft, set, assembly) : Condition.ALWAYS;
        return new Rules.Rule(condition, action);
    }

    private static Action judgement(Regex regex, Effect effect, boolean response) {
        return facts -> {
            if (!LegacyLine.anyMatches(facts, response, regex)) {
                return Verdict.CONTINUE;
            }
            if (effect == Effect.ALLOW || effect == Effect.PASS) {
                return Verdict.ACCEPT;
            }
            boolean tarpit = effect == Effect.TARPIT;
            facts.tarpit = tarpit;
            facts.reply = ErrorReply.of(facts, tarpit ? 500 : response ? 502 : 403);
            facts.countInFront(response ? ProxyCounter.DENIED_RESPONSES : ProxyCounter.DENIED_REQUESTS);
            facts.terminationWho = Termination.PROXY;
            facts.terminationWhen =
                    tarpit ? Termination.IN_TARPIT : response ? Termination.IN_HEADERS : Termination.IN_REQUEST;
            return Verdict.REPLY;
        };
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        if (draft.mode() == Mode.HTTP) {
            backend.requestRules =
                    backend.requestRules.then(rules(draft, assembly, false)).skippedInListen();
            backend.responseRules = backend.responseRules.then(rules(draft, assembly, true));
        }
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        if (draft.mode() == Mode.HTTP) {
            frontend.requestRules = frontend.requestRules.then(rules(draft, assembly, false));
            frontend.responseRules =
                    frontend.responseRules.then(rules(draft, assembly, true).skippedInListen());
        }
    }

    private static Rules rules(ProxyDraft draft, Assembly assembly, boolean response) {
        List<Rules.Rule> rules = new ArrayList<>();
        for (Entry entry : draft.facet(KEY).entries) {
            if (entry.response() == response) {
                rules.add(compile(
                        entry.line().again(assembly.drafts()),
                        draft,
                        entry.effect(),
                        response,
                        entry.ignoreCase(),
                        assembly));
            }
        }
        return new Rules(rules);
    }

    private record Entry(RuleLines.Entry line, Effect effect, boolean response, boolean ignoreCase) {}

    private static final class Lines implements Facet {
        private final List<Entry> entries = new ArrayList<>();

        @Override
        public Facet inherit() {
            return new Lines();
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Times;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.acl.ConditionParser;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code http-request}, {@code http-response}, {@code http-after-response}, {@code tcp-request}, {@code redirect}. */
public final class RuleFeature implements Feature {
    private static final Keyword<Directive> HTTP_REQUEST = Keyword.directive("http-request", SectionKind.PROXIES)
            .arguments("<action> [<arguments>…] [{if|unless} <condition>]")
            .doc("a rule on requests")
            .as((line, draft) -> rule(line, draft, RuleSet.REQUEST));

    private static final Keyword<Directive> HTTP_RESPONSE = Keyword.directive("http-response", SectionKind.PROXIES)
            .arguments("<action> [<arguments>…] [{if|unless} <condition>]")
            .doc("a rule on responses of servers")
            .as((line, draft) -> rule(line, draft, RuleSet.RESPONSE));

    private static final Keyword<Directive> HTTP_AFTER_RESPONSE = Keyword.directive(
                    "http-after-response", SectionKind.PROXIES)
            .arguments("<action> [<arguments>…] [{if|unless} <condition>]")
            .doc("a rule on all responses, the proxy's own included")
            .as((line, draft) -> rule(line, draft, RuleSet.AFTER_RESPONSE));

    private static final Keyword<Directive> TCP_REQUEST = Keyword.directive("tcp-request", SectionKind.PROXIES)
            .arguments("{connection|session|content} <action> [{if|unless} <condition>] | inspect-delay <time>")
            .doc("a rule on connections, or on the first bytes of them")
            .as(RuleFeature::tcpRequest);

    private static final Keyword<Directive> TCP_RESPONSE = Keyword.directive("tcp-response", SectionKind.PROXIES)
            .arguments("content <action> [{if|unless} <condition>] | inspect-delay <time>")
            .doc("a rule on the first bytes from a server")
            .as(RuleFeature::tcpResponse);

    private static final Keyword<Directive> REDIRECT = Keyword.directive("redirect", SectionKind.PROXIES)
            .arguments("{location|prefix|scheme} <format> [code <code>] … [{if|unless} <condition>]")
            .doc("a redirection, after the http-request rules")
            .as(RuleFeature::redirect);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(HTTP_REQUEST, HTTP_RESPONSE, HTTP_AFTER_RESPONSE, TCP_REQUEST, TCP_RESPONSE, REDIRECT);
    }

    /** The sets in which a section has rules of its own. */
    public static Set<RuleSet> ruleSets(ProxyDraft draft) {
        return draft.facet(RuleLines.KEY).sets();
    }

    private static void rule(Arguments line, Draft draft, RuleSet set) {
        if (draft.kind() == SectionKind.DEFAULTS && draft.name().isEmpty()) {
            throw line.error("'" + set.words() + "' not allowed in anonymous 'defaults' section.");
        }
        ProxyDraft proxy = (ProxyDraft) draft;
        RuleLines lines = proxy.facet(RuleLines.KEY);
        int first = line.position();
        RuleCompiler.Compiled compiled = new RuleCompiler(set, proxy, null).compile(line);
        if (lines.followsEnd(set, compiled.ends())) {
            line.context()
                    .problems()
                    .warning(
                            line.origin(),
                            "parsing [" + line.origin().file() + ":"
                                    + line.origin().line() + "]: previous '"
                                    + set.words()
                                    + "' action is final and has no condition attached, further entries are NOOP.");
        }
        if (set == RuleSet.REQUEST) {
            warnIfMisplaced(line, lines, RuleLines.Stage.REQUEST, "http-request");
        }
        lines.add(set, RuleLines.Entry.of(line, first));
    }

    static void warnIfMisplaced(Arguments line, RuleLines lines, RuleLines.Stage stage, String words) {
        String later = lines.misplaced(stage);
        if (!later.isEmpty()) {
            line.warn("a '" + words + "' rule placed after " + later + " rule will still be processed before.");
        }
    }

    private static void tcpRequest(Arguments line, Draft draft) {
        ProxyDraft proxy = (ProxyDraft) draft;
        if (draft.kind() == SectionKind.DEFAULTS
                && draft.name().isEmpty()
                && !line.peek().equals("inspect-delay")) {
            throw line.error("tcp-request " + line.peek() + " is not allowed in anonymous 'defaults' sections");
        }
        if (!line.hasNext()) {
            throw line.error("missing argument for 'tcp-request' in " + RuleCompiler.named(proxy));
        }
        String kind = line.next();
        RuleLines lines = proxy.facet(RuleLines.KEY);
        switch (kind) {
            case "inspect-delay" -> {
                int delayMs = delay(line, "tcp-request", proxy);
                if (lines.delayed) {
                    line.warn(
                            "ignoring tcp-request inspect-delay (was already defined) in " + RuleCompiler.named(proxy));
                }
                lines.delayed = true;
                lines.inspectDelayMs = delayMs;
            }
            case "connection" -> tcpRule(line, proxy, RuleSet.CONNECTION, RuleLines.Stage.CONNECTION);
            case "session" -> tcpRule(line, proxy, RuleSet.SESSION, RuleLines.Stage.SESSION);
            case "content" -> tcpRule(line, proxy, RuleSet.CONTENT, RuleLines.Stage.CONTENT);
            default ->
                throw line.error("'tcp-request' expects 'inspect-delay', 'connection', or 'content' in "
                        + RuleCompiler.named(proxy) + " (got '" + kind + "')");
        }
    }

    private static int delay(Arguments line, String keyword, ProxyDraft proxy) {
        String complaint = "'" + keyword + " inspect-delay' expects a positive delay in milliseconds, in "
                + RuleCompiler.named(proxy);
        if (!line.hasNext()) {
            throw line.error(complaint);
        }
        Times time = Times.millis(line.next());
        if (!time.ok()) {
            throw line.error(
                    time.outcome() == Times.Outcome.UNEXPECTED
                            ? complaint + " (unexpected character '" + time.character() + "')"
                            : complaint);
        }
        return (int) time.value();
    }

    private static void tcpRule(Arguments line, ProxyDraft proxy, RuleSet set, RuleLines.Stage stage) {
        if (set != RuleSet.CONTENT && !proxy.isFrontend() && proxy.kind() != SectionKind.DEFAULTS) {
            throw line.error(set.words() + " is not allowed because "
                    + proxy.kind().keyword() + " " + proxy.name() + " is not a frontend");
        }
        RuleLines lines = proxy.facet(RuleLines.KEY);
        int first = line.position();
        RuleCompiler.Compiled compiled = new RuleCompiler(set, proxy, null).compile(line);
        warnIfMisplaced(line, lines, stage, "tcp-request");
        lines.followsEnd(set, compiled.ends());
        lines.add(set, RuleLines.Entry.of(line, first));
    }

    private static void tcpResponse(Arguments line, Draft draft) {
        ProxyDraft proxy = (ProxyDraft) draft;
        if (!line.hasNext()) {
            throw line.error("missing argument for 'tcp-response' in " + RuleCompiler.named(proxy));
        }
        String kind = line.next();
        if (kind.equals("inspect-delay") || kind.equals("content")) {
            refuseInFrontend(line, proxy, "tcp-response " + kind);
        }
        switch (kind) {
            case "inspect-delay" ->
                proxy.facet(RuleLines.KEY).responseInspectDelayMs = delay(line, "tcp-response", proxy);
            case "content" -> {
                if (draft.kind() == SectionKind.FRONTEND
                        || draft.kind() == SectionKind.DEFAULTS && draft.name().isEmpty()) {
                    throw line.error(
                            "tcp-response content is only allowed in 'backend' sections or 'defaults' section with"
                                    + " a name");
                }
                int first = line.position();
                new RuleCompiler(RuleSet.RESPONSE_CONTENT, proxy, null).compile(line);
                proxy.facet(RuleLines.KEY).add(RuleSet.RESPONSE_CONTENT, RuleLines.Entry.of(line, first));
            }
            default ->
                throw line.error("'tcp-response' expects 'inspect-delay' or 'content' in " + RuleCompiler.named(proxy)
                        + " (got '" + kind + "')");
        }
    }

    private static void refuseInFrontend(Arguments line, ProxyDraft proxy, String what) {
        boolean anonymous = proxy.kind() == SectionKind.DEFAULTS && proxy.name().isEmpty();
        if (anonymous || proxy.kind() == SectionKind.FRONTEND) {
            throw line.error(what + " is only allowed in 'backend' sections or 'defaults' section with a name");
        }
    }

    private static void redirect(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.error("'redirect' not allowed in 'defaults' section.");
        }
        ProxyDraft proxy = (ProxyDraft) draft;
        RuleLines lines = proxy.facet(RuleLines.KEY);
        int first = line.position();
        compileRedirect(line, proxy, null);
        warnIfMisplaced(line, lines, RuleLines.Stage.REDIRECT, "redirect");
        lines.add(RuleLines.Stage.REDIRECT, RuleLines.Entry.of(line, first));
    }

    private static Rules.Rule compileRedirect(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        Site site = new Site(proxy, RuleSet.REQUEST.place(proxy), "http-request expression", line.origin(), assembly);
        try {
            Redirect redirect = (Redirect) Redirect.parse(new ActionLine(line, RuleSet.REQUEST, "redirect", site));
            Condition condition = line.hasNext() ? ConditionParser.parse(line, site, "") : Condition.ALWAYS;
            return new Rules.Rule(condition, redirect);
        } catch (SampleError error) {
            throw line.error("error detected in " + RuleCompiler.named(proxy) + " while parsing redirect rule : "
                    + error.text() + ".");
        }
    }

    private static Rules redirects(ProxyDraft proxy, Assembly assembly) {
        List<Rules.Rule> rules = new ArrayList<>();
        for (RuleLines.Entry entry : proxy.facet(RuleLines.KEY).of(RuleLines.Stage.REDIRECT)) {
            rules.add(compileRedirect(entry.again(assembly.drafts()), proxy, assembly));
        }
        return new Rules(rules);
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        RuleLines lines = draft.facet(RuleLines.KEY);
        Rules content = RuleCompiler.assemble(RuleSet.CONTENT, draft, assembly);
        Rules responseContent = RuleCompiler.assemble(RuleSet.RESPONSE_CONTENT, draft, assembly);
        if (draft.mode() == Mode.HTTP) {
            // With HTTP the head is whole before the first of these is asked: they never wait.
            backend.requestRules = content.then(RuleCompiler.assemble(RuleSet.REQUEST, draft, assembly))
                    .then(redirects(draft, assembly))
                    .skippedInListen();
            backend.responseRules = responseContent.then(RuleCompiler.assemble(RuleSet.RESPONSE, draft, assembly));
            backend.afterResponseRules = RuleCompiler.assemble(RuleSet.AFTER_RESPONSE, draft, assembly);
            return;
        }
        backend.contentRules = content.skippedInListen();
        backend.inspectDelayMs = lines.inspectDelayMs;
        backend.responseContentRules = responseContent;
        backend.responseInspectDelayMs = lines.responseInspectDelayMs;
        if (!draft.isFrontend()) {
            warnIgnored(draft, lines, assembly);
        }
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        RuleLines lines = draft.facet(RuleLines.KEY);
        frontend.connectionRules = RuleCompiler.assemble(RuleSet.CONNECTION, draft, assembly);
        Rules session = RuleCompiler.assemble(RuleSet.SESSION, draft, assembly);
        Rules content = RuleCompiler.assemble(RuleSet.CONTENT, draft, assembly);
        Rules responseContent = RuleCompiler.assemble(RuleSet.RESPONSE_CONTENT, draft, assembly);
        if (draft.mode() == Mode.HTTP) {
            frontend.requestRules = session.forFirstRequest()
                    .then(content)
                    .then(frontend.requestRules)
                    .then(RuleCompiler.assemble(RuleSet.REQUEST, draft, assembly))
                    .then(redirects(draft, assembly));
            frontend.responseRules = frontend.responseRules.then(responseContent
                    .then(RuleCompiler.assemble(RuleSet.RESPONSE, draft, assembly))
                    .skippedInListen());
            frontend.afterResponseRules = ofBackend(assembly)
                    .then(RuleCompiler.assemble(RuleSet.AFTER_RESPONSE, draft, assembly)
                            .skippedInListen());
            return;
        }
        frontend.inspectDelayMs = lines.inspectDelayMs;
        frontend.sessionRules = session;
        frontend.contentRules = content;
        if (!draft.isBackend()) {
            refuseInTcp(draft, lines.of(RuleSet.RESPONSE_CONTENT), "tcp-response content", assembly);
        }
        if (!switchesToHttp(lines)) {
            warnIgnored(draft, lines, assembly);
            return;
        }
        if (draft.isBackend()) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            "Proxy '" + draft.name()
                                    + "' : 'switch-mode http' configured for a tcp proxy with no backend."
                                    + " Incoming connections upgraded to HTTP cannot be routed to TCP servers");
        }
        frontend.requestRules = frontend.requestRules
                .then(RuleCompiler.assemble(RuleSet.REQUEST, draft, assembly))
                .then(redirects(draft, assembly));
        frontend.responseRules = frontend.responseRules.then(RuleCompiler.assemble(RuleSet.RESPONSE, draft, assembly));
        frontend.afterResponseRules =
                ofBackend(assembly).then(RuleCompiler.assemble(RuleSet.AFTER_RESPONSE, draft, assembly));
    }

    private static boolean switchesToHttp(RuleLines lines) {
        return lines.of(RuleSet.CONTENT).stream().anyMatch(entry -> entry.line().words().stream()
                .anyMatch(word -> word.text().equals("switch-mode")));
    }

    /** The rules of whichever backend the exchange went to, if any backend has some. */
    private static Rules ofBackend(Assembly assembly) {
        return assembly.hasAfterResponseRules()
                ? Captures.always(facts -> {
                    Backend backend = facts.backend;
                    Verdict verdict = backend == null
                            ? Verdict.CONTINUE
                            : backend.afterResponseRules().judge(facts);
                    return verdict == Verdict.ACCEPT ? Verdict.CONTINUE : verdict;
                })
                : Rules.NONE;
    }

    private static void refuseInTcp(ProxyDraft draft, List<RuleLines.Entry> entries, String what, Assembly assembly) {
        if (!entries.isEmpty()) {
            Origin origin = entries.get(0).line().origin();
            assembly.problems()
                    .alert(
                            origin,
                            "parsing [" + origin.file() + ":" + origin.line() + "] : "
                                    + KnownKeywords.notSupported(what + " in " + draft + " (mode tcp)"));
        }
    }

    private static void warnIgnored(ProxyDraft draft, RuleLines lines, Assembly assembly) {
        for (RuleSet set : List.of(RuleSet.REQUEST, RuleSet.RESPONSE, RuleSet.AFTER_RESPONSE)) {
            if (!lines.of(set).isEmpty()) {
                assembly.problems()
                        .warning(
                                draft.origin(),
                                "'" + set.words() + "' rules ignored for " + RuleCompiler.named(draft)
                                        + " as they require HTTP mode.");
            }
        }
    }
}

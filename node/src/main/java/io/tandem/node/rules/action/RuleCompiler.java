// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LineError;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.acl.ConditionParser;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Experimental;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles the lines of one rule set (HAProxy manual 4.2, {@code http-request}, {@code tcp-request}). */
final class RuleCompiler {
    private final RuleSet set;
    private final ProxyDraft proxy;
    private final @Nullable Assembly assembly;

    RuleCompiler(RuleSet set, ProxyDraft proxy, @Nullable Assembly assembly) {
        this.set = set;
        this.proxy = proxy;
        this.assembly = assembly;
    }

    /** A compiled rule, and whether nothing runs behind it. */
    record Compiled(Rules.Rule rule, boolean ends) {}

    /** The rules of a proxy, once all proxies are known. */
    static Rules assemble(RuleSet set, ProxyDraft proxy, Assembly assembly) {
        return proxy.facet(RuleLines.KEY).compiled(set, () -> all(set, proxy, assembly));
    }

    private static Rules all(RuleSet set, ProxyDraft proxy, Assembly assembly) {
        List<Rules.Rule> rules = new ArrayList<>();
        for (RuleLines.Entry entry : proxy.facet(RuleLines.KEY).of(set)) {
            rules.add(new RuleCompiler(set, proxy, assembly)
                    .compile(entry.again(assembly.drafts()))
                    .rule());
        }
        EarlyHint.join(rules);
        return new Rules(rules);
    }

    /** Compiles the line whose next word is the action. */
    Compiled compile(Arguments line) {
        String name = line.next();
        Keyword<ActionKind> keyword = ActionKeywords.find(name, set);
        if (keyword == null) {
            throw unknown(line, name);
        }
        if (keyword.meaning().experimental()
                && !Experimental.isAllowed(line.context().drafts())) {
            throw line.error("'" + keyword.name()
                    + "' action is experimental, must be allowed via a global 'expose-experimental-directives'");
        }
        ActionLine actionLine = new ActionLine(line, set, name, site(line));
        Action action;
        try {
            action = keyword.meaning().factory().make(actionLine);
        } catch (SampleError error) {
            throw actionError(line, name, error);
        }
        boolean conditional = line.hasNext();
        Condition condition = conditional ? condition(line, name) : Condition.ALWAYS;
        if (assembly != null) {
            IgnoredBytes.note(proxy, IgnoredBytes.Stage.of(set), condition, line.origin());
        }
        return new Compiled(
                new Rules.Rule(condition, action, told(line)), keyword.meaning().ends() && !conditional);
    }

    /** Rules on connections and sessions are judged before there is an exchange that could remember them. */
    private @Nullable Origin told(Arguments line) {
        return set == RuleSet.CONNECTION || set == RuleSet.SESSION ? null : line.origin();
    }

    private Site site(Arguments line) {
        return new Site(proxy, set.place(proxy), set.words() + " expression", line.origin(), assembly);
    }

    /** {@code proxy 'f'} of a listen, {@code frontend 'f'}, {@code backend 'b'}. */
    static String named(ProxyDraft proxy) {
        return (proxy.kind() == SectionKind.LISTEN ? "proxy" : proxy.kind().keyword()) + " '" + proxy.name() + "'";
    }

    private LineError unknown(Arguments line, String name) {
        if (ActionNames.has(set, name)) {
            return line.error(KnownKeywords.notSupported(set.words() + " " + name));
        }
        String text = ActionNames.unknown(set, name, named(proxy));
        return set.isHttp() ? whole(line, ": " + text) : line.error(text);
    }

    private LineError actionError(Arguments line, String name, SampleError error) {
        if (set.isHttp()) {
            return line.error("error detected in " + named(proxy) + " while parsing '" + set.words() + " " + name
                    + "' rule : " + error.text() + ".");
        }
        boolean named = name.startsWith("track-sc") || name.equals("capture");
        return line.error((named ? "'" + set.words() + " " + name + "' : " : "") + error.text());
    }

    private Condition condition(Arguments line, String name) {
        String rule = set.words() + " " + name;
        if (!ActionLine.isCondition(line.peek())) {
            throw set.isHttp()
                    ? whole(
                            line,
                            ": '" + rule + "' expects either 'if' or 'unless' followed by a condition but found '"
                                    + line.peek() + "'.")
                    : line.error("'" + rule + "' only accepts 'if' or 'unless', in " + named(proxy) + " (got '"
                            + line.peek() + "')");
        }
        String word = line.peek();
        try {
            String context = set.isHttp() ? "" : " in '" + set.words() + "'";
            return ConditionParser.parse(line, site(line), context);
        } catch (SampleError error) {
            throw line.error(
                    set.isHttp()
                            ? "error detected while parsing an '" + rule + "' condition : " + error.text() + "."
                            : "'" + rule + "' : error detected in " + named(proxy) + " while parsing '" + word
                                    + "' condition : " + error.text());
        }
    }

    static LineError whole(Arguments line, String text) {
        Origin origin = line.origin();
        return LineError.whole(origin, "parsing [" + origin.file() + ":" + origin.line() + "]" + text);
    }
}

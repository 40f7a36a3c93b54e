// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.BackendChoice;
import io.tandem.node.frontend.Frontend;
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
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.acl.ConditionParser;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code use_backend} and {@code default_backend} (HAProxy manual 4.2): which backend a frontend hands a request to. */
public final class SwitchingFeature implements Feature {
    private static final Keyword<Directive> USE_BACKEND = Keyword.directive("use_backend", SectionKind.PROXIES)
            .arguments("<backend> [{if|unless} <condition>]")
            .doc("the backend of the requests that meet the condition; the name may be a format")
            .as(SwitchingFeature::useBackend);

    private static final Keyword<Directive> DEFAULT_BACKEND = Keyword.directive("default_backend", SectionKind.PROXIES)
            .arguments("<backend>")
            .doc("the backend of the requests that no use_backend rule takes")
            .as(SwitchingFeature::defaultBackend);

    private static final FacetKey<Default> DEFAULT = new FacetKey<>(Default.class, Default::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(USE_BACKEND, DEFAULT_BACKEND);
    }

    private static void useBackend(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.error("'use_backend' not allowed in 'defaults' section.");
        }
        boolean ignored = !((ProxyDraft) draft).isFrontend();
        if (ignored) {
            line.warn("'use_backend' ignored because " + draft + " has no frontend capability.");
        }
        int first = line.position();
        compile(line, (ProxyDraft) draft, null); // its mistakes are told all the same
        if (ignored) {
            return;
        }
        RuleLines lines = draft.facet(RuleLines.KEY);
        lines.misplaced(RuleLines.Stage.USE_BACKEND);
        lines.add(RuleLines.Stage.USE_BACKEND, RuleLines.Entry.of(line, first));
    }

    private static void defaultBackend(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("'default_backend' expects a backend name.");
        }
        String name = line.next();
        if (draft.kind() == SectionKind.BACKEND) {
            line.warn("'default_backend' ignored because " + draft + " has no frontend capability.");
            return;
        }
        draft.facet(DEFAULT).name = name;
        if (line.hasNext()) {
            throw line.error("'default_backend' cannot handle unexpected argument '" + line.peek() + "'.");
        }
    }

    /** One rule: a backend known beforehand, or a format of its name. */
    private record Rule(Condition condition, @Nullable Backend backend, Format name) {}

    private static Rule compile(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        if (!line.hasNext()) {
            throw line.error("'use_backend' expects a backend name.");
        }
        String name = line.next();
        Site site = new Site(proxy, Place.SWITCHING, "use_backend expression", line.origin(), assembly);
        Condition condition = Condition.ALWAYS;
        if (line.hasNext()) {
            if (!ActionLine.isCondition(line.peek())) {
                throw line.error("unexpected keyword '" + line.peek()
                        + "' after switching rule, only 'if' and 'unless' are allowed.");
            }
            try {
                condition = ConditionParser.parse(line, site, "");
            } catch (SampleError error) {
                throw line.error("error detected while parsing switching rule : " + error.text() + ".");
            }
        }
        if (assembly != null) {
            IgnoredBytes.note(proxy, IgnoredBytes.Stage.SWITCHING, condition, line.origin());
        }
        Format format;
        try {
            format = FormatParser.parse(name, site, Format.Style.VALUE);
        } catch (SampleError error) {
            Origin origin = line.origin();
            throw LineError.whole(
                    origin,
                    "Parsing [" + origin.file() + ":" + origin.line() + "]: failed to parse use_backend rule '" + name
                            + "' : " + error.text() + ".");
        }
        Backend backend = null;
        if (assembly != null && format.isConstant()) {
            backend = find(name, "use_backend", proxy, assembly);
        }
        return new Rule(condition, backend, format);
    }

    private static @Nullable Backend find(String name, String keyword, ProxyDraft proxy, Assembly assembly) {
        Optional<ProxyDraft> target = assembly.drafts().backend(name);
        if (target.isEmpty()) {
            assembly.problems()
                    .alert(
                            proxy.origin(),
                            "Proxy '" + proxy.name() + "': unable to find required " + keyword + ": '" + name + "'.");
        } else if (proxy.mode() == Mode.HTTP && target.get().mode() != Mode.HTTP) {
            String how = keyword.equals("default_backend") ? "as its default backend" : "in a '" + keyword + "' rule";
            assembly.problems()
                    .alert(
                            proxy.origin(),
                            placed(proxy) + " tries to use incompatible " + placed(target.get()) + " " + how
                                    + " (see 'mode').");
        }
        return assembly.backend(name);
    }

    /** {@code http frontend 'f' (FILE:LINE)}. */
    private static String placed(ProxyDraft proxy) {
        return proxy.mode().name().toLowerCase(Locale.ROOT) + " " + proxy.described() + " ("
                + proxy.origin().place() + ")";
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        List<Rule> rules = new ArrayList<>();
        for (RuleLines.Entry entry : draft.facet(RuleLines.KEY).of(RuleLines.Stage.USE_BACKEND)) {
            rules.add(compile(entry.again(assembly.drafts()), draft, assembly));
        }
        String name = draft.facet(DEFAULT).name;
        Backend otherwise = null;
        if (!name.isEmpty()) {
            otherwise = find(name, "default_backend", draft, assembly);
        } else if (draft.isBackend()) {
            otherwise = assembly.backend(draft.name());
        }
        Choice choice = new Choice(rules.toArray(Rule[]::new), otherwise, name);
        frontend.backendChoice = choice;
        assembly.onCommit(() -> tellLoad(choice, frontend, assembly));
    }

    /** Backends learn how much may come; those whose name is made at run time do not. */
    private static void tellLoad(Choice choice, Frontend.Builder frontend, Assembly assembly) {
        int most = frontend.maxConnections > 0
                ? frontend.maxConnections
                : assembly.node().maxConnections();
        Set<Backend> reached = new LinkedHashSet<>();
        for (Rule rule : choice.rules()) {
            if (rule.backend() != null) {
                reached.add(rule.backend());
            }
        }
        if (choice.otherwise() != null) {
            reached.add(choice.otherwise());
        }
        reached.forEach(backend -> backend.state().reachedBy(most));
    }

    /** The first rule that holds; a name made at run time that is no backend's falls through to the default. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Choice(Rule[] rules, @Nullable Backend otherwise, String defaultName) implements BackendChoice {
        @Override
        public @Nullable Backend choose(Facts facts) {
            for (Rule rule : rules) {
                facts.scratch.reset();
                if (rule.condition().test(facts)) {
                    Backend backend = rule.backend();
                    if (backend != null) {
                        return backend;
                    }
                    if (!rule.name().isConstant()) {
                        Output name = rule.name().render(facts);
                        backend = named(facts, name);
                    }
                    return backend != null ? backend : otherwise;
                }
            }
            return otherwise;
        }

        private static @Nullable Backend named(Facts facts, Output name) {
            List<Backend> all = facts.configuration.backends();
            for (int i = 0; i < all.size(); i++) {
                if (matches(all.get(i).name(), name)) {
                    return all.get(i);
                }
            }
            return null;
        }

        private static boolean matches(String backend, Output name) {
            if (backend.length() != name.length()) {
                return false;
            }
            for (int i = 0; i < backend.length(); i++) {
                if (backend.charAt(i) != (name.bytes()[i] & 0xFF)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The name given to {@code default_backend}; inherited. */
    private static final class Default implements Facet {
        private String name = "";

        @Override
        public Facet inherit() {
            Default copy = new Default();
            copy.name = name;
            return copy;
        }
    }
}

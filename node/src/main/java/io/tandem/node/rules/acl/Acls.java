// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Names;
import io.tandem.config.text.Word;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.LineError;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.pattern.PatternStore;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code acl} lines (HAProxy manual 7.1). */
public final class Acls implements Feature {
    static final FacetKey<Lines> KEY = new FacetKey<>(Lines.class, Lines::new);

    private static final Keyword<Directive> ACL = Keyword.directive("acl", SectionKind.PROXIES)
            .arguments("<name> <criterion> [flags] [operator] [<value>…]")
            .doc("names a condition; lines of one name are alternatives")
            .as(Acls::acl);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(ACL);
    }

    /** Whether a name that implies a match method, such as {@code path_beg}, can be used. */
    public static boolean hasCriterion(String name) {
        return AclParser.hasCriterion(name);
    }

    private static void acl(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS && draft.name().isEmpty()) {
            throw line.error("'acl' not allowed in anonymous 'defaults' section.");
        }
        String name = line.next();
        int forbidden = Names.firstForbidden(name);
        if (forbidden >= 0) {
            throw line.error("character '" + name.charAt(forbidden) + "' is not permitted in acl name '" + name + "'.");
        }
        if (name.equalsIgnoreCase("or")) {
            throw line.error("acl name '" + name
                    + "' will never match. 'or' is used to express a logical disjunction within a condition.");
        }
        int first = line.position();
        List<String> words =
                line.line().words().stream().skip(first).map(Word::text).toList();
        Site site = new Site((ProxyDraft) draft, null, "", line.origin(), null);
        try {
            AclExpression compiled = AclParser.parse(
                    words, PatternStore.Place.inLine(line.origin(), first), site, null, text -> line.context()
                            .problems()
                            .warning(line.origin(), text));
            draft.facet(KEY).add(new Named(name, words, line.line(), compiled));
        } catch (SampleError error) {
            throw new LineError(
                    line.origin(), "error detected while parsing ACL '" + name + "' : " + error.text() + ".");
        }
    }

    /**
     * One line.
     *
     * @param compiled from when the line was read: for its patterns, and for what its criterion needs
     */
    private record Named(String name, List<String> words, Line line, AclExpression compiled) {}

    /** The {@code acl} lines of a proxy. */
    static final class Lines implements Facet {
        private final List<Named> lines = new ArrayList<>();
        private final Map<String, Acl> asRead = new HashMap<>();
        private @Nullable Map<String, Acl> resolved;

        private void add(Named line) {
            lines.add(line);
            asRead.computeIfAbsent(line.name(), n -> new Acl()).add(line.compiled());
        }

        /** The ACL of that name, or null. */
        @Nullable Acl find(String name, ProxyDraft proxy, @Nullable Assembly assembly) {
            return assembly == null
                    ? asRead.get(name)
                    : resolve(proxy, assembly).get(name);
        }

        /** Whether a line read so far has that name. */
        boolean has(String name) {
            return asRead.containsKey(name);
        }

        /** What the lines of that name say, once all has been read. */
        AclExpression[] resolved(String name) {
            Map<String, Acl> all = resolved;
            Acl acl = all == null ? null : all.get(name);
            return acl == null ? new AclExpression[0] : acl.usableIn(null);
        }

        private Map<String, Acl> resolve(ProxyDraft proxy, Assembly assembly) {
            Map<String, Acl> all = resolved;
            if (all == null) {
                all = new HashMap<>();
                for (Named line : lines) {
                    Site site = new Site(proxy, null, "", line.line().origin(), assembly);
                    all.computeIfAbsent(line.name(), n -> new Acl())
                            .add(AclParser.parse(
                                    line.words(),
                                    PatternStore.Place.inLine(site.origin(), 0),
                                    site,
                                    line.compiled(),
                                    text -> {}));
                }
                resolved = all;
            }
            return all;
        }

        /** Whether what the lines refer to exists is found here, also where no rule uses them. */
        void check(ProxyDraft proxy, Assembly assembly) {
            resolve(proxy, assembly);
        }

        @Override
        public Facet inherit() {
            Lines copy = new Lines();
            lines.forEach(copy::add);
            return copy;
        }
    }

    @Override
    public void complete(ProxyDraft draft, io.tandem.node.backend.Backend.Builder backend, Assembly assembly) {
        draft.facet(KEY).check(draft, assembly);
    }

    @Override
    public void complete(ProxyDraft draft, io.tandem.node.frontend.Frontend.Builder frontend, Assembly assembly) {
        draft.facet(KEY).check(draft, assembly);
    }
}

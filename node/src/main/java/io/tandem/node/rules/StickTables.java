// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Origin;
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
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.StickTable;
import io.tandem.peers.table.TableDefinition;
import io.tandem.peers.table.TableParser;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code stick-table} (HAProxy manual 4.2) and {@code table} of {@code peers} sections (3.5). */
public final class StickTables implements Feature {
    /** What a proxy's {@code stick-table} line says. */
    public static final FacetKey<Declared> KEY = new FacetKey<>(Declared.class, Declared::new);

    private static final FacetKey<SectionTables> PEERS_KEY = new FacetKey<>(SectionTables.class, SectionTables::new);

    private static final String ARGUMENTS = "type {ip|ipv6|integer|string [len <n>]|binary [len <n>]} size <n>"
            + " [expire <time>] [nopurge] [peers <section>] [srvkey {name|addr}] [store <data>…]";

    private static final Keyword<Directive> STICK_TABLE = Keyword.directive("stick-table", SectionKind.PROXIES)
            .arguments(ARGUMENTS)
            .doc("the table of this proxy: what rules remember and count by key")
            .as(StickTables::stickTable);

    private static final Keyword<Directive> PEERS_TABLE = Keyword.directive("table", SectionKind.PEERS)
            .arguments("<name> " + ARGUMENTS)
            .doc("a table that is no proxy's, named SECTION/NAME in rules")
            .as(StickTables::peersTable);

    /** The table of that name: a proxy's, or {@code section/name}; null when there is none. */
    public static @Nullable Declared find(Assembly assembly, String name) {
        for (ProxyDraft proxy : assembly.drafts().named(name)) {
            if (proxy.facet(KEY).definition != null) {
                return proxy.facet(KEY);
            }
        }
        for (Draft section : assembly.drafts().others()) {
            for (Declared table : section.facet(PEERS_KEY).tables) {
                TableDefinition definition = table.definition;
                if (definition != null && definition.name().equals(name)) {
                    return table;
                }
            }
        }
        return null;
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(STICK_TABLE, PEERS_TABLE);
    }

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        List<Declared> all = new ArrayList<>();
        for (ProxyDraft proxy : assembly.drafts().proxies()) {
            Declared declared = proxy.facet(KEY);
            if (declared.definition != null) {
                all.add(declared);
                checkPeers(declared, proxy, assembly);
            }
        }
        assembly.drafts().others().forEach(section -> all.addAll(section.facet(PEERS_KEY).tables));
        assembly.onCommit(() -> {
            List<String> names = new ArrayList<>();
            for (Declared declared : all) {
                TableDefinition definition = declared.definition;
                if (definition != null) {
                    declared.table = assembly.node()
                            .tables()
                            .declare(definition.withShared(assembly.node().isClustered()));
                    names.add(definition.name());
                }
            }
            assembly.node().tables().retainOnly(names);
        });
    }

    private static void checkPeers(Declared declared, ProxyDraft proxy, Assembly assembly) {
        String peers = declared.peers;
        boolean known = peers == null
                || assembly.drafts().others().stream()
                        .anyMatch(s -> s.kind() == SectionKind.PEERS && s.name().equals(peers));
        Line line = declared.line;
        if (!known && line != null) {
            assembly.problems()
                    .alert(line.origin(), "Proxy '" + proxy.name() + "': unable to find sync peers '" + peers + "'.");
        }
    }

    private static void stickTable(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.error("'stick-table' is not supported in 'defaults' section.");
        }
        Declared declared = draft.facet(KEY);
        Line before = declared.line;
        if (before != null) {
            throw line.error("stick-table name '" + draft.name() + "' conflicts with table declared in "
                    + draft.kind().keyword() + " '" + draft.name() + "' at "
                    + before.origin().file() + ":" + before.origin().line() + ".");
        }
        read(line, draft.name(), declared, "stick-table");
    }

    private static void peersTable(Arguments line, Draft draft) {
        Declared declared = new Declared();
        String name = line.next();
        if (name.isEmpty()) {
            throw line.error("table: missing name.");
        }
        read(line, draft.name() + "/" + name, declared, "table");
        declared.peers = draft.name();
        draft.facet(PEERS_KEY).tables.add(declared);
    }

    private static void read(Arguments line, String name, Declared declared, String keyword) {
        List<String> words = line.line().words().stream()
                .skip(line.position())
                .map(Word::text)
                .toList();
        TableParser.Result result = TableParser.parse(name, keyword, words);
        Origin origin = line.origin();
        for (TableParser.Finding finding : result.findings()) {
            String text = "parsing [" + origin.file() + ":" + origin.line() + "]" + finding.text();
            if (finding.fatal()) {
                throw LineError.whole(origin, text);
            }
            line.context().problems().warning(origin, text);
        }
        declared.line = line.line();
        declared.peers = result.peers();
        TableDefinition definition = result.definition();
        declared.definition = definition == null ? null : definition.withShared(true);
    }

    /** A table as one line declares it; belongs to its section, is not inherited. */
    public static final class Declared implements Facet {
        private @Nullable TableDefinition definition;
        private volatile @Nullable StickTable table; // written on commit, read by any loop
        private @Nullable String peers;
        private @Nullable Line line;

        /** Null where the section has no such line. */
        public @Nullable TableDefinition definition() {
            return definition;
        }

        /** A stick rule needs {@code type} stored as well. Called while the configuration is assembled. */
        public void storing(DataType type) {
            TableDefinition present = definition;
            if (present != null) {
                definition = present.storing(type);
            }
        }

        /** The table itself; null until the configuration is committed, and where there is none. */
        public @Nullable StickTable table() {
            return table;
        }

        /** The {@code peers} section that shall carry it, or null. */
        public @Nullable String peers() {
            return peers;
        }

        /** The line it was declared by. */
        public @Nullable Line line() {
            return line;
        }

        @Override
        public Facet inherit() {
            return new Declared();
        }
    }

    private static final class SectionTables implements Facet {
        private final List<Declared> tables = new ArrayList<>();

        @Override
        public Facet inherit() {
            return new SectionTables();
        }
    }
}

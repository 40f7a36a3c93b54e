// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Problems;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.persist.StickPersistence.Kind;
import io.tandem.node.backend.persist.StickPersistence.Rule;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Keywords;
import io.tandem.node.language.LoadContext;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.StickTables;
import io.tandem.node.rules.acl.ConditionParser;
import io.tandem.node.rules.action.IgnoredBytes;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.rules.sample.TableKey;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.TableDefinition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code stick} rules. A line is compiled when it is read, for its mistakes, and again once all tables are known. */
public final class StickLines implements Feature {
    private static final FacetKey<Lines> LINES = new FacetKey<>(Lines.class, Lines::new);

    private static final Keyword<Directive> STICK = Keyword.directive(
                    "stick", EnumSet.of(SectionKind.FRONTEND, SectionKind.LISTEN, SectionKind.BACKEND))
            .arguments(
                    "{on | match | store-request | store-response} EXPRESSION [table TABLE] [{if | unless} CONDITION]")
            .doc("a stick table remembers the server of a key")
            .as(StickLines::stick);

    /** The lines of a section; not inherited. */
    private static final class Lines implements Facet {
        private final List<Line> lines = new ArrayList<>();
        private @Nullable Keywords keywords;

        @Override
        public Facet inherit() {
            return new Lines();
        }
    }

    /** A line before its table is known. */
    private record Parsed(Kind kind, Expression key, Condition condition, String table) {}

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(STICK);
    }

    private static void stick(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "stick", ".")) {
            return;
        }
        parse(line, (ProxyDraft) draft, null);
        Lines lines = draft.facet(LINES);
        lines.keywords = line.context().keywords();
        lines.lines.add(line.line());
    }

    private static Parsed parse(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        Kind kind =
                switch (line.next()) {
                    case "on" -> Kind.ON;
                    case "match" -> Kind.MATCH;
                    case "store-request" -> Kind.STORE_REQUEST;
                    case "store-response" -> Kind.STORE_RESPONSE;
                    default -> throw line.error("'stick' expects 'on', 'match', or 'store'.");
                };
        String text = line.require("'stick' expects a fetch method.").text();
        Place place = kind.storesResponse ? Place.STORE : Place.BALANCE;
        Site site = new Site(proxy, place, "stick rule", line.origin(), assembly);
        try {
            ExpressionParser.Result result = ExpressionParser.parse(text, site);
            Expression key = result.expression();
            if (!key.need().isMetIn(place)) {
                throw line.error("'stick': fetch method '" + result.name().replaceFirst("\\(.*", "")
                        + "' extracts information from '" + key.need().wording()
                        + "', none of which is available during "
                        + (kind.storesResponse ? "response" : "request") + ".");
            }
            String table = line.accept("table") ? line.next() : proxy.name();
            Condition condition = Condition.ALWAYS;
            if (line.hasNext()) {
                if (!line.peek().equals("if") && !line.peek().equals("unless")) {
                    throw line.error("'stick': unknown keyword '" + line.peek() + "'.");
                }
                condition = ConditionParser.parse(line, site, "");
                if (assembly != null && !kind.storesResponse) {
                    IgnoredBytes.note(proxy, IgnoredBytes.Stage.STICK, condition, line.origin());
                }
            }
            return new Parsed(kind, key, condition, table);
        } catch (SampleError error) {
            throw line.error("'stick': " + error.text());
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        Lines lines = draft.facet(LINES);
        Keywords keywords = lines.keywords;
        if (keywords == null) {
            return;
        }
        List<Rule> rules = new ArrayList<>();
        for (Line line : lines.lines) {
            // what is wrong with the words was said when they were read first
            LoadContext silent = new LoadContext(new Problems(), keywords, assembly.drafts());
            Parsed parsed = parse(new Arguments(line, 1, silent), draft, assembly);
            StickTables.Declared declared = StickTables.find(assembly, parsed.table());
            if (declared == null) {
                String what = parsed.kind() == Kind.STORE_RESPONSE ? "store table" : "stick-table";
                assembly.problems()
                        .alert(
                                line.origin(),
                                "Proxy '" + draft.name() + "': unable to find " + what + " '" + parsed.table() + "'.");
            } else {
                checkType(parsed, declared, draft, line, assembly);
                declared.storing(DataType.SERVER_ID);
                declared.storing(DataType.SERVER_KEY);
                rules.add(new Rule(parsed.kind(), parsed.key(), parsed.condition(), declared));
            }
        }
        backend.persistence = Persistences.join(
                backend.persistence, new StickPersistence(rules, backend.servers, backend.persistToDown, backend.mode));
    }

    private static void checkType(
            Parsed parsed, StickTables.Declared declared, ProxyDraft draft, Line line, Assembly assembly) {
        TableDefinition table = declared.definition();
        if (table != null && !TableKey.accepts(table.keyType(), parsed.key().type())) {
            assembly.problems()
                    .alert(
                            line.origin(),
                            "Proxy '" + draft.name() + "': type of fetch not usable with type of stick-table '"
                                    + parsed.table() + "'.");
        }
    }
}

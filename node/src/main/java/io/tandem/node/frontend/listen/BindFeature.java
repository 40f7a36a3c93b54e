// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.config.text.Nearest;
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
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code bind} and its general options (HAProxy manual 4.2 and 5.1). */
public final class BindFeature implements Feature {
    /** The {@code bind} lines of a section; they do not inherit. */
    private static final class BindLines implements Facet {
        private final List<BindLine> lines = new ArrayList<>();

        @Override
        public Facet inherit() {
            return new BindLines();
        }
    }

    private static final FacetKey<BindLines> LINES = new FacetKey<>(BindLines.class, BindLines::new);

    private static final Keyword<Directive> BIND = Keyword.directive(
                    "bind", EnumSet.of(SectionKind.FRONTEND, SectionKind.LISTEN))
            .arguments("[ADDRESS]:PORT[-END][, …] [OPTION …]")
            .doc("listens on these addresses")
            .as(BindFeature::bind);

    private static final List<Keyword<BindOption>> OPTIONS = List.of(
            option("name", "NAME", "its name in statistics", (line, bind) -> bind.name = value(line, "missing name")),
            option("id", "NUMBER", "its number in statistics", (line, bind) -> {
                bind.id = number(value(line, "'id' : expects an integer argument"));
                if (bind.id <= 0) {
                    throw line.error("'id' : custom id has to be > 0");
                }
            }),
            option(
                    "maxconn",
                    "NUMBER",
                    "connections it accepts at once",
                    (line, bind) -> bind.maxConnections = Math.max(0, number(value(line, "missing value")))),
            option("backlog", "NUMBER", "connections the kernel may hold for it", (line, bind) -> {
                int backlog = number(value(line, "missing value"));
                if (backlog <= 0) {
                    throw line.error("'backlog' : invalid value " + backlog + ", must be > 0");
                }
                bind.backlog = backlog;
            }),
            option("mode", "OCTAL", "permissions of a unix socket", (line, bind) -> {
                String mode = value(line, "missing mode (octal integer expected)");
                if (!mode.matches("0?[0-7]{3}")) {
                    throw line.error("'mode' : invalid mode '" + mode + "' (octal integer expected)");
                }
                bind.mode = mode;
            }),
            option("transparent", "", "binds to an address the host does not have (every listener does)", (l, b) -> {}),
            option("freebind", "", "binds to an address the host does not have (every listener does)", (l, b) -> {}));

    /** Known to HAProxy 2.6, not here yet: refused by name, never read as a misspelling. */
    private static final List<Keyword<BindOption>> NOT_YET = List.of(
                    "accept-netscaler-cip",
                    "accept-proxy",
                    "defer-accept",
                    "expose-fd",
                    "gid",
                    "group",
                    "interface",
                    "level",
                    "mss",
                    "namespace",
                    "nice",
                    "process",
                    "proto",
                    "severity-output",
                    "shards",
                    "tcp-ut",
                    "tfo",
                    "thread",
                    "uid",
                    "user",
                    "v4v6",
                    "v6only")
            .stream()
            .map(name -> option(name, "", "not supported yet", (line, bind) -> {
                throw line.error("'" + name + "' is not supported by this version of tandem");
            }))
            .toList();

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(BIND);
    }

    @Override
    public List<Keyword<BindOption>> bindOptions() {
        List<Keyword<BindOption>> all = new ArrayList<>(OPTIONS);
        all.addAll(NOT_YET);
        return all;
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        int id = 0;
        for (BindLine line : draft.facet(LINES).lines) {
            TlsStageSource source = line.tls();
            @Nullable TlsStage tls = source == null ? null : source.build(line, assembly);
            for (BindAddress address : line.addresses()) {
                id = line.id > 0 ? line.id : id + 1;
                String name = line.name != null ? line.name : "sock-" + id;
                frontend.binds.add(
                        new Bind(address, line.origin(), name, id, line.maxConnections, line.backlog, line.mode, tls));
            }
        }
    }

    private static void bind(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("'bind' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments.");
        }
        String written = line.next();
        List<BindAddress> addresses;
        try {
            addresses = BindAddress.parse(line.context().options().environment().expandAddress(written));
        } catch (BindAddress.Malformed malformed) {
            throw line.error("'bind' : " + malformed.text());
        }
        BindLine bind = new BindLine(line.origin(), draft.name(), written, addresses);
        String where = "'bind " + written + "' in section '" + draft.kind().keyword() + "'";
        while (line.hasNext()) {
            String word = line.next();
            Keyword<BindOption> option = line.context().keywords().find(BindOption.class, word);
            if (option == null) {
                throw line.error(where + ": unknown keyword '" + word + "'"
                        + Nearest.hint(word, line.context().keywords().names(BindOption.class)));
            }
            try {
                option.meaning().apply(line, bind);
            } catch (LineError error) {
                throw new LineError(error.origin(), where + " : " + error.text());
            }
        }
        draft.facet(LINES).lines.add(bind);
    }

    private static String value(Arguments line, String complaint) {
        String name = line.taken().text();
        return line.require(complaint.startsWith("'") ? complaint : "'" + name + "' : " + complaint)
                .text();
    }

    /** As C's atoi reads it. */
    private static int number(String text) {
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        long number = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            number = Math.min(number * 10 + text.charAt(at++) - '0', Integer.MAX_VALUE);
        }
        return (int) (text.startsWith("-") ? -number : number);
    }

    private static Keyword<BindOption> option(String name, String arguments, String doc, BindOption meaning) {
        return Keyword.<BindOption>of(name).arguments(arguments).doc(doc).as(meaning);
    }
}

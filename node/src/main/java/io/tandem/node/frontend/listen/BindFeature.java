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
import io.tandem.node.language.KeywordFamily;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LineError;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.loop.Tuning;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import io.tandem.node.socket.Accounts;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code bind} and its general options (HAProxy manual 4.2 and 5.1). */
public final class BindFeature implements Feature {
    /** The {@code bind} lines of a section, which are not inherited, and whether their listeners are counted apart. */
    private static final class BindLines implements Facet {
        private final List<BindLine> lines = new ArrayList<>();
        /** {@code option socket-stats}. */
        private boolean counted;

        @Override
        public Facet inherit() {
            BindLines copy = new BindLines();
            copy.counted = counted;
            return copy;
        }
    }

    private static final Set<String> DATAGRAM_OPTIONS = Set.of(
            "interface",
            "namespace",
            "transparent",
            "name",
            "id",
            "v4v6",
            "v6only",
            "shards",
            "thread",
            "mode",
            "user",
            "uid",
            "group",
            "gid");

    private static final FacetKey<BindLines> LINES = new FacetKey<>(BindLines.class, BindLines::new);

    private static final Keyword<Directive> BIND = Keyword.directive(
                    "bind", EnumSet.of(SectionKind.FRONTEND, SectionKind.LISTEN, SectionKind.LOG_FORWARD))
            .arguments("[ADDRESS]:PORT[-END][, …] [OPTION …]")
            .doc("listens on these addresses")
            .as(BindFeature::bind);

    private static final Keyword<Directive> DGRAM_BIND = Keyword.directive("dgram-bind", SectionKind.LOG_FORWARD)
            .arguments("ADDRESS:PORT[-END] [OPTION …]")
            .doc("receives datagrams at these addresses")
            .as(BindFeature::datagrams);

    private static final FacetKey<UnixDefaults> UNIX_DEFAULTS = new FacetKey<>(UnixDefaults.class, UnixDefaults::new);

    private static final Keyword<Directive> UNIX_BIND = Keyword.directive("unix-bind", SectionKind.GLOBAL)
            .arguments("[prefix PREFIX] [mode OCTAL] [user NAME] [uid N] [group NAME] [gid N]")
            .doc("what unix sockets of bind lines have in common")
            .as(BindFeature::unixBind);

    private static final Keyword<Directive> SOCKET_STATS = Keyword.directive("option socket-stats", SectionKind.PROXIES)
            .doc("each listener has a row of its own in the statistics")
            .negatable()
            .as((line, draft) -> {
                if (draft.needsFrontend(line, "socket-stats", ".")) {
                    line.noMore("option socket-stats");
                    draft.facet(LINES).counted = !line.negated();
                }
            });

    /** {@code unix-bind}. */
    private static final class UnixDefaults implements Facet {
        private final ListenSettings settings = new ListenSettings();
        private String prefix = "";

        @Override
        public Facet inherit() {
            return this;
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(BIND, DGRAM_BIND, UNIX_BIND, SOCKET_STATS);
    }

    @Override
    public List<Keyword<BindOption>> bindOptions() {
        return BindOptions.ALL;
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        complete((Draft) draft, frontend, assembly);
    }

    /** The same for a section that is no proxy. */
    public static void complete(Draft draft, Frontend.Builder frontend, Assembly assembly) {
        UnixDefaults unix = assembly.drafts().global().facet(UNIX_DEFAULTS);
        boolean counted = draft.facet(LINES).counted;
        int id = 0;
        for (BindLine line : draft.facet(LINES).lines) {
            TlsStageSource source = line.tls();
            @Nullable TlsStage tls = source == null || line.settings.datagrams ? null : source.build(line, assembly);
            line.settings.complete(unix.settings);
            line.settings.buffers =
                    line.settings.datagrams ? Tuning.of(assembly.drafts()).ofDatagrams() : null;
            if (line.settings.threads.exceeds(assembly.loops())) {
                assembly.problems()
                        .alert(
                                line.origin(),
                                "Proxy '" + draft.name() + "': 'thread' directive contains threads that belong to no"
                                        + " group in 'bind " + line.written() + "' at ["
                                        + line.origin().file() + ":"
                                        + line.origin().line() + "].");
                continue;
            }
            if (!line.isProtocolUsable(frontend.mode)) {
                assembly.problems()
                        .alert(
                                line.origin(),
                                "frontend '" + draft.name() + "' : MUX protocol '" + line.protocol
                                        + "' is not usable for 'bind " + line.written() + "' at ["
                                        + line.origin().file() + ":"
                                        + line.origin().line() + "].");
                continue;
            }
            if (line.settings.upgrades && (frontend.mode != Mode.HTTP || tls != null || line.protocol != null)) {
                assembly.problems()
                        .warning(
                                line.origin(),
                                "frontend '" + draft.name() + "' : 'upgrade-h2c' has no effect on 'bind "
                                        + line.written() + "': it is for HTTP in clear text, without 'proto'.");
            }
            for (BindAddress address : line.addresses()) {
                id = line.id > 0 ? line.id : id + 1;
                String name = line.name != null ? line.name : "sock-" + id;
                frontend.binds.add(new Bind(
                        address.below(unix.prefix),
                        line.origin(),
                        name,
                        id,
                        line.settings,
                        line.header,
                        tls,
                        counted ? assembly.listenerMeters(draft.name(), name) : null));
            }
        }
    }

    private static String unknown(String word, Arguments line) {
        if (KnownKeywords.has(KeywordFamily.BIND_OPTION, word)) {
            return " : " + KnownKeywords.notSupported(word);
        }
        String hint = Nearest.hint(word, line.context().keywords().names(BindOption.class));
        return ": unknown keyword '" + word + "'" + (hint.isEmpty() ? "." : hint);
    }

    private static void unixBind(Arguments line, Draft draft) {
        UnixDefaults defaults = draft.facet(UNIX_DEFAULTS);
        while (line.hasNext()) {
            String word = line.next();
            String value = line.next();
            ListenSettings settings = defaults.settings;
            switch (word) {
                case "prefix" -> defaults.prefix = value;
                case "mode" -> settings.mode = BindOptions.octal(value);
                case "uid" -> settings.uid = Arguments.leadingInteger(value);
                case "gid" -> settings.gid = Arguments.leadingInteger(value);
                case "user" -> {
                    settings.uid = Accounts.user(value);
                    if (settings.uid < 0) {
                        throw line.error("'unix-bind' : unknown user name '" + value + "'");
                    }
                }
                case "group" -> {
                    settings.gid = Accounts.group(value);
                    if (settings.gid < 0) {
                        throw line.error("'unix-bind' : unknown group name '" + value + "'");
                    }
                }
                default ->
                    throw line.error(
                            "'unix-bind' only supports the 'prefix', 'mode', 'uid', 'gid', 'user' and 'group' options.");
            }
        }
    }

    private static void bind(Arguments line, Draft draft) {
        if (line.peek().isEmpty()) {
            throw line.error("'bind' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments.");
        }
        String written = line.next();
        List<BindAddress> addresses;
        try {
            addresses = BindAddress.parse(written, line.context().options().environment());
        } catch (BindAddress.Malformed malformed) {
            String where = draft.kind() == SectionKind.LOG_FORWARD ? "'bind " + written + "' : " : "'bind' : ";
            throw line.error(where + malformed.text());
        }
        BindLine bind = new BindLine(line.origin(), draft.kind().keyword(), draft.name(), written, addresses);
        String where = "'bind " + written + "' in section '" + draft.kind().keyword() + "'";
        while (line.hasNext()) {
            String word = line.next();
            Keyword<BindOption> option = line.context().keywords().find(BindOption.class, word);
            if (option == null) {
                throw line.error(where + unknown(word, line));
            }
            try {
                option.meaning().apply(line, bind);
            } catch (LineError error) {
                throw new LineError(error.origin(), where + " : " + error.text());
            }
        }
        draft.facet(LINES).lines.add(bind);
    }

    /** Options that mean nothing for datagrams are passed over, as in HAProxy. */
    private static void datagrams(Arguments line, Draft draft) {
        String written = line.require("'dgram-bind' expects <addr>:<port>[-<end>] as an argument.")
                .text();
        List<BindAddress> addresses;
        try {
            addresses =
                    BindAddress.parseDatagrams(written, line.context().options().environment());
        } catch (BindAddress.Malformed malformed) {
            throw line.error("'dgram-bind " + written + "' : " + malformed.text());
        }
        BindLine bind = new BindLine(line.origin(), draft.kind().keyword(), draft.name(), written, addresses);
        bind.settings.datagrams = true;
        while (line.hasNext()) {
            String word = line.next();
            Keyword<BindOption> option = line.context().keywords().find(BindOption.class, word);
            if (option == null) {
                String hint = Nearest.hint(word, line.context().keywords().names(BindOption.class));
                throw line.error("unknown keyword '" + word + "' in 'log-forward' section" + hint);
            }
            option.meaning().apply(line, bind);
            if (!DATAGRAM_OPTIONS.contains(word)) {
                line.warn("'" + word + "' has no effect on a 'dgram-bind' line.");
            }
        }
        draft.facet(LINES).lines.add(bind);
    }
}

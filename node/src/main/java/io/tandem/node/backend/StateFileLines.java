// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.Feature;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Files with the states that servers had before the process started: {@code load-server-state-from-file} and its neighbours
 * (HAProxy manual 3.1, 4.2). A reload needs none, for states live on; a file counts for servers that are new to the process.
 */
public final class StateFileLines implements Feature {
    private static final Origin WHOLE = new Origin("", 0, 0);
    private static final String ONLY_LOCAL = "use-backend-name";

    private enum Source {
        UNSAID,
        NONE,
        GLOBAL,
        LOCAL
    }

    /** What a proxy says. */
    private static final class Said implements Facet {
        Source source = Source.UNSAID;

        @Nullable String file;

        @Override
        public Facet inherit() {
            Said copy = new Said();
            copy.source = source;
            return copy;
        }
    }

    /** What the global section says, and what was found. */
    private static final class Files implements Facet {
        @Nullable String base;

        @Nullable String file;
        /** States by {@code BACKEND/SERVER}. */
        final Map<String, SavedState> states = new HashMap<>();

        @Override
        public Facet inherit() {
            return new Files();
        }

        String path(String name) {
            return name.startsWith("/") || base == null ? name : base + (base.endsWith("/") ? "" : "/") + name;
        }
    }

    private static final FacetKey<Said> SAID = new FacetKey<>(Said.class, Said::new);
    private static final FacetKey<Files> FILES = new FacetKey<>(Files.class, Files::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("server-state-base", SectionKind.GLOBAL)
                        .arguments("DIRECTORY")
                        .doc("where files of servers' states are whose names do not begin with a slash")
                        .as(StateFileLines::base),
                Keyword.directive("server-state-file", SectionKind.GLOBAL)
                        .arguments("FILE")
                        .doc("the file with the states that servers of all backends had")
                        .as(StateFileLines::file),
                Keyword.directive("load-server-state-from-file", SectionKind.PROXIES)
                        .arguments("global | local | none")
                        .doc("where the states come from that servers begin with")
                        .as(StateFileLines::source),
                Keyword.directive("server-state-file-name", SectionKind.PROXIES)
                        .arguments("[use-backend-name | FILE]")
                        .doc("the file with the states of the backend's servers")
                        .most(1)
                        .as(StateFileLines::name));
    }

    private static void base(Arguments line, Draft draft) {
        Files files = draft.facet(FILES);
        if (files.base != null) {
            throw line.error("'server-state-base' already specified. Continuing.");
        }
        files.base = line.require("'server-state-base' expects one argument: a directory path.")
                .text();
    }

    private static void file(Arguments line, Draft draft) {
        Files files = draft.facet(FILES);
        if (files.file != null) {
            throw line.error("'server-state-file' already specified. Continuing.");
        }
        files.file = line.require("'server-state-file' expect one argument: a file path.")
                .text();
    }

    private static void source(Arguments line, Draft draft) {
        draft.needsBackend(line, "load-server-state-from-file", ".");
        String word = line.next();
        draft.facet(SAID).source = switch (word) {
            case "global" -> Source.GLOBAL;
            case "local" -> Source.LOCAL;
            case "none" -> Source.NONE;
            default ->
                throw line.error(
                        "'load-server-state-from-file' expects 'global', 'local' or 'none'. Got '" + word + "'");
        };
    }

    private static void name(Arguments line, Draft draft) {
        if (draft.needsBackend(line, "server-state-file-name", ".")) {
            String word = line.next();
            draft.facet(SAID).file = word.isEmpty() || word.equals(ONLY_LOCAL) ? null : word;
        }
    }

    // ---- what becomes of them

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        Files files = global.facet(FILES);
        List<ProxyDraft> proxies = assembly.drafts().proxies();
        String shared = files.file;
        boolean wanted = proxies.stream().anyMatch(proxy -> proxy.facet(SAID).source == Source.GLOBAL);
        if (wanted && shared != null) {
            String path = files.path(shared);
            StateFile read = StateFile.read(path);
            report(read, "config: ", "global server state file '" + path + "'", assembly);
            for (SavedState state : read.states()) {
                ProxyDraft proxy = assembly.drafts().backend(state.backend()).orElse(null);
                if (proxy != null && proxy.facet(SAID).source == Source.GLOBAL) {
                    files.states.put(state.backend() + "/" + state.server(), state);
                }
            }
        }
        for (ProxyDraft proxy : proxies) {
            Said said = proxy.facet(SAID);
            if (said.source == Source.GLOBAL && shared == null) {
                assembly.problems()
                        .warning(
                                WHOLE,
                                "backend '" + proxy.name()
                                        + "' configured to load server state file from global section"
                                        + " 'server-state-file' directive. Unfortunately, 'server-state-file' is not set!");
            } else if (said.source == Source.LOCAL && proxy.isBackend()) {
                readLocal(proxy, said, files, assembly);
            }
        }
        assembly.lastAddresses((backend, server, host) -> lastAddress(files, backend, server, host));
    }

    private static void readLocal(ProxyDraft proxy, Said said, Files files, Assembly assembly) {
        if (said.file == null && files.base == null) {
            return; // as HAProxy: no file has been named
        }
        String path = files.path(said.file == null ? proxy.name() : said.file);
        StateFile read = StateFile.read(path);
        report(read, "Proxy '" + proxy.name() + "': ", "server state file '" + path + "'", assembly);
        for (SavedState state : read.states()) {
            if (state.backend().equals(proxy.name())) {
                files.states.put(state.backend() + "/" + state.server(), state);
            }
        }
    }

    private static void report(StateFile read, String subject, String what, Assembly assembly) {
        StateFile.Mistake mistake = read.mistake();
        if (mistake == null) {
            return;
        }
        String end = subject.startsWith("Proxy") ? "." : "";
        String text = subject
                + switch (mistake) {
                    case UNREADABLE -> "Can't open " + what + ": No such file or directory" + end;
                    case NO_VERSION -> "Can't get version of the " + what + ".";
                    case CORRUPT -> "corrupted " + what + " at line " + read.line() + ".";
                };
        assembly.lastOfAll(() -> assembly.problems().warning(WHOLE, text));
    }

    private static @Nullable InetAddress lastAddress(Files files, String backend, String server, String host) {
        SavedState state = files.states.get(backend + "/" + server);
        if (state == null || state.complaint() != null) {
            return null;
        }
        boolean same = host.equalsIgnoreCase(state.host())
                || host.equalsIgnoreCase(state.service())
                || (state.administration() & SavedState.HOST_SET) != 0;
        return same ? state.address() : null;
    }

    @Override
    public void completeBackends(Assembly assembly) {
        Files files = assembly.drafts().global().facet(FILES);
        Configuration previous = assembly.previous();
        for (Backend backend : assembly.backends().values()) {
            for (Server server : backend.servers()) {
                SavedState saved = files.states.get(backend.name() + "/" + server.name());
                boolean lives = previous != null
                        && previous.backend(backend.name())
                                .flatMap(before -> before.server(server.name()))
                                .isPresent();
                if (saved != null && !lives) {
                    String complaint = saved.complaint();
                    if (complaint == null) {
                        assembly.onCommit(
                                () -> new StateRestorer(assembly.node().events()).restore(backend, server, saved));
                    } else {
                        assembly.lastOfAll(() -> assembly.problems()
                                .warning(
                                        WHOLE,
                                        "server-state application failed for server '" + server + "'" + complaint));
                    }
                }
            }
        }
    }
}

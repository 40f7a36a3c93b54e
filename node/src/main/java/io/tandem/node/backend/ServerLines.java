// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.text.Names;
import io.tandem.config.text.Nearest;
import io.tandem.config.text.Origin;
import io.tandem.node.backend.tls.ServerTlsContexts;
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
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code server} and {@code default-server} lines: the servers of a backend. */
public final class ServerLines implements Feature {
    private static final FacetKey<Lines> LINES = new FacetKey<>(Lines.class, Lines::new);

    private static final Keyword<Directive> SERVER = Keyword.directive("server", SectionKind.PROXIES)
            .arguments("NAME ADDRESS[:PORT] [OPTION…]")
            .doc("a server of the backend")
            .as(ServerLines::server);

    private static final Keyword<Directive> DEFAULT_SERVER = Keyword.directive("default-server", SectionKind.PROXIES)
            .arguments("OPTION…")
            .doc("options of the servers below it")
            .as(ServerLines::defaultServer);

    /** What a section says about servers. */
    private static final class Lines implements Facet {
        ServerSettings defaults = new ServerSettings();
        final List<ServerSettings> servers = new ArrayList<>();

        @Override
        public Facet inherit() {
            Lines copy = new Lines();
            copy.defaults = defaults.copy();
            return copy;
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(SERVER, DEFAULT_SERVER);
    }

    private static void server(Arguments line, Draft draft) {
        refuseOutsideBackends(line, draft, "server");
        if (draft.kind() == SectionKind.DEFAULTS) {
            complain(line, "", "'server' not allowed in 'defaults' section.");
            return;
        }
        if (!draftHasBackend(draft)) {
            return;
        }
        String name = line.next();
        String address = line.next();
        if (name.isEmpty() || address.isEmpty()) {
            complain(line, "", "'server' expects <name> and <addr>[:<port>] as arguments.");
            return;
        }
        int forbidden = Names.firstForbidden(name);
        if (forbidden >= 0) {
            complain(
                    line,
                    "",
                    "character '" + name.charAt(forbidden) + "' is not permitted in server name '" + name + "'.");
            return;
        }
        String subject = "'server " + draft.name() + "/" + name + "' : ";
        Lines lines = draft.facet(LINES);
        try {
            ServerSettings server = lines.defaults.copyFor(
                    name,
                    line.origin(),
                    ServerAddress.parse(address, line.context().options().environment()));
            server.mayStayUnresolved = line.context().options().ignoreResolution();
            if (options(line, server, subject, "")
                    && observesWhatThereIs(line, server, subject, draft)
                    && ServerName.isWellFormed(line, server, subject, draft)
                    && HeaderTlvs.areWellFormed(line, server, subject, draft)) {
                refuseSameId(line, subject, server, lines.servers);
                lines.servers.add(server);
            }
        } catch (ServerAddress.Malformed malformed) {
            complain(line, subject, malformed.text());
        }
    }

    private static void defaultServer(Arguments line, Draft draft) {
        refuseOutsideBackends(line, draft, "default-server");
        if (draft.kind() == SectionKind.DEFAULTS || draftHasBackend(draft)) {
            options(line, draft.facet(LINES).defaults, "", " Hint: no address was expected for this server.");
        }
    }

    private static boolean draftHasBackend(Draft draft) {
        return draft instanceof ProxyDraft proxy && proxy.isBackend();
    }

    private static void refuseOutsideBackends(Arguments line, Draft draft, String keyword) {
        if (draft.kind() == SectionKind.FRONTEND) {
            complain(
                    line,
                    "parsing " + place(line.origin()) + " : ",
                    "'" + keyword + "' not allowed because frontend '" + draft.name() + "' has no backend capability.");
        }
    }

    private static boolean observesWhatThereIs(Arguments line, ServerSettings server, String subject, Draft draft) {
        if (server.observes && server.observesResponses && ((ProxyDraft) draft).mode() != Mode.HTTP) {
            complain(line, subject, "'layer7' can only be used in http proxies..");
            return false;
        }
        return true;
    }

    /** Reads options to the end of the line; false where one was wrong. */
    private static boolean options(Arguments line, ServerSettings server, String subject, String hint) {
        while (line.hasNext()) {
            String word = line.next();
            Keyword<ServerOption> option = ServerOptions.named(HeaderTlvs.keywordOf(word));
            if (option == null) {
                complain(line, subject, unknown(word) + hint);
                return false;
            }
            try {
                option.meaning().apply(line, server);
            } catch (LineError error) {
                String text = error.text() + ".";
                int second = text.indexOf('\n'); // what else was wrong stands in an alert of its own, without the place
                complain(line, subject, second < 0 ? text : text.substring(0, second));
                if (second >= 0) {
                    line.context().problems().alert(line.origin(), text.substring(second + 1));
                }
                return false;
            }
        }
        return true;
    }

    private static String unknown(String word) {
        if (KnownKeywords.has(KeywordFamily.SERVER_OPTION, word)) {
            return KnownKeywords.notSupported(word) + ".";
        }
        Optional<String> near = !word.isEmpty() && Character.isLetter(word.charAt(0)) // never for a second address
                ? Nearest.to(word, KnownKeywords.names(KeywordFamily.SERVER_OPTION))
                : Optional.empty();
        return "unknown keyword '" + word + "'"
                + near.map(name -> "; did you mean '" + name + "' maybe ?").orElse(".");
    }

    private static void refuseSameId(
            Arguments line, String subject, ServerSettings server, List<ServerSettings> others) {
        for (ServerSettings other : others) {
            if (server.id != 0 && other.id == server.id) {
                complain(
                        line,
                        subject,
                        "'id' : custom id " + server.id + " already used at " + other.origin.file() + ":"
                                + other.origin.line() + " ('server " + other.name + "').");
            }
        }
    }

    private static void complain(Arguments line, String subject, String text) {
        line.context().problems().alert(line.origin(), place(line.origin()) + " : " + subject + text);
    }

    private static String place(Origin origin) {
        return "[" + origin.file() + ":" + origin.line() + "]";
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        backend.state = assembly.backendState(draft.name());
        List<ServerSettings> all = draft.facet(LINES).servers;
        ServerTracking tracking = new ServerTracking(name -> serversOf(name, assembly));
        Map<String, Origin> names = new HashMap<>();
        int nextId = 1;
        for (ServerSettings settings : all) {
            Origin earlier = names.putIfAbsent(settings.name, settings.origin);
            if (earlier != null) {
                assembly.problems()
                        .alert(
                                settings.origin,
                                "parsing " + place(settings.origin) + " : " + draft.described()
                                        + ", another server named '" + settings.name
                                        + "' was already defined at line " + earlier.line()
                                        + ", please use distinct names.");
                continue;
            }
            if (settings.id == 0) {
                while (isTaken(nextId, all)) {
                    nextId++;
                }
                settings.id = nextId;
            }
            nextId++; // a server with an id of its own uses up one, too
            checkAgainst(draft, settings, assembly);
            if (settings.follows != null) {
                String complaint = tracking.complaint(new ServerTracking.Line(draft.name(), settings));
                if (complaint != null) {
                    complain(assembly, draft, settings, complaint);
                }
            }
            Server server = build(settings, draft, backend.state, assembly);
            if (server != null) {
                backend.servers.add(server);
            }
        }
    }

    private static @Nullable List<ServerSettings> serversOf(String proxy, Assembly assembly) {
        return assembly.drafts().proxies().stream()
                .filter(draft -> draft.isBackend() && draft.name().equals(proxy))
                .findFirst()
                .map(draft -> draft.facet(LINES).servers)
                .orElse(null);
    }

    /** Where its options do not fit the proxy's mode. */
    private static void checkAgainst(ProxyDraft draft, ServerSettings settings, Assembly assembly) {
        boolean http = draft.mode() == Mode.HTTP;
        String proxy = "backend '" + draft.name() + "' : ";
        if (settings.protocol != null && http == settings.protocol.equals("none")) {
            assembly.problems()
                    .alert(
                            settings.origin,
                            proxy + "MUX protocol '" + settings.protocol + "' is not usable for server '"
                                    + settings.name + "' at " + place(settings.origin) + ".");
        }
        if (!http && settings.redirect != null) {
            assembly.problems()
                    .alert(settings.origin, proxy + "server cannot have cookie or redirect prefix in non-HTTP mode.");
        } else if (!http && settings.cookie != null) {
            assembly.problems()
                    .warning(
                            settings.origin,
                            proxy + "ignoring cookie for server '" + settings.name + "' as HTTP mode is disabled.");
        }
    }

    @Override
    public void completeBackends(Assembly assembly) {
        assembly.onCommit(() -> Follower.bind(assembly.backends().values()));
    }

    private static void complain(Assembly assembly, ProxyDraft draft, ServerSettings settings, String text) {
        assembly.problems()
                .alert(
                        settings.origin,
                        place(settings.origin) + " : 'server " + draft.name() + "/" + settings.name + "' : " + text);
    }

    /** Whether the backend has a server line of that name. */
    public static boolean declares(ProxyDraft backend, String server) {
        return backend.facet(LINES).servers.stream().anyMatch(s -> s.name.equals(server));
    }

    private static boolean isTaken(int id, List<ServerSettings> servers) {
        return servers.stream().anyMatch(server -> server.id == id);
    }

    private static @Nullable Server build(
            ServerSettings settings, ProxyDraft draft, BackendState backendState, Assembly assembly) {
        ServerAddress written = settings.address;
        if (written == null) {
            return null;
        }
        InetAddress resolved = resolve(settings, written, draft, assembly);
        InetAddress address = resolved == null ? InetAddress.getLoopbackAddress() : resolved;
        settings.dialing.unix = written.unix();
        settings.dialing.toTheClientsDestination = written.isTheClients();
        if (settings.dialing.fastOpen && !RetryLines.coversFastOpen(draft)) {
            assembly.problems()
                    .warning(
                            settings.origin,
                            place(settings.origin) + " : 'server " + draft.name() + "/" + settings.name
                                    + "' : server has tfo activated, the backend should be configured with at least"
                                    + " 'conn-failure', 'empty-response' and 'response-timeout' or we wouldn't be able to"
                                    + " retry the connection on failure.");
        }
        if (settings.dialing.source == null) {
            settings.dialing.source = SourceLines.of(draft);
        }
        Dialing dialing = settings.dialing.complete(HeaderTlvs.compile(settings, draft, assembly));
        if (dialing != Dialing.PLAIN) {
            settings.properties.add(dialing);
        }
        boolean elsewhere = settings.checkPort != 0 || settings.checkAddress != null;
        List<String> alpn = settings.tls().alpn();
        WebSocketVersion apart =
                draft.mode() == Mode.HTTP ? settings.webSockets.apart(settings.dialing.http2, alpn) : null;
        ServerTlsContexts.Both tls = ServerTlsContexts.make(
                settings.tls(),
                ServerName.compile(settings, draft, assembly),
                apart == null ? alpn : apart.alpn(alpn),
                settings.checked,
                elsewhere,
                settings.origin,
                draft.name(),
                settings.name,
                assembly);
        List<ConnectionProperty> properties = new ArrayList<>(settings.properties);
        if (tls.traffic() != null && tls.traffic().distinguishes()) {
            properties.add(tls.traffic());
        }
        Server.Description description = new Server.Description(
                settings.id,
                settings.name,
                new InetSocketAddress(address, written.keepsClientPort() ? 0 : written.port()),
                written.keepsClientPort(),
                written.keepsClientPort() ? written.port() : 0,
                settings.weight,
                settings.backup,
                settings.limits(),
                settings.pool(),
                new Server.Shutdowns(settings.shutdownWhenDown, settings.shutdownBackupsWhenUp),
                properties,
                dialing,
                tls.traffic(),
                settings.redirect,
                settings.leaderName,
                settings.cookie,
                settings.nonStick,
                settings.checked ? checkOf(settings, dialing, tls, address, written, draft, assembly) : null,
                settings.origin.file() + ":" + settings.origin.line());
        ServerState state = assembly.serverState(draft.name(), settings.name, backendState);
        assembly.onCommit(() -> {
            state.configure(
                    settings.weight,
                    settings.limits(),
                    settings.disabled,
                    resolved == null,
                    settings.rise,
                    settings.fall);
        });
        Server server = new Server(description, state, draft.name(), assembly.nextServerIndex());
        if (apart != null) {
            server.webSocketsApart(dialing.in(apart), tls.webSockets(), apart);
        }
        return server;
    }

    private static @Nullable InetAddress resolve(
            ServerSettings settings, ServerAddress written, ProxyDraft draft, Assembly assembly) {
        String subject = place(settings.origin) + " : 'server " + draft.name() + "/" + settings.name
                + "' : could not resolve address '" + written.host() + "'";
        List<String> methods = settings.initAddress.isEmpty() ? List.of("last", "libc") : settings.initAddress;
        boolean tried = false;
        for (String method : methods) {
            switch (method) {
                case "last" -> {} // the address a state file remembers; there is none yet
                case "libc" -> {
                    tried = true;
                    InetAddress address = written.resolve();
                    if (address != null) {
                        return address;
                    }
                }
                case "none" -> {
                    if (tried) {
                        assembly.problems().warning(settings.origin, subject + ", disabling server.");
                    }
                    return ServerAddress.literal(written.host());
                }
                default -> {
                    if (tried) {
                        assembly.problems().warning(settings.origin, subject + ", falling back to configured address.");
                    }
                    return ServerAddress.literal(method);
                }
            }
        }
        if (settings.mayStayUnresolved) {
            assembly.problems().warning(settings.origin, subject + ", disabling server.");
            return null;
        }
        assembly.problems().alert(settings.origin, subject + ".");
        assembly.closingAlert("Failed to initialize server(s) addr.");
        return null;
    }

    private static @Nullable CheckSettings checkOf(
            ServerSettings settings,
            Dialing dialing,
            ServerTlsContexts.Both tls,
            InetAddress address,
            ServerAddress written,
            ProxyDraft draft,
            Assembly assembly) {
        int port = settings.checkPort != 0 ? settings.checkPort : written.keepsClientPort() ? 0 : written.port();
        if (port == 0 && written.unix() == null) {
            assembly.problems()
                    .alert(
                            settings.origin,
                            "config: backend '" + draft.name() + "': server '" + settings.name
                                    + "' has neither service port nor check port.");
            return null;
        }
        return new CheckSettings(
                new InetSocketAddress(settings.checkAddress == null ? address : settings.checkAddress, port),
                settings.interMs,
                settings.fastInterMs == 0 ? settings.interMs : settings.fastInterMs,
                settings.downInterMs == 0 ? settings.interMs : settings.downInterMs,
                settings.rise,
                settings.fall,
                dialing,
                tls.checks(),
                tls.checkName(),
                settings.observing());
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.haproxy.Line;
import io.tandem.config.text.Names;
import io.tandem.config.text.Nearest;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Word;
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
import io.tandem.node.observe.Meters;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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

    private static final Keyword<Directive> SERVER_TEMPLATE = Keyword.directive("server-template", SectionKind.PROXIES)
            .arguments("PREFIX {NUMBER | FIRST-LAST} ADDRESS[:PORT] [OPTION…]")
            .doc("servers that differ by the numbers of their names only")
            .as(ServerLines::serverTemplate);

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
        return List.of(SERVER, SERVER_TEMPLATE, DEFAULT_SERVER);
    }

    private static void server(Arguments line, Draft draft) {
        refuseOutsideBackends(line, draft, "server");
        if (draft.kind() == SectionKind.DEFAULTS) {
            complain(line, "", "'server' not allowed in 'defaults' section.");
            return;
        }
        if (draftHasBackend(draft)) {
            read(line, line.next(), line.next(), draft, false);
        }
    }

    // ---- servers of rings

    /** A server that a ring's events go to. */
    public record OfRing(Server server, boolean countsOctets) {}

    /** Reads a {@code server} line of a ring, whose servers are gathered in a backend of its own. */
    public static void read(Arguments line, ProxyDraft ring) {
        read(line, line.next(), line.next(), ring, true);
    }

    /** The same for a server without a line of its own. */
    public static void read(Arguments line, ProxyDraft ring, String name, String address) {
        List<Word> words = line.line().words().subList(0, 1);
        read(new Arguments(new Line(words), 1, line.context()), name, address, ring, true);
    }

    /** The servers of a ring; what is wrong with them is reported. */
    public static List<OfRing> build(ProxyDraft ring, BackendState state, Assembly assembly) {
        Backend.Builder backend = new Backend.Builder(0, ring.name(), Mode.TCP, new Meters(assembly.loops()));
        backend.state = state;
        build(ring, backend, assembly);
        List<ServerSettings> lines = ring.facet(LINES).servers;
        return backend.servers.stream()
                .map(server -> new OfRing(
                        server, lines.stream().anyMatch(line -> line.name.equals(server.name()) && line.countsOctets)))
                .toList();
    }

    // ---- reading

    private static void read(Arguments line, String name, String address, Draft draft, boolean ofRing) {
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
        ServerSettings server = settings(line, draft, name, address, ofRing);
        if (server != null) {
            draft.facet(LINES).servers.add(server);
        }
    }

    /** The rest of the line; null where something is wrong with it. */
    private static @Nullable ServerSettings settings(
            Arguments line, Draft draft, String name, String address, boolean ofRing) {
        String subject = "'server " + draft.name() + "/" + (name.isEmpty() ? "(null)" : name) + "' : ";
        Lines lines = draft.facet(LINES);
        try {
            ServerSettings server = lines.defaults.copyFor(
                    name,
                    line.origin(),
                    ServerAddress.parse(address, line.context().options().environment()));
            server.mayStayUnresolved = line.context().options().ignoreResolution();
            server.ofRing = ofRing;
            if (ofRing && server.address != null && !server.address.isResolvable()) {
                String host = server.address.host();
                complain(line, subject, "invalid address: '" + host + "' in '" + address + "'\n");
                return null;
            }
            if (options(line, server, subject, "")
                    && observesWhatThereIs(line, server, subject, draft)
                    && ServerName.areWellFormed(line, server, subject, draft)
                    && HeaderTlvs.areWellFormed(line, server, subject, draft)) {
                if (server.asksAgent && (server.agentPort & 0xffff) == 0) {
                    complain(
                            line,
                            subject,
                            "server " + name + " does not have agent port. Agent check has been disabled.");
                    server.asksAgent = false;
                }
                refuseSameId(line, subject, server, lines.servers);
                return server;
            }
        } catch (ServerAddress.Malformed malformed) {
            complain(line, subject, malformed.text());
        }
        return null;
    }

    private static void serverTemplate(Arguments line, Draft draft) {
        refuseOutsideBackends(line, draft, "server-template");
        if (draft.kind() == SectionKind.DEFAULTS) {
            complain(line, "", "'server-template' not allowed in 'defaults' section.");
            return;
        }
        if (!draftHasBackend(draft)) {
            return;
        }
        String prefix = line.next();
        String numbers = line.next();
        String address = line.next();
        if (prefix.isEmpty() || numbers.isEmpty() || address.isEmpty()) {
            complain(line, "", "'server-template' expects <prefix> <nb | range> <addr>[:<port>] as arguments.");
            return;
        }
        int forbidden = Names.firstForbidden(prefix);
        if (forbidden >= 0) {
            complain(
                    line,
                    "",
                    "character '" + prefix.charAt(forbidden) + "' is not permitted in server-template prefix '" + prefix
                            + "'.");
            return;
        }
        TemplateRange range = TemplateRange.parse(numbers);
        if (range == null) {
            complain(line, "", "Wrong server-template number or range arg '" + numbers + "'.");
            return;
        }
        ServerSettings first = settings(line, draft, "", address, false);
        if (first == null) {
            return;
        }
        ServerAddress at = Objects.requireNonNull(first.address, "a line that was read");
        for (int number = range.first(); number <= range.last(); number++) {
            ServerSettings server = first.copyFor(prefix + number, line.origin(), at);
            server.id = number == range.first() ? first.id : 0;
            server.idIsForced = first.id != 0;
            draft.facet(LINES).servers.add(server);
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
            if (option.standing() == Keyword.Standing.REFUSED) {
                complain(line, subject, KnownKeywords.notSupported(word) + ": " + option.hint() + ".");
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
        for (ServerSettings other : server.id == 0 ? List.<ServerSettings>of() : others) {
            if (other.id == server.id) {
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

    static String place(Origin origin) {
        return "[" + origin.file() + ":" + origin.line() + "]";
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        backend.state = assembly.backendState(draft.name());
        backend.alsoListens = draft.isFrontend();
        build(draft, backend, assembly);
    }

    private static void build(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        List<ServerSettings> all = draft.facet(LINES).servers;
        ServerTracking tracking = new ServerTracking(name -> serversOf(name, assembly));
        Map<String, Origin> names = new HashMap<>();
        Set<Integer> chosen = all.stream().map(server -> server.id).collect(Collectors.toSet());
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
                while (chosen.contains(nextId)) {
                    nextId++;
                }
                settings.id = nextId;
            } else {
                settings.idIsForced = true;
            }
            nextId++; // a server with an id of its own uses up one, too
            checkAgainst(draft, settings, assembly);
            if (settings.follows != null) {
                String complaint = tracking.complaint(new ServerTracking.Line(draft.name(), settings));
                if (complaint != null) {
                    complain(assembly, draft, settings, complaint);
                }
            }
            Server server = ServerBuilder.build(settings, draft, backend.state, assembly);
            if (server != null) {
                backend.servers.add(server);
            }
        }
    }

    private static @Nullable List<ServerSettings> serversOf(String proxy, Assembly assembly) {
        return assembly.drafts()
                .backend(proxy)
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

    /** The resolvers sections that servers of a backend want, by the names of the servers. */
    public static Map<String, String> wantedResolvers(ProxyDraft backend) {
        Map<String, String> wanted = new LinkedHashMap<>();
        for (ServerSettings server : backend.facet(LINES).servers) {
            String section = server.resolvers;
            if (section != null) {
                wanted.put(server.name, section);
            }
        }
        return wanted;
    }

    /** Whether the backend has a server line of that name. */
    public static boolean declares(ProxyDraft backend, String server) {
        return backend.facet(LINES).servers.stream().anyMatch(s -> s.name.equals(server));
    }
}

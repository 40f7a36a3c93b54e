// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.text.Names;
import io.tandem.node.backend.ServerLines;
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
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.Feature;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lines of {@code resolvers} sections (HAProxy manual 5.3.2), and the section that is there by itself. */
public final class ResolversLines implements Feature {
    /** The section that is made of the system's name servers where none has that name. */
    private static final String DEFAULT = "default";

    private static final int DEFAULT_PAYLOAD = 512;
    private static final int LEAST_PAYLOAD = 12;
    private static final int MOST_PAYLOAD = 65_535;
    private static final String EXPECTED = "'nameserver' expects <name> and <addr>[:<port>] as arguments.";

    /** A name server with the line it stands on. */
    private record Declared(NameserverSettings settings, String place) {}

    /** What a section says. */
    private static final class Said implements Facet {
        final List<Declared> nameservers = new ArrayList<>();
        int retries = 3;
        int resolveMs = 1000;
        int retryMs = 1000;
        int nxMs = 30_000;
        int refusedMs = 30_000;
        int timeoutMs = 30_000;
        int otherMs = 30_000;
        int obsoleteMs;
        int validMs = 10_000;
        int payloadSize = DEFAULT_PAYLOAD;

        @Override
        public Facet inherit() {
            throw new IllegalStateException("resolvers sections have no defaults");
        }

        ResolversSettings of(String name) {
            return new ResolversSettings(
                    name,
                    nameservers.stream().map(Declared::settings).toList(),
                    retries,
                    resolveMs,
                    retryMs,
                    new ResolversSettings.Holds(nxMs, refusedMs, timeoutMs, otherMs, obsoleteMs, validMs),
                    payloadSize);
        }
    }

    private static final FacetKey<Said> SAID = new FacetKey<>(Said.class, Said::new);

    /** All sections of a configuration, in their order: a facet of its global draft. */
    private static final class Sections implements Facet {
        final Map<String, Resolvers> all = new LinkedHashMap<>();

        @Override
        public Facet inherit() {
            return new Sections();
        }
    }

    private static final FacetKey<Sections> SECTIONS = new FacetKey<>(Sections.class, Sections::new);

    /** The sections of a configuration, in their order. */
    static List<Resolvers> of(Configuration configuration) {
        return List.copyOf(configuration.drafts().global().facet(SECTIONS).all.values());
    }

    /** The section of that name; null where there is none. Known once the global lines are complete. */
    public static @Nullable Resolvers named(String name, Assembly assembly) {
        return assembly.drafts().global().facet(SECTIONS).all.get(name);
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("nameserver", SectionKind.RESOLVERS)
                        .arguments("NAME [tcp@]ADDRESS:PORT [OPTION…]")
                        .doc("a name server to ask")
                        .as(ResolversLines::nameserver),
                Keyword.directive("parse-resolv-conf", SectionKind.RESOLVERS)
                        .doc("the name servers of /etc/resolv.conf")
                        .as((line, draft) -> systemServers(line, draft.facet(SAID))),
                Keyword.directive("hold", SectionKind.RESOLVERS)
                        .arguments("{nx | refused | timeout | other | valid | obsolete} TIME")
                        .doc("how long what was known counts on after such a status")
                        .as(ResolversLines::hold),
                Keyword.directive("resolve_retries", SectionKind.RESOLVERS)
                        .arguments("NUMBER")
                        .doc("how often a name is asked for before the search is given up, 3 by default")
                        .as((line, draft) -> draft.facet(SAID).retries = number(line, "resolve_retries")),
                Keyword.directive("timeout", SectionKind.RESOLVERS)
                        .arguments("{resolve | retry} TIME")
                        .doc("the time between two searches, and the time to wait for responses")
                        .as(ResolversLines::timeout),
                Keyword.directive("accepted_payload_size", SectionKind.RESOLVERS)
                        .arguments("BYTES")
                        .doc("the largest message that is taken, 512 by default")
                        .as(ResolversLines::payloadSize));
    }

    private static void nameserver(Arguments line, Draft draft) {
        String name = line.next();
        String address = line.next();
        if (name.isEmpty() || address.isEmpty()) {
            throw line.error(EXPECTED);
        }
        int forbidden = Names.firstForbidden(name);
        if (forbidden >= 0) {
            throw line.error(
                    "character '" + name.charAt(forbidden) + "' is not permitted in server name '" + name + "'.");
        }
        Said said = draft.facet(SAID);
        for (Declared other : said.nameservers) {
            if (other.settings().name().equals(name)) {
                throw LineError.whole(
                        line.origin(),
                        "Parsing [" + line.origin().place() + "]: nameserver '" + name
                                + "' has same name as another nameserver (declared at " + other.place() + ").");
            }
        }
        AddressSyntax.Result read = new AddressSyntax(
                        line.context().options().environment(),
                        AddressSyntax.Allow.STREAM,
                        AddressSyntax.Allow.DATAGRAM)
                .parse(address);
        String error = read.error();
        if (error != null) {
            throw line.error("'nameserver " + name + "' : " + error);
        }
        boolean stream = address.matches("(tcp[46]?|stream\\+.*|uxst)@.*");
        SocketAddress at = socketAddress(read.address(), address, name, line);
        NameserverOptions options = new NameserverOptions();
        if (stream) {
            options.read(line, draft.name(), name);
        }
        said.nameservers.add(new Declared(
                new NameserverSettings(name, at, stream, options.maxConnections, options.source),
                line.origin().place()));
    }

    private static SocketAddress socketAddress(@Nullable Address address, String written, String name, Arguments line) {
        if (address instanceof Address.Inet inet) {
            InetAddress found = Endpoints.resolve(inet);
            if (found == null) {
                throw line.error(
                        "'nameserver " + name + "' : invalid address: '" + inet.host() + "' in '" + written + "'\n");
            }
            return new InetSocketAddress(found, inet.port());
        }
        if (address instanceof Address.UnixPath path) {
            line.warn("'nameserver " + name + "' is never asked: unix sockets are not supported by this version of"
                    + " tandem");
            return new DomainSocketAddress(path.path());
        }
        throw line.error(
                "'nameserver " + name + "' : address '" + written + "' is not supported by this version of tandem");
    }

    private static void systemServers(Arguments line, Said said) {
        ResolvConf conf = ResolvConf.read();
        if (conf == null) {
            throw line.error("failed to open " + ResolvConf.FILE + ".");
        }
        for (ResolvConf.Server server : conf.servers()) {
            String place = ResolvConf.FILE + ":" + server.line();
            String name = server.address();
            Declared other = said.nameservers.stream()
                    .filter(declared -> declared.settings().name().equals(name))
                    .findFirst()
                    .orElse(null);
            if (other != null) {
                line.context()
                        .problems()
                        .warning(
                                line.origin(),
                                "parsing [" + line.origin().place() + "]: Parsing [" + place + "] : generated name for "
                                        + ResolvConf.FILE + " nameserver '" + name
                                        + "' conflicts with another nameserver (declared at " + other.place()
                                        + "), it appears to be a duplicate and will be excluded.");
            } else {
                said.nameservers.add(new Declared(server.settings(), place));
            }
        }
    }

    private static void hold(Arguments line, Draft draft) {
        String event = line.next();
        String period = line.next();
        if (event.isEmpty() || period.isEmpty()) {
            line.alert("'hold' expects an <event> and a <time> as arguments.");
            throw LineError.whole(
                    line.origin(), "<event> can be either 'valid', 'nx', 'refused', 'timeout', or 'other'");
        }
        int ms = line.millis(period, event, "hold");
        Said said = draft.facet(SAID);
        switch (event) {
            case "nx" -> said.nxMs = ms;
            case "other" -> said.otherMs = ms;
            case "refused" -> said.refusedMs = ms;
            case "timeout" -> said.timeoutMs = ms;
            case "valid" -> said.validMs = ms;
            case "obsolete" -> said.obsoleteMs = ms;
            default ->
                throw line.error("'hold' unknown <event>: '" + event
                        + "', expects either 'nx', 'timeout', 'valid', 'obsolete' or 'other'.");
        }
    }

    private static void timeout(Arguments line, Draft draft) {
        String event = line.next();
        String period = line.next();
        if (event.isEmpty()) {
            throw line.error("'timeout' expects 'retry' or 'resolve' and <time> as arguments.");
        }
        if (!event.equals("retry") && !event.equals("resolve")) {
            throw line.error("'timeout' expects 'retry' or 'resolve' and <time> as arguments got '" + event + "'.");
        }
        if (period.isEmpty()) {
            throw line.error("'timeout " + event + "' expects <time> as argument.");
        }
        int ms = line.millis(period, period, "timeout " + event);
        Said said = draft.facet(SAID);
        if (event.equals("retry")) {
            said.retryMs = ms;
        } else {
            said.resolveMs = ms;
        }
    }

    private static int number(Arguments line, String keyword) {
        return Arguments.leadingInteger(
                line.require("'" + keyword + "' expects <nb> as argument.").text());
    }

    private static void payloadSize(Arguments line, Draft draft) {
        String text = line.require("'accepted_payload_size' expects <nb> as argument.")
                .text();
        int size = Arguments.leadingInteger(text);
        if (size < LEAST_PAYLOAD || size > MOST_PAYLOAD) {
            throw line.error("'accepted_payload_size' must be between 12 and 65535 inclusive (was " + text + ").");
        }
        draft.facet(SAID).payloadSize = size;
    }

    // ---- what becomes of them

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        Map<String, Resolvers> sections = global.facet(SECTIONS).all;
        for (Draft draft : assembly.drafts().others()) {
            if (draft.kind() == SectionKind.RESOLVERS) {
                Said said = draft.facet(SAID);
                if (said.nameservers.isEmpty()) {
                    assembly.problems()
                            .warning(
                                    draft.origin(),
                                    "resolvers '" + draft.name() + "' ["
                                            + draft.origin().place() + "] has no nameservers configured!");
                }
                add(sections, said.of(draft.name()), assembly);
            }
        }
        ResolvConf system = sections.containsKey(DEFAULT) ? null : ResolvConf.read();
        if (system != null && !system.servers().isEmpty()) {
            Said said = new Said();
            system.servers().forEach(server -> said.nameservers.add(new Declared(server.settings(), "")));
            add(sections, said.of(DEFAULT), assembly);
        }
    }

    private static void add(Map<String, Resolvers> sections, ResolversSettings settings, Assembly assembly) {
        Configuration previous = assembly.previous();
        List<Nameserver> before = previous == null
                ? List.of()
                : of(previous).stream()
                        .filter(section -> section.name().equals(settings.name()))
                        .flatMap(section -> section.nameservers().stream())
                        .toList();
        Resolvers resolvers = new Resolvers(
                settings,
                name -> before.stream()
                        .filter(server -> server.settings().name().equals(name))
                        .map(Nameserver::counters)
                        .findFirst()
                        .orElseGet(NameserverCounters::new),
                assembly.node().failedResolutions());
        sections.put(settings.name(), resolvers);
        assembly.lifetime().atEnd(resolvers::stop); // until then, exchanges that began with it may ask
    }

    @Override
    public void completeBackends(Assembly assembly) {
        for (ProxyDraft proxy : assembly.drafts().proxies()) {
            ServerLines.wantedResolvers(proxy).forEach((server, wanted) -> {
                if (!proxy.disabled() && named(wanted, assembly) == null) {
                    assembly.problems()
                            .alert(
                                    proxy.origin(),
                                    proxy.described() + ", server '" + server + "': unable to find required resolvers '"
                                            + wanted + "'");
                }
            });
        }
    }
}

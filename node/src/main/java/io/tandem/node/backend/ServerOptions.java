// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.text.Times;
import io.tandem.node.backend.tls.ServerTlsOptions;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The options of {@code server} and {@code default-server} lines (HAProxy manual 5.2). */
public final class ServerOptions {
    private static final List<Keyword<ServerOption>> GENERAL = List.of(
            option("backup", "used only when no other server is usable").as((line, s) -> s.backup = true),
            option("no-backup", "undoes backup of default-server").as((line, s) -> s.backup = false),
            option("disabled", "starts in maintenance").as((line, s) -> s.disabled = true),
            option("enabled", "undoes disabled of default-server").as((line, s) -> s.disabled = false),
            option("non-stick", "never stored in stick tables").as((line, s) -> s.nonStick = true),
            option("stick", "undoes non-stick of default-server").as((line, s) -> s.nonStick = false),
            option("weight", "its share of the load, 0 to 256, 1 by default")
                    .arguments("WEIGHT")
                    .as(ServerOptions::weight),
            option("hash-key", "what its places on the circle of hash-type consistent follow from")
                    .arguments("id | addr | addr-port")
                    .as(ServerOptions::ringKey),
            option("cookie", "the value that names it in persistence cookies")
                    .arguments("VALUE")
                    .as(ServerOptions::cookie),
            option("redir", "sends clients that only want to read to another place")
                    .arguments("PREFIX")
                    .as((line, s) -> s.redirect = line.require("'redir' expects <prefix> as argument.")
                            .text()),
            option("log-proto", "how a ring's events are sent to it; without effect elsewhere")
                    .arguments("legacy | octet-count")
                    .as(ServerOptions::logProtocol),
            vain("guid", "ID", "objects are known by their names"),
            vain("check-reuse-pool", "", "checks open connections of their own"),
            vain("check-pool-conn-name", "NAME", "checks open connections of their own"),
            vain("renegotiate", "", "the TLS engine never renegotiates"),
            vain("no-renegotiate", "", "the TLS engine never renegotiates"),
            option("usesrc", "belongs behind source").as((line, s) -> {
                throw line.error("'usesrc' only allowed after a 'source' statement.");
            }),
            option("id", "the number statistics show").arguments("NUMBER").as(ServerOptions::id),
            option("init-addr", "where its address comes from at start")
                    .arguments("{last | libc | none | IP}[,…]")
                    .as(ServerOptions::initAddress));

    private static final List<Keyword<ServerOption>> NAMES = ResolutionOptions.ALL;

    private static final List<Keyword<ServerOption>> CHECKS = List.of(
            option("check", "checks its health").as((line, s) -> s.checked = true),
            option("no-check", "undoes check of default-server").as((line, s) -> s.checked = false),
            option("inter", "time between two checks, 2s by default")
                    .arguments("TIME")
                    .as(delay("inter", "agent-inter", (s, ms) -> s.interMs = ms)),
            option("fastinter", "time between two checks while going up or down")
                    .arguments("TIME")
                    .as(delay("fastinter", "agent-inter", (s, ms) -> s.fastInterMs = ms)),
            option("downinter", "time between two checks while down")
                    .arguments("TIME")
                    .as(delay("downinter", "agent-inter", (s, ms) -> s.downInterMs = ms)),
            option("rise", "successful checks in a row to be up again, 2 by default")
                    .arguments("COUNT")
                    .as(count("rise", (s, n) -> s.rise = n)),
            option("fall", "failed checks in a row to be down, 3 by default")
                    .arguments("COUNT")
                    .as(count("fall", (s, n) -> s.fall = n)),
            option("init-state", "what it is taken for before its first check, up by default")
                    .arguments("fully-up | up | down | fully-down")
                    .as(ServerOptions::initialHealth),
            option("port", "the port checks connect to").arguments("PORT").as(ServerOptions::port),
            option("addr", "the address checks connect to").arguments("IP").as(ServerOptions::address),
            option("check-proto", "the version of HTTP that checks speak, whatever ALPN says")
                    .arguments("none | h1 | h2")
                    .as(ServerOptions::checkProtocol));

    private static final List<Keyword<ServerOption>> AGENTS = List.of(
            option("agent-check", "asks its agent for weight and health").as((line, s) -> s.asksAgent = true),
            option("no-agent-check", "undoes agent-check of default-server").as((line, s) -> s.asksAgent = false),
            option("agent-inter", "time between two questions to its agent, 2s by default")
                    .arguments("TIME")
                    .as(delay("agent-inter", "agent-inter", (s, ms) -> s.agentInterMs = ms)),
            option("agent-port", "the port of its agent").arguments("PORT").as((line, s) -> {
                String text = line.require("'agent-port' expects a port number as argument.")
                        .text();
                s.agentPort = Arguments.leadingInteger(text);
            }),
            option("agent-addr", "the address of its agent, its own by default")
                    .arguments("ADDR")
                    .as(ServerOptions::agentAddress),
            option("agent-send", "what its agent is asked")
                    .arguments("TEXT")
                    .as((line, s) -> s.agentQuestion = line.require("'agent-send' expects a string as argument.")
                            .text()));

    /** Every option. */
    public static final List<Keyword<ServerOption>> ALL = join(
            GENERAL,
            NAMES,
            CapacityOptions.ALL,
            DialingOptions.ALL,
            ServerTlsOptions.ALL,
            CHECKS,
            AGENTS,
            HealthOptions.ALL);

    private static final Map<String, Keyword<ServerOption>> BY_NAME = byName();

    private ServerOptions() {}

    static @Nullable Keyword<ServerOption> named(String name) {
        return BY_NAME.get(name);
    }

    private static void weight(Arguments line, ServerSettings server) {
        int weight = Arguments.leadingInteger(line.next());
        if (weight < 0 || weight > 256) {
            throw line.error("weight of server " + server.name + " is not within 0 and 256 (" + weight + ").");
        }
        server.weight = weight;
    }

    private static void ringKey(Arguments line, ServerSettings server) {
        String word =
                line.require("'hash-key' expects 'id', 'addr' or 'addr-port'").text();
        RingKey key = RingKey.named(word);
        if (key == null) {
            throw line.error("'hash-key' expects 'id', 'addr' or 'addr-port' but got '" + word + "'");
        }
        server.ringKey = key;
    }

    private static void initialHealth(Arguments line, ServerSettings server) {
        String expected = "'init-state' expects one of 'fully-up', 'up', 'down' or 'fully-down'";
        String word = line.require(expected).text();
        InitialHealth health = InitialHealth.named(word);
        if (health == null) {
            throw line.error(expected + " (got '" + word + "')");
        }
        server.initialHealth = health;
    }

    private static void cookie(Arguments line, ServerSettings server) {
        server.cookie = line.require("'cookie' expects <value> as argument.").text();
    }

    private static void logProtocol(Arguments line, ServerSettings server) {
        String protocol = line.next();
        if (!protocol.equals("legacy") && !protocol.equals("octet-count")) {
            throw line.error("'log-proto' expects one of 'legacy' or 'octet-count' but got '" + protocol + "'");
        }
        server.countsOctets = protocol.equals("octet-count");
        if (!server.ofRing) {
            warn(line, "'log-proto' has no effect outside of ring sections.");
        }
    }

    private static void id(Arguments line, ServerSettings server) {
        if (server.isDefault) {
            line.next();
            warn(line, "'id' option is not accepted in default-server sections");
            return;
        }
        int id = Arguments.leadingInteger(
                line.require("'id' : expects an integer argument").text());
        if (id <= 0) {
            throw line.error("'id' : custom id has to be > 0");
        }
        server.id = id;
    }

    private static void warn(Arguments line, String text) {
        line.context()
                .problems()
                .warning(
                        line.origin(),
                        "[" + line.origin().file() + ":" + line.origin().line() + "] : " + text);
    }

    private static void initAddress(Arguments line, ServerSettings server) {
        List<String> methods = new ArrayList<>();
        for (String method : line.next().split(",", -1)) {
            if (!method.isEmpty()) {
                boolean known = method.equals("last") || method.equals("libc") || method.equals("none");
                if (!known && ServerAddress.literal(method) == null) {
                    throw line.error("'init-addr' : unknown init-addr method '" + method
                            + "', supported methods are 'libc', 'last', 'none'.");
                }
                methods.add(method);
            }
        }
        server.initAddress = List.copyOf(methods);
    }

    private static void port(Arguments line, ServerSettings server) {
        int port = Arguments.leadingInteger(
                line.require("'port' expects a port number as argument.").text());
        if (port < 0 || port > 65_535) {
            throw line.error("'port' : invalid port '" + port + "'");
        }
        server.checkPort = port;
    }

    private static void address(Arguments line, ServerSettings server) {
        String text = line.require("'addr' expects <ipv4|ipv6> as argument.").text();
        server.checkAddress = ServerAddress.literal(text);
        if (server.checkAddress == null) {
            throw line.error("'addr' : invalid address: '" + text + "' in '" + text + "'");
        }
    }

    private static void agentAddress(Arguments line, ServerSettings server) {
        String text =
                line.require("'agent-addr' expects an address as argument.").text();
        server.agentAddress = ServerAddress.named(text);
        if (server.agentAddress == null) {
            throw line.error("parsing agent-addr failed. Check if '" + text + "' is correct address.");
        }
    }

    private static void checkProtocol(Arguments line, ServerSettings server) {
        String protocol = line.require("'check-proto' : missing value").text();
        switch (protocol) {
            case "none", "h1" -> server.checkProtocol = protocol;
            case "h2", "fcgi" -> throw line.error(KnownKeywords.notSupported("check-proto " + protocol));
            default -> throw line.error("'check-proto' :  unknown MUX protocol '" + protocol + "'");
        }
    }

    /** @param spoken how HAProxy names the option when a character is wrong; it takes inter for agent-inter */
    private static ServerOption delay(String name, String spoken, BiConsumer<ServerSettings, Integer> setting) {
        return (line, server) -> {
            String text =
                    line.require("'" + name + "' expects a delay as argument.").text();
            Times time = Times.millis(text);
            switch (time.outcome()) {
                case OK -> {}
                case OVERFLOW ->
                    throw line.error("timer overflow in argument <" + text + "> to <" + name + "> of server "
                            + server.name + ", maximum value is 2147483647 ms (~24.8 days).");
                case UNEXPECTED, MISSING ->
                    throw line.error("unexpected character '" + time.character() + "' in '" + spoken
                            + "' argument of server " + server.name + ".");
            }
            if (time.value() == 0) {
                throw line.error("invalid value 0 for argument '" + name + "' of server " + server.name + ".");
            }
            setting.accept(server, (int) time.value());
        };
    }

    private static ServerOption count(String name, BiConsumer<ServerSettings, Integer> setting) {
        return (line, server) -> {
            int count = Arguments.leadingInteger(
                    line.require("'" + name + "' expects an integer argument.").text());
            if (count <= 0) {
                throw line.error("'" + name + "' has to be > 0.");
            }
            setting.accept(server, count);
        };
    }

    /** An option that is read, and does nothing here: a warning says {@code why}. */
    private static Keyword<ServerOption> vain(String name, String arguments, String why) {
        return option(name, "accepted for compatibility")
                .arguments(arguments)
                .noEffect(why)
                .as((line, server) -> {
                    if (!arguments.isEmpty()) {
                        line.require("'" + name + "' expects an argument");
                    }
                    warn(line, "'" + name + "' has no effect: " + why + ".");
                });
    }

    static Keyword.Builder<ServerOption> option(String name, String doc) {
        return Keyword.<ServerOption>of(name).doc(doc);
    }

    @SafeVarargs
    private static List<Keyword<ServerOption>> join(List<Keyword<ServerOption>>... families) {
        List<Keyword<ServerOption>> all = new ArrayList<>();
        for (List<Keyword<ServerOption>> family : families) {
            all.addAll(family);
        }
        return List.copyOf(all);
    }

    private static Map<String, Keyword<ServerOption>> byName() {
        Map<String, Keyword<ServerOption>> names = new LinkedHashMap<>();
        for (Keyword<ServerOption> keyword : ALL) {
            if (names.put(keyword.name(), keyword) != null) {
                throw new IllegalStateException("server option declared twice: " + keyword.name());
            }
        }
        return names;
    }
}

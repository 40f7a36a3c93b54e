// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.text.Times;
import io.tandem.node.frontend.http.h2.IdlePing;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/** Options of a server about how much it takes at once: limits, queue, slow start, idle connections. */
final class CapacityOptions {
    static final List<Keyword<ServerOption>> ALL = List.of(
            option("maxconn", "NUMBER", "concurrent connections, further ones are queued; 0 for no limit")
                    .as(number((s, n) -> s.maxConnections = Math.max(0, n))),
            Keyword.<ServerOption>of("strict-maxconn")
                    .doc("maxconn is for all connections that are open, idle ones too; they make room")
                    .as((line, server) -> server.strictLimit = true),
            option("minconn", "NUMBER", "the limit while the backend is idle; it grows to maxconn until fullconn")
                    .as(number((s, n) -> s.minConnections = Math.max(0, n))),
            option("maxqueue", "NUMBER", "requests that may wait for this server; 0 for no limit")
                    .as(number((s, n) -> s.maxQueue = Math.max(0, n))),
            option("slowstart", "TIME", "how long a server that is up again takes to full speed")
                    .as(CapacityOptions::slowStart),
            option("on-marked-down", "shutdown-sessions", "ends its sessions when it goes down")
                    .as(only("on-marked-down", "shutdown-sessions", s -> s.shutdownWhenDown = true)),
            option("on-marked-up", "shutdown-backup-sessions", "ends the sessions of backup servers when it comes up")
                    .as(only("on-marked-up", "shutdown-backup-sessions", s -> s.shutdownBackupsWhenUp = true)),
            option("pool-max-conn", "NUMBER", "idle connections kept to it, -1 for no limit")
                    .as(atLeastMinusOne("pool-max-conn", (s, n) -> s.maxIdle = n)),
            option("pool-low-conn", "NUMBER", "idle connections each thread keeps beyond what it needs")
                    .as(required("pool-low-conn", (s, n) -> s.lowIdle = Math.max(0, n))),
            option(
                            "pool-purge-delay",
                            "TIME",
                            "how often half of the surplus of idle connections is closed, 5s by default")
                    .as(CapacityOptions::purgeDelay),
            option(
                            "pool-conn-name",
                            "EXPRESSION",
                            "requests with the same value share idle connections, not those of an SNI")
                    .as((line, server) -> server.poolName = value(line, "pool-conn-name")),
            option("idle-ping", "TIME", "how often an idle connection in HTTP/2 is tried, which ends without an answer")
                    .as((line, server) -> server.idlePingMs = IdlePing.millis(line)),
            option(
                            "max-reuse",
                            "NUMBER",
                            "requests on a connection in HTTP/2 after its first, -1 for no limit; in HTTP/1 there is none, as with HAProxy")
                    .as(required("max-reuse", (s, n) -> s.maxReuse = Math.max(-1, n))));

    private CapacityOptions() {}

    private static Keyword.Builder<ServerOption> option(String name, String argument, String doc) {
        return Keyword.<ServerOption>of(name).arguments(argument).doc(doc);
    }

    private static ServerOption only(String name, String word, Consumer<ServerSettings> setting) {
        return (line, server) -> {
            String given = line.next();
            if (!given.equals(word)) {
                throw line.error("'" + name + "' expects '" + word + "' but got '" + given + "'");
            }
            setting.accept(server);
        };
    }

    private static ServerOption number(ObjIntConsumer<ServerSettings> setting) {
        return (line, server) -> setting.accept(server, Arguments.leadingInteger(line.next()));
    }

    private static ServerOption required(String name, ObjIntConsumer<ServerSettings> setting) {
        return (line, server) -> setting.accept(server, Arguments.leadingInteger(value(line, name)));
    }

    private static ServerOption atLeastMinusOne(String name, ObjIntConsumer<ServerSettings> setting) {
        return (line, server) -> {
            int number = Arguments.leadingInteger(value(line, name));
            if (number < -1) {
                throw line.error("'" + name + "' must be >= -1");
            }
            setting.accept(server, number);
        };
    }

    private static String value(Arguments line, String name) {
        return line.require("'" + name + "' expects <value> as argument.").text();
    }

    private static void slowStart(Arguments line, ServerSettings server) {
        String text = line.next();
        Times time = Times.millis(text);
        switch (time.outcome()) {
            case OK -> {}
            case OVERFLOW ->
                throw line.error("overflow in argument <" + text + "> to <slowstart> of server " + server.name
                        + ", maximum value is 2147483647 ms (~24.8 days).");
            case MISSING -> throw line.error("unexpected character '"); // as far as HAProxy gets
            case UNEXPECTED ->
                throw line.error("unexpected character '" + time.character() + "' in 'slowstart' argument of server "
                        + server.name + ".");
        }
        server.slowStartMs = (int) time.value();
    }

    private static void purgeDelay(Arguments line, ServerSettings server) {
        String text = value(line, "pool-purge-delay");
        Times time = Times.millis(text);
        switch (time.outcome()) {
            case OK -> {}
            case OVERFLOW ->
                throw line.error("timer overflow in argument '" + text
                        + "' to 'pool-purge-delay' (maximum value is 2147483647 ms or ~24.8 days)");
            case UNEXPECTED, MISSING ->
                throw line.error("unexpected character '" + time.character() + "' in argument to <pool-purge-delay>.");
        }
        server.purgeDelayMs = (int) time.value();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.InternalFetches.number;
import static io.tandem.node.rules.sample.ProxyFetches.ofBackend;
import static io.tandem.node.rules.sample.ProxyFetches.ofServer;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerLimits;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.function.ToIntFunction;

/** What rules may ask about queues, free slots and time limits of backends. */
final class QueueFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            ofBackend("queue", "requests that wait at the backend, for any or one of its servers", b -> b.state()
                    .queues()
                    .waiting()),
            ofBackend("avg_queue", "requests that wait for each usable server", QueueFetches::averageQueue),
            ofBackend("be_conn_free", "sessions the usable servers still take, -1 without limit", QueueFetches::free),
            ofBackend(
                    "connslots",
                    "sessions the servers still take, in their queues too, -1 without limit",
                    QueueFetches::slots),
            ofServer("srv_queue", "requests that wait for the server", s -> s.state()
                    .queue()
                    .length()),
            ofServer("srv_conn_free", "sessions the server still takes, -1 without limit", QueueFetches::free),
            limit("be_server_timeout", "timeout server of the backend, milliseconds", Timeouts::server),
            limit("be_tunnel_timeout", "timeout tunnel of the backend, milliseconds", Timeouts::tunnel),
            current(
                    "cur_server_timeout",
                    "timeout server once the server is there, milliseconds",
                    Timeouts::server,
                    facts -> facts.serverTimeoutMs),
            current(
                    "cur_tunnel_timeout",
                    "timeout tunnel once the server is there, milliseconds",
                    Timeouts::tunnel,
                    facts -> facts.tunnelTimeoutMs),
            fetch("cur_client_timeout")
                    .returns(SampleType.INTEGER)
                    .of(Need.FRONTEND)
                    .doc("timeout client of the frontend, milliseconds: no rule changes it")
                    .simply((facts, out) ->
                            number(out, facts.frontend.timeouts().client())),
            fetch("fe_client_timeout")
                    .returns(SampleType.INTEGER)
                    .of(Need.FRONTEND)
                    .doc("timeout client of the frontend, milliseconds")
                    .simply((facts, out) ->
                            number(out, facts.frontend.timeouts().client())));

    private QueueFetches() {}

    /** Before the server is connected to only the limits of rules hold: HAProxy answers 0 for the others then. */
    private static Keyword<FetchKind> current(
            String name, String doc, ToIntFunction<Timeouts> value, ToIntFunction<Facts> ofRules) {
        return fetch(name).returns(SampleType.INTEGER).of(Need.BACKEND).doc(doc).simply((facts, out) -> {
            Backend backend = facts.backend;
            return backend != null
                    && number(
                            out,
                            facts.connectedNs == 0
                                    ? ofRules.applyAsInt(facts)
                                    : value.applyAsInt(facts.timeouts(backend)));
        });
    }

    private static Keyword<FetchKind> limit(String name, String doc, ToIntFunction<Timeouts> value) {
        return fetch(name).returns(SampleType.INTEGER).of(Need.BACKEND).doc(doc).simply((facts, out) -> {
            Backend backend = facts.backend;
            return backend != null && number(out, value.applyAsInt(backend.timeouts()));
        });
    }

    /** Without a usable server twice the number that waits, as HAProxy estimates. */
    private static long averageQueue(Backend backend) {
        long waiting = backend.state().queues().waiting();
        int usable = backend.usableServers();
        return usable > 0 ? (waiting + usable - 1) / usable : waiting * 2;
    }

    private static long free(Server server) {
        int limit = server.state().limits().maxConnections();
        return limit == 0 ? -1 : Math.max(0, limit - server.state().meters().current());
    }

    private static long free(Backend backend) {
        long free = 0;
        boolean active = backend.servers().stream()
                .anyMatch(s -> s.state().isUsable() && !s.description().backup());
        for (Server server : backend.servers()) {
            if (server.state().isUsable() && active != server.description().backup()) {
                long its = free(server);
                if (its < 0) {
                    return -1;
                }
                free += its;
            }
        }
        return free;
    }

    private static long slots(Backend backend) {
        long slots = 0;
        for (Server server : backend.servers()) {
            ServerLimits limits = server.state().limits();
            if (server.state().isUsable()) {
                if (limits.maxConnections() == 0 || limits.maxQueue() == 0) {
                    return -1;
                }
                slots += limits.maxConnections()
                        - server.state().meters().current()
                        + limits.maxQueue()
                        - server.state().queue().length();
            }
        }
        return Math.max(0, slots);
    }
}

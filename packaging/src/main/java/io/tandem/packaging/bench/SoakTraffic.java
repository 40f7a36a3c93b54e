// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.Generator;
import io.tandem.packaging.bench.load.GeneratorRun;
import io.tandem.packaging.bench.load.Plan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The traffic of a soak: each kind has a generator or threads of its own, at moderate rates. */
final class SoakTraffic implements AutoCloseable {
    private static final int WEBSOCKETS = 5;
    private static final int SLOW_CLIENTS = 10;

    /** One kind of traffic: how much of it was done, and what went wrong. */
    private record Kind(LongSupplier done, SoakErrors errors) {}

    private final List<Generator> generators = new ArrayList<>();
    private final List<Kind> kinds = new ArrayList<>();
    private final SoakClients clients;
    private final SoakEvents events;

    SoakTraffic(SoakWorld world, int minutes) throws IOException {
        events = world.events();
        Duration duration = Duration.ofMinutes(minutes);
        generate(
                "http",
                true,
                Plan.closedLoop(world.httpPort(), false, 32, duration).atRate(500, 64));
        generate(
                "https",
                true,
                Plan.closedLoop(world.httpsPort(), true, 16, duration).atRate(200, 32));
        generate(
                "https, a connection each",
                true,
                Plan.handshakes(world.httpsPort(), true, 4, duration).atRate(20, 32));
        generate(
                "tcp",
                false,
                Plan.closedLoop(world.tcpPort(), false, 16, duration).atRate(200, 32));
        SoakErrors websocket = errors("websocket messages", false);
        SoakErrors slow = errors("slow clients' bodies", true);
        SoakErrors multiplexed = errors("h2", true);
        SoakH2 h2 = new SoakH2(world.directory(), multiplexed);
        clients = new SoakClients(world, websocket, slow, multiplexed, h2);
        kinds.add(new Kind(clients::messages, websocket));
        kinds.add(new Kind(clients::bodies, slow));
        kinds.add(new Kind(h2::done, multiplexed));
        for (int i = 0; i < WEBSOCKETS; i++) {
            clients.websocket();
        }
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            clients.slow();
        }
        clients.h2();
    }

    private SoakErrors errors(String traffic, boolean serversDie) {
        return new SoakErrors(traffic, serversDie, events);
    }

    private void generate(String name, boolean serversDie, Plan plan) throws IOException {
        Generator generator = new Generator();
        generators.add(generator);
        SoakErrors errors = errors(name, serversDie);
        GeneratorRun run = generator.start(plan);
        run.onError((what, waitedNs) -> {
            long nowNs = System.nanoTime();
            errors.add(what, nowNs - waitedNs, nowNs);
        });
        kinds.add(new Kind(run::answered, errors));
    }

    /** Judges the errors of the time since the last call but one's. */
    void judge(SoakStalls stalls) {
        kinds.forEach(kind -> kind.errors().judge(stalls));
    }

    long unexplained() {
        return kinds.stream().mapToLong(kind -> kind.errors().unexplained()).sum();
    }

    void stop() {
        clients.stop();
    }

    String summary() {
        return String.format(
                Locale.ROOT,
                "%d done, errors: %d by servers, %d by stalls, %d unexplained",
                kinds.stream().mapToLong(kind -> kind.done().getAsLong()).sum(),
                kinds.stream().mapToLong(kind -> kind.errors().byServers()).sum(),
                kinds.stream().mapToLong(kind -> kind.errors().byStalls()).sum(),
                unexplained());
    }

    String report() {
        StringBuilder text = new StringBuilder(
                "| traffic | done | errors while a server went away | while the machine stalled | unexplained |\n|---|---|---|---|---|\n");
        for (Kind kind : kinds) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %d | %d | %d |%n",
                    kind.errors().traffic(),
                    kind.done().getAsLong(),
                    kind.errors().byServers(),
                    kind.errors().byStalls(),
                    kind.errors().unexplained()));
        }
        kinds.forEach(kind -> kind.errors().unexplainedOnes().forEach(error -> text.append(error)
                .append('\n')));
        return text.toString();
    }

    @Override
    public void close() {
        clients.stop();
        generators.forEach(Generator::close);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.Generator;
import io.tandem.packaging.bench.load.GeneratorRun;
import io.tandem.packaging.bench.load.Plan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The traffic of a soak: each kind has a generator or threads of its own, at moderate rates. */
final class SoakTraffic implements AutoCloseable {
    /** An error so soon after a server went away is its doing. */
    private static final long EXPLAINED_NS = TimeUnit.SECONDS.toNanos(2);

    private static final int WEBSOCKETS = 5;
    private static final int SLOW_CLIENTS = 10;

    /** One kind of traffic and what became of it. */
    private static final class Kind {
        private final String name;
        private final boolean flaps;
        private final LongSupplier done;
        private final LongSupplier errors;
        private long seen;
        private long explained;
        private long unexplained;

        Kind(String name, boolean flaps, LongSupplier done, LongSupplier errors) {
            this.name = name;
            this.flaps = flaps;
            this.done = done;
            this.errors = errors;
        }

        void attribute(boolean flapped) {
            long now = errors.getAsLong();
            if (flapped && flaps) {
                explained += now - seen;
            } else {
                unexplained += now - seen;
            }
            seen = now;
        }
    }

    private final List<Generator> generators = new ArrayList<>();
    private final Map<String, GeneratorRun> runs = new LinkedHashMap<>();
    private final List<Kind> kinds = new ArrayList<>();
    private final SoakClients clients;

    SoakTraffic(SoakWorld world, int minutes) throws IOException {
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
        clients = new SoakClients(world);
        for (int i = 0; i < WEBSOCKETS; i++) {
            clients.websocket();
        }
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            clients.slow();
        }
        kinds.add(new Kind("websocket messages", false, clients::messages, clients::websocketErrors));
        kinds.add(new Kind("slow clients' bodies", true, clients::bodies, clients::slowErrors));
        if (world.h2Port() > 0) {
            clients.h2();
            kinds.add(new Kind("h2", true, clients::h2Requests, clients::h2Errors));
        }
    }

    private void generate(String name, boolean flaps, Plan plan) throws IOException {
        Generator generator = new Generator();
        generators.add(generator);
        GeneratorRun run = generator.start(plan);
        runs.put(name, run);
        kinds.add(new Kind(name, flaps, run::answered, run::errors));
    }

    /** Says of the errors since the last call whether a server's going explains them. */
    void attribute(long lastFlapNs) {
        boolean flapped = System.nanoTime() - lastFlapNs < EXPLAINED_NS;
        kinds.forEach(kind -> kind.attribute(flapped));
    }

    long unexplained() {
        return kinds.stream().mapToLong(kind -> kind.unexplained).sum();
    }

    void stop() {
        clients.stop();
    }

    String summary() {
        return String.format(
                Locale.ROOT,
                "%d done, errors: %d explained, %d not",
                kinds.stream().mapToLong(kind -> kind.done.getAsLong()).sum(),
                kinds.stream().mapToLong(kind -> kind.explained).sum(),
                unexplained());
    }

    String report() {
        StringBuilder text = new StringBuilder(
                "| traffic | done | errors while a server went away | unexplained |\n|---|---|---|---|\n");
        for (Kind kind : kinds) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %d | %d |%n",
                    kind.name,
                    kind.done.getAsLong(),
                    kind.explained,
                    kind.unexplained));
        }
        runs.forEach((name, run) -> run.firstErrors()
                .forEach(error -> text.append(name).append(" at ").append(error).append('\n')));
        clients.firstErrors().forEach(error -> text.append(error).append('\n'));
        return text.toString();
    }

    @Override
    public void close() {
        clients.stop();
        generators.forEach(Generator::close);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import io.tandem.packaging.bench.load.Flood;
import io.tandem.packaging.bench.load.Generator;
import io.tandem.packaging.bench.load.GeneratorRun;
import io.tandem.packaging.bench.load.Latencies;
import io.tandem.packaging.bench.load.Measured;
import io.tandem.packaging.bench.load.Plan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * TLS connections at three times what the proxy can do, whatever becomes of them (an open loop), while somebody looks at
 * {@code /metrics} and at the admin socket, and honest clients want their pages. Then the attack ends, and the time to the full
 * rate is taken.
 */
record AttackCase(String name, String doc) implements Experiment {
    private static final int DEFAULT_SECONDS = 60;
    private static final double TIMES = 3;
    private static final int HONEST_PER_SECOND = 20;
    private static final long WINDOW_MS = 100;
    private static final int MOST_RECOVERY_WINDOWS = 100;
    private static final List<String> ATTACKERS =
            IntStream.rangeClosed(1, 16).mapToObj(i -> "127.0.7." + i).toList();

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        int seconds = bench.options().secondsGiven() > 0
                ? bench.options().secondsGiven()
                : bench.options().quick() ? 10 : DEFAULT_SECONDS;
        StringBuilder table = new StringBuilder();
        for (Kind kind : List.of(Kind.HAPROXY, Kind.TANDEM)) {
            table.append(attack(bench, kind, seconds));
        }
        bench.say(
                "%n| proxy | capacity | attack | alive | honest answers | honest p99 | /metrics answered, max | admin answered, max"
                        + " | most connections | RSS before, most, after | full rate after |%n|---|---|---|---|---|---|---|---|---|---|---|%n%s",
                table);
        return List.of();
    }

    private String attack(Bench bench, Kind kind, int seconds) throws IOException, InterruptedException {
        int metricsPort = Contender.freePort();
        Path socket = bench.directory().resolve(kind.label() + ".sock");
        String lines = "    stats socket " + socket + " mode 600 level admin\n";
        Features features = Features.HTTP.with(Features.Key.ECDSA).withMetrics(metricsPort);
        try (Contender contender = Contender.start(kind, "0", features, 0, lines, bench);
                Generator honest = new Generator()) {
            bench.generator()
                    .run(Plan.handshakes(
                            contender.port(),
                            true,
                            32,
                            Duration.ofSeconds(
                                    kind == Kind.TANDEM ? bench.options().warmUpSeconds() : 1)));
            double capacity = bench.generator()
                    .run(Plan.handshakes(contender.port(), true, 32, Duration.ofSeconds(4)))
                    .perSecond();
            double rssBefore = Cpu.memoryOf(contender.pid(), "VmRSS");
            bench.say("  %s: %.0f connections a second at most", kind.label(), capacity);
            Watch watch = new Watch(contender, metricsPort, socket);
            watch.start();
            Flood flood = bench.generator()
                    .flood(new InetSocketAddress("127.0.0.1", contender.port()), TIMES * capacity, ATTACKERS);
            Plan pages = Plan.handshakes(contender.port(), true, 0, Duration.ofSeconds(seconds))
                    .atRate(HONEST_PER_SECOND, 400);
            GeneratorRun visitors = honest.start(pages);
            for (int second = 1; second <= seconds; second++) {
                Thread.sleep(1000);
                if (second % 5 == 0) {
                    bench.say(
                            "    %2d s: %d attempted, %d answered, %d open, honest answers %d, %s",
                            second,
                            flood.attempted(),
                            flood.answered(),
                            flood.open(),
                            visitors.answered(),
                            watch.describe());
                }
            }
            flood.stop();
            double recovered = recovery(bench, contender, capacity);
            watch.end();
            Measured seen = Generator.await(visitors.result(), 60);
            Latencies latencies = seen.latencies();
            double attacked = flood.attempted() / (double) seconds;
            return String.format(
                    Locale.ROOT,
                    "| %s | %.0f/s | %.0f/s (%.1f times) for %d s | %s | %d of %d | %.0f ms | %s | %s | %d | %.0f, %.0f, %.0f MB | %s |%n",
                    kind.label(),
                    capacity,
                    attacked,
                    attacked / capacity,
                    seconds,
                    contender.isAlive() ? "yes" : "NO",
                    seen.answered(),
                    (long) HONEST_PER_SECOND * seconds,
                    latencies.micros(0.99) / 1000,
                    watch.metrics(),
                    watch.admin(),
                    watch.mostConnections(),
                    rssBefore / 1e6,
                    watch.mostRss() / 1e6,
                    Cpu.memoryOf(contender.pid(), "VmRSS") / 1e6,
                    recovered < 0 ? "not within 10 s" : String.format(Locale.ROOT, "%.1f s", recovered));
        }
    }

    /** Seconds until three windows in a row run at 0.9 of the capacity; -1 if they do not. */
    private static double recovery(Bench bench, Contender contender, double capacity)
            throws IOException, InterruptedException {
        long endNs = System.nanoTime();
        GeneratorRun run = bench.generator()
                .start(Plan.handshakes(
                        contender.port(), true, 32, Duration.ofMillis(MOST_RECOVERY_WINDOWS * WINDOW_MS / 2)));
        double found = -1;
        int good = 0;
        long seen = 0;
        double candidate = 0;
        StringBuilder rates = new StringBuilder();
        for (int i = 0; i < MOST_RECOVERY_WINDOWS / 2 && found < 0; i++) {
            long windowNs = System.nanoTime();
            Thread.sleep(WINDOW_MS);
            long now = run.answered();
            double rate = (now - seen) * 1e9 / (System.nanoTime() - windowNs);
            seen = now;
            rates.append(String.format(Locale.ROOT, " %.0f", rate));
            if (rate >= 0.9 * capacity) {
                if (good++ == 0) {
                    candidate = (windowNs - endNs) / 1e9;
                }
                if (good == 3) {
                    found = candidate;
                }
            } else {
                good = 0;
            }
        }
        Generator.await(run.result(), 60);
        bench.say("    connections a second in windows of %d ms after it:%s", WINDOW_MS, rates);
        return found;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import io.tandem.packaging.bench.Features.Protocol;
import io.tandem.packaging.bench.load.Measured;
import io.tandem.packaging.bench.load.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests a second against latency while concurrency rises: up to some point more clients mean more requests, beyond it only
 * more waiting. The load test of "How we fine-tuned HAProxy to achieve 2,000,000 concurrent SSL connections", with a connection
 * for each request as its {@code ab} made them, and once more with connections that are kept.
 */
record TippingPoint(String name, String doc) implements Experiment {
    private static final List<Integer> CONCURRENCY = List.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000);

    private static final int BURSTS = 5;

    /**
     * One measurement.
     *
     * @param kind of proxy
     * @param kept whether connections are kept between requests
     */
    record Point(
            Kind kind,
            boolean tls,
            boolean kept,
            int concurrency,
            double perSecond,
            double p50,
            double p99,
            double cpu) {
        String label() {
            return kind.label() + (tls ? " SSL" : " plain") + (kept ? ", kept" : ", one request each");
        }
    }

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        List<Point> points = new ArrayList<>();
        for (boolean kept : new boolean[] {false, true}) {
            for (Features.Key key : List.of(Features.Key.NONE, Features.Key.ECDSA)) {
                for (Kind kind : List.of(Kind.HAPROXY, Kind.TANDEM)) {
                    measure(bench, kind, Features.HTTP.over(Protocol.HTTP1).with(key), kept, points);
                }
                Files.writeString(picture(bench), Svg.of(points)); // what there is so far
            }
        }
        print(bench, points);
        bench.say("  drawn in %s", picture(bench).toAbsolutePath());
        return List.of();
    }

    private static Path picture(Bench bench) throws IOException {
        Files.createDirectories(bench.options().pictures().toAbsolutePath());
        return bench.options().pictures().resolve("tipping-point.svg");
    }

    private static void measure(Bench bench, Kind kind, Features features, boolean kept, List<Point> points)
            throws IOException, InterruptedException {
        try (Contender contender = Contender.start(kind, "0", features, 0, bench)) {
            int warm = kind == Kind.TANDEM ? bench.options().warmUpSeconds() : 1;
            bench.generator().run(plan(contender, features, kept, 32, warm));
            for (int i = 0; i < BURSTS; i++) { // opening many at once is code of its own
                bench.generator().run(plan(contender, features, kept, 500, 1));
            }
            for (int concurrency : CONCURRENCY) {
                Cpu.Snapshot before = Cpu.of(contender.pid());
                Measured measured = bench.generator()
                        .run(plan(
                                contender,
                                features,
                                kept,
                                concurrency,
                                bench.options().seconds()));
                double cpu = Cpu.of(contender.pid()).microsSince(before) / 1e6 / measured.seconds();
                Point point = new Point(
                        kind,
                        features.tls(),
                        kept,
                        concurrency,
                        measured.perSecond(),
                        measured.latencies().micros(0.5),
                        measured.latencies().micros(0.99),
                        cpu);
                bench.say(
                        "  %-36s c=%-5d %8.0f/s  p50 %8.2f ms  p99 %8.2f ms  CPU %3.0f %%%s",
                        point.label(),
                        concurrency,
                        point.perSecond(),
                        point.p50() / 1000,
                        point.p99() / 1000,
                        100 * cpu,
                        measured.clean()
                                ? ""
                                : "  " + measured.failed() + " failed, " + measured.refused() + " refused");
                points.add(point);
            }
        }
    }

    private static Plan plan(Contender contender, Features features, boolean kept, int concurrency, int seconds) {
        Duration duration = Duration.ofSeconds(seconds);
        return kept
                ? Plan.closedLoop(contender.port(), features.tls(), concurrency, duration)
                : Plan.handshakes(contender.port(), features.tls(), concurrency, duration);
    }

    private static void print(Bench bench, List<Point> points) {
        bench.say(
                "%n| Sr. No | No. of clients | Concurrency | Requests/s | Middleware | Connection type | # Cores | Latency p50 | p99 | CPU |");
        bench.say("|---|---|---|---|---|---|---|---|---|---|");
        int number = 0;
        for (Point point : points) {
            bench.say(
                    "| %d | 1 | %d | %.0f | %s | %s%s | 1 | %.2f ms | %.2f ms | %.0f %% |",
                    ++number,
                    point.concurrency(),
                    point.perSecond(),
                    point.kind().label(),
                    point.tls() ? "SSL" : "Non SSL",
                    point.kept() ? ", kept" : "",
                    point.p50() / 1000,
                    point.p99() / 1000,
                    100 * point.cpu());
        }
    }
}

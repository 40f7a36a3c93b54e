// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import io.tandem.packaging.bench.load.Generator;
import io.tandem.packaging.bench.load.GeneratorRun;
import io.tandem.packaging.bench.load.Plan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** From the start of the process to its first answer, and from there to its steady rate. */
record ColdStartCase(String name, String doc) implements Experiment {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long WINDOW_MS = 250;

    /**
     * One start.
     *
     * @param firstMicros start to first answer
     * @param steadySeconds from the first answer until the rate stays above 0.9 of what it ends at
     * @param firstWindow the first window's rate, as a share of the last ones'
     */
    private record Start(double firstMicros, double steadySeconds, double firstWindow) {}

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        int rounds = bench.options().quick() ? 1 : Math.min(3, bench.options().rounds());
        Rounds<Start> all = new Rounds<>();
        for (int i = 0; i < rounds; i++) {
            Map<Kind, Start> starts = new EnumMap<>(Kind.class);
            for (Kind kind : List.of(Kind.HAPROXY, Kind.NGINX, Kind.TANDEM)) {
                Start start = measure(bench, kind);
                starts.put(kind, start);
                bench.say(
                        "  round %d  %-8s first answer after %.0f ms, steady rate after %.2f s more, first window at %.0f %%",
                        i + 1,
                        kind.label(),
                        start.firstMicros() / 1000,
                        start.steadySeconds(),
                        100 * start.firstWindow());
            }
            all.add(starts);
        }
        return List.of(row(all));
    }

    private static Start measure(Bench bench, Kind kind) throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        try (Contender contender = Contender.launch(kind, "0", Features.HTTP, 0, "", bench)) {
            awaitAnswer(contender);
            double firstMicros = (System.nanoTime() - startNs) / 1000.0;
            int seconds = kind == Kind.TANDEM ? bench.options().quick() ? 6 : 15 : 3;
            GeneratorRun run =
                    bench.generator().start(Plan.closedLoop(contender.port(), false, 64, Duration.ofSeconds(seconds)));
            List<Double> windows = new ArrayList<>();
            long seen = 0;
            for (int i = 0; i < seconds * 1000L / WINDOW_MS - 1; i++) {
                long windowNs = System.nanoTime();
                Thread.sleep(WINDOW_MS);
                long now = run.answered();
                windows.add((now - seen) * 1e9 / (System.nanoTime() - windowNs));
                seen = now;
            }
            Generator.await(run.result(), 30);
            double steady = Series.median(windows.subList(windows.size() / 2, windows.size()));
            int reached = 0;
            for (int i = 0; i < windows.size() / 2; i++) {
                if (windows.get(i) < 0.9 * steady) {
                    reached = i + 1;
                }
            }
            return new Start(firstMicros, reached * WINDOW_MS / 1000.0, windows.get(0) / steady);
        }
    }

    private static void awaitAnswer(Contender contender) throws IOException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (System.nanoTime() - deadline < 0) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", contender.port()), 1000);
                socket.setSoTimeout(5000);
                socket.getOutputStream().write(REQUEST);
                if (socket.getInputStream().read() == 'H') {
                    return;
                }
            } catch (IOException notYet) {
                if (!contender.isAlive()) {
                    throw new IOException(contender.kind().label() + " ended: " + contender.said(), notYet);
                }
            }
            LockSupport.parkNanos(1_000_000);
        }
        throw new IOException(contender.kind().label() + " does not answer");
    }

    private Row row(Rounds<Start> rounds) {
        Map<String, Double> more = new TreeMap<>();
        for (Kind kind : rounds.kinds()) {
            more.put(kind.label() + "_steady_seconds", rounds.median(kind, Start::steadySeconds));
            more.put(kind.label() + "_first_window_share", rounds.median(kind, Start::firstWindow));
        }
        return new Row(
                name,
                "us to the first answer",
                rounds.median(Kind.TANDEM, Start::firstMicros),
                rounds.median(Kind.HAPROXY, Start::firstMicros),
                rounds.median(Kind.NGINX, Start::firstMicros),
                rounds.ratio(Kind.TANDEM, Kind.HAPROXY, Start::firstMicros),
                rounds.ratio(Kind.TANDEM, Kind.NGINX, Start::firstMicros),
                Ratio.NONE,
                rounds.count(),
                Double.NaN,
                String.format(
                        Locale.ROOT,
                        "Tandem's rate is steady after %.2f s more; its first %d ms run at %.0f %%",
                        rounds.median(Kind.TANDEM, Start::steadySeconds),
                        WINDOW_MS,
                        100 * rounds.median(Kind.TANDEM, Start::firstWindow)),
                more);
    }
}

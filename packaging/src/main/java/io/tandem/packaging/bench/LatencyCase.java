// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import io.tandem.packaging.bench.load.Latencies;
import io.tandem.packaging.bench.load.Measured;
import io.tandem.packaging.bench.load.Plan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Latency at equal load: all proxies get 60 % of what haproxy can do at most, at a fixed rate whose latency counts from when a
 * request was due; pauses of the collector are in it. The quantiles are those of all requests of all valid rounds together: a
 * stall of 30 ms holds back one percent of a round's requests, so that the p99 of a single round says only whether it had one.
 */
record LatencyCase(String name, String doc, double share) implements Experiment {
    private static final int CONNECTIONS = 64;

    /** A run at a fixed rate is longer than a saturating one: the tail needs requests. */
    private static final int LONGER = 3;

    private static final double P99 = 0.99;
    private static final double P999 = 0.999;
    private static final int MOST_VOID_ROUNDS = 10;

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        List<Contender> contenders = new ArrayList<>();
        try {
            for (Kind kind : List.of(Kind.HAPROXY, Kind.HAPROXY_AGAIN, Kind.NGINX, Kind.TANDEM)) {
                contenders.add(Contender.start(kind, "0", Features.HTTP, 0, bench));
            }
            double rate = share * most(bench, contenders.get(0));
            bench.say("  %.0f requests a second, %.0f %% of haproxy's most", rate, 100 * share);
            for (Contender contender : contenders) {
                int warm = contender.kind() == Kind.TANDEM ? bench.options().warmUpSeconds() : 1;
                bench.generator().run(plan(contender, warm));
                bench.generator().run(plan(contender, warm).atRate(rate, CONNECTIONS)); // waiting is code of its own
            }
            return List.of(rounds(bench, contenders, rate));
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private static Plan plan(Contender contender, int seconds) {
        return Plan.closedLoop(contender.port(), false, CONNECTIONS, Duration.ofSeconds(seconds));
    }

    private static double most(Bench bench, Contender haproxy) throws IOException, InterruptedException {
        double most = 0;
        for (int i = 0; i < 3; i++) {
            Plan plan = plan(haproxy, bench.options().seconds());
            most = Math.max(most, bench.generator().run(plan).perSecond());
        }
        return most;
    }

    private Row rounds(Bench bench, List<Contender> contenders, double rate) throws IOException, InterruptedException {
        Rounds<Latencies> rounds = new Rounds<>();
        Random random = new Random(name.hashCode());
        int voided = 0;
        for (int i = 0; i < bench.options().rounds() + Math.min(voided, MOST_VOID_ROUNDS); i++) {
            List<Contender> order = new ArrayList<>(contenders);
            Collections.shuffle(order, random);
            Map<Kind, Latencies> results = new EnumMap<>(Kind.class);
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  round %2d", i + 1));
            for (Contender contender : order) {
                voided += measure(bench, contender, rate, results, line) ? 0 : 1;
            }
            bench.say("%s", line);
            rounds.add(results);
        }
        return report(rounds, rate, voided);
    }

    /** One contender's part of a round; false if it does not count. */
    private static boolean measure(
            Bench bench, Contender contender, double rate, Map<Kind, Latencies> results, StringBuilder line)
            throws IOException, InterruptedException {
        if (!bench.options().noisy()) {
            Cpu.awaitQuiet(20);
        }
        Foreign foreign = Foreign.since(contender.pid());
        Measured measured = bench.generator()
                .run(plan(contender, LONGER * bench.options().seconds()).atRate(rate, CONNECTIONS));
        String trouble = measured.clean() ? "" : measured.toString();
        if (trouble.isEmpty() && !bench.options().noisy()) {
            trouble = foreign.trouble();
        }
        line.append(String.format(
                Locale.ROOT,
                "  %s p50 %.0f p99 %.0f p99.9 %.0f us%s",
                contender.kind().label(),
                measured.latencies().micros(0.5),
                measured.latencies().micros(P99),
                measured.latencies().micros(P999),
                trouble.isEmpty() ? "" : " VOID " + trouble));
        if (trouble.isEmpty()) {
            results.put(contender.kind(), measured.latencies());
        }
        return trouble.isEmpty();
    }

    private Row report(Rounds<Latencies> rounds, double rate, int voided) {
        Map<String, Double> more = new TreeMap<>();
        for (Kind kind : rounds.kinds()) {
            Latencies all = Pooled.of(rounds.of(kind));
            more.put(kind.label() + "_p50_us", all.micros(0.5));
            more.put(kind.label() + "_p999_us", all.micros(P999));
        }
        more.put("requests_per_second", rate);
        return new Row(
                name,
                "us, p99",
                Pooled.of(rounds.of(Kind.TANDEM)).micros(P99),
                Pooled.of(rounds.of(Kind.HAPROXY)).micros(P99),
                Pooled.of(rounds.of(Kind.NGINX)).micros(P99),
                Pooled.ratio(rounds.of(Kind.TANDEM), rounds.of(Kind.HAPROXY), P99),
                Pooled.ratio(rounds.of(Kind.TANDEM), rounds.of(Kind.NGINX), P99),
                Pooled.ratio(rounds.of(Kind.HAPROXY_AGAIN), rounds.of(Kind.HAPROXY), P99),
                rounds.count(),
                1.0,
                String.format(
                        Locale.ROOT,
                        "%.0f requests/s on each; p50: tandem %.0f, haproxy %.0f us; p99.9: tandem %.0f, haproxy %.0f us%s",
                        rate,
                        more.get("tandem_p50_us"),
                        more.get("haproxy_p50_us"),
                        more.get("tandem_p999_us"),
                        more.get("haproxy_p999_us"),
                        voided == 0 ? "" : "; " + voided + " runs void"),
                more);
    }
}

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
 * request was due; pauses of the collector are in it.
 */
record LatencyCase(String name, String doc, double share) implements Experiment {
    private static final int CONNECTIONS = 64;

    /** A run at a fixed rate is longer than a saturating one: the tail needs requests. */
    private static final int LONGER = 3;

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
                bench.generator().run(Plan.closedLoop(contender.port(), false, CONNECTIONS, Duration.ofSeconds(warm)));
            }
            return List.of(rounds(bench, contenders, rate));
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private static double most(Bench bench, Contender haproxy) throws IOException, InterruptedException {
        double most = 0;
        for (int i = 0; i < 3; i++) {
            Plan plan = Plan.closedLoop(
                    haproxy.port(),
                    false,
                    CONNECTIONS,
                    Duration.ofSeconds(bench.options().seconds()));
            most = Math.max(most, bench.generator().run(plan).perSecond());
        }
        return most;
    }

    private Row rounds(Bench bench, List<Contender> contenders, double rate) throws IOException, InterruptedException {
        Rounds<Latencies> rounds = new Rounds<>();
        Random random = new Random(name.hashCode());
        int seconds = LONGER * bench.options().seconds();
        int failures = 0;
        for (int i = 0; i < bench.options().rounds(); i++) {
            List<Contender> order = new ArrayList<>(contenders);
            Collections.shuffle(order, random);
            Map<Kind, Latencies> results = new EnumMap<>(Kind.class);
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  round %2d", i + 1));
            for (Contender contender : order) {
                if (!bench.options().noisy()) {
                    Cpu.awaitQuiet(20);
                }
                Measured measured = bench.generator()
                        .run(Plan.closedLoop(contender.port(), false, CONNECTIONS, Duration.ofSeconds(seconds))
                                .atRate(rate, CONNECTIONS));
                line.append(String.format(
                        Locale.ROOT,
                        "  %s p50 %.0f p99 %.0f p99.9 %.0f us",
                        contender.kind().label(),
                        measured.latencies().micros(0.5),
                        measured.latencies().micros(0.99),
                        measured.latencies().micros(0.999)));
                if (measured.clean()) {
                    results.put(contender.kind(), measured.latencies());
                } else {
                    failures++;
                    line.append(" VOID ").append(measured);
                }
            }
            bench.say("%s", line);
            rounds.add(results);
        }
        Map<String, Double> more = new TreeMap<>();
        for (Kind kind : rounds.kinds()) {
            more.put(kind.label() + "_p50_us", rounds.median(kind, l -> l.micros(0.5)));
            more.put(kind.label() + "_p999_us", rounds.median(kind, l -> l.micros(0.999)));
        }
        more.put("requests_per_second", rate);
        return new Row(
                name,
                "us, p99",
                rounds.median(Kind.TANDEM, l -> l.micros(0.99)),
                rounds.median(Kind.HAPROXY, l -> l.micros(0.99)),
                rounds.median(Kind.NGINX, l -> l.micros(0.99)),
                rounds.ratio(Kind.TANDEM, Kind.HAPROXY, l -> l.micros(0.99)),
                rounds.ratio(Kind.TANDEM, Kind.NGINX, l -> l.micros(0.99)),
                rounds.ratio(Kind.HAPROXY_AGAIN, Kind.HAPROXY, l -> l.micros(0.99)),
                rounds.count(),
                1.0,
                String.format(
                        Locale.ROOT,
                        "%.0f requests/s on each; p99.9: tandem %.0f, haproxy %.0f us%s",
                        rate,
                        rounds.median(Kind.TANDEM, l -> l.micros(0.999)),
                        rounds.median(Kind.HAPROXY, l -> l.micros(0.999)),
                        failures == 0 ? "" : "; " + failures + " runs void"),
                more);
    }
}

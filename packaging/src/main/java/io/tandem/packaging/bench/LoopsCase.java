// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a second event loop brings. On two cores the load generator needs one of them in part, so the proxies get work that
 * costs them far more than it costs the generator: many rules. What is compared is each program's growth with its own.
 */
record LoopsCase(String name, String doc) implements Experiment {
    private static final int RULES = 400;
    private static final String BOTH_CORES = "0,1";

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        Traffic traffic = new Traffic.Wrk(64, "/", Cases.BROWSER);
        Features one = Features.HTTP.withRules(RULES);
        List<Contender> single = new ArrayList<>();
        List<Contender> twice = new ArrayList<>();
        try {
            for (Kind kind : List.of(Kind.HAPROXY, Kind.TANDEM)) {
                single.add(Contender.start(kind, BOTH_CORES, one, 0, bench));
                twice.add(Contender.start(kind, BOTH_CORES, one.withThreads(2), 0, bench));
            }
            for (int i = 0; i < single.size(); i++) {
                int warm = single.get(i).kind() == Kind.TANDEM ? bench.options().warmUpSeconds() : 1;
                traffic.run(bench, one, single.get(i).port(), warm);
                traffic.run(bench, one, twice.get(i).port(), warm);
            }
            Rounds<Double> growth = new Rounds<>();
            for (int round = 0; round < bench.options().rounds(); round++) {
                Map<Kind, Double> results = new EnumMap<>(Kind.class);
                StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  round %2d", round + 1));
                for (int i = 0; i < single.size(); i++) {
                    double first = rate(bench, traffic, one, single.get(i));
                    double second = rate(bench, traffic, one, twice.get(i));
                    Kind kind = single.get(i).kind();
                    line.append(String.format(
                            Locale.ROOT, "  %s %.0f -> %.0f/s (x %.2f)", kind.label(), first, second, second / first));
                    if (first > 0 && second > 0) {
                        results.put(kind, second / first);
                    }
                }
                bench.say("%s", line);
                growth.add(results);
            }
            return List.of(row(growth));
        } finally {
            single.forEach(Contender::close);
            twice.forEach(Contender::close);
        }
    }

    /** Requests a second; 0 if there were errors. */
    private static double rate(Bench bench, Traffic traffic, Features features, Contender contender)
            throws IOException, InterruptedException {
        if (!bench.options().noisy()) {
            Cpu.awaitQuiet(20);
        }
        int seconds = bench.options().seconds();
        Traffic.Result result = traffic.run(bench, features, contender.port(), seconds);
        return result.clean() ? (double) result.units() / seconds : 0;
    }

    private Row row(Rounds<Double> growth) {
        return new Row(
                name,
                "times the rate of one loop",
                growth.median(Kind.TANDEM, g -> g),
                growth.median(Kind.HAPROXY, g -> g),
                Double.NaN,
                growth.ratio(Kind.HAPROXY, Kind.TANDEM, g -> g),
                Ratio.NONE,
                Ratio.NONE,
                growth.count(),
                1.0,
                "ratio is haproxy's growth by Tandem's; " + RULES
                        + " rules a request; the generator shares the second core",
                Map.of());
    }
}

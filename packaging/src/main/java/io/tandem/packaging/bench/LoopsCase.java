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
            Rounds<Growth> growth = new Rounds<>();
            for (int round = 0; round < bench.options().rounds(); round++) {
                Map<Kind, Growth> results = new EnumMap<>(Kind.class);
                StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  round %2d", round + 1));
                for (int i = 0; i < single.size(); i++) {
                    Growth grown = new Growth(
                            measure(bench, traffic, one, single.get(i)), measure(bench, traffic, one, twice.get(i)));
                    Kind kind = single.get(i).kind();
                    line.append("  ").append(kind.label()).append(grown);
                    if (grown.valid()) {
                        results.put(kind, grown);
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

    /**
     * One measurement.
     *
     * @param perSecond requests a second
     * @param micros CPU of all threads a request
     * @param trouble why it does not count; empty if it does
     */
    private record Load(double perSecond, double micros, String trouble) {}

    private record Growth(Load first, Load second) {
        double ofRate() {
            return second.perSecond / first.perSecond;
        }

        /** What two loops that are never idle would do by the CPU that a request costs them. */
        double ofCapacity() {
            return 2 * first.micros / second.micros;
        }

        boolean valid() {
            return first.trouble.isEmpty() && second.trouble.isEmpty();
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    " %.0f -> %.0f/s (x %.2f), %.0f -> %.0f us (x %.2f)%s%s",
                    first.perSecond,
                    second.perSecond,
                    ofRate(),
                    first.micros,
                    second.micros,
                    ofCapacity(),
                    valid() ? "" : " VOID ",
                    first.trouble + second.trouble);
        }
    }

    private static Load measure(Bench bench, Traffic traffic, Features features, Contender contender)
            throws IOException, InterruptedException {
        if (!bench.options().noisy()) {
            Cpu.awaitQuiet(20);
        }
        Foreign foreign = Foreign.since(contender.pid());
        Traffic.Result result =
                traffic.run(bench, features, contender.port(), bench.options().seconds());
        double wallMicros = (System.nanoTime() - foreign.startNs()) / 1000.0;
        double used = Cpu.of(contender.pid()).microsSince(foreign.before());
        String trouble = result.clean() && result.units() > 0
                ? ""
                : "errors: " + result.said().strip();
        if (trouble.isEmpty() && !bench.options().noisy()) {
            trouble = foreign.trouble(used, wallMicros);
        }
        return new Load(result.units() * 1e6 / wallMicros, used / Math.max(1, result.units()), trouble);
    }

    private Row row(Rounds<Growth> growth) {
        return new Row(
                name,
                "times the capacity of one loop",
                growth.median(Kind.TANDEM, Growth::ofCapacity),
                growth.median(Kind.HAPROXY, Growth::ofCapacity),
                Double.NaN,
                growth.ratio(Kind.HAPROXY, Kind.TANDEM, Growth::ofCapacity),
                Ratio.NONE,
                Ratio.NONE,
                growth.count(),
                1.0,
                String.format(
                        Locale.ROOT,
                        "ratio is haproxy's growth by Tandem's; %d rules a request; by rate, where the generator shares the"
                                + " second core: tandem %.2f, haproxy %.2f",
                        RULES,
                        growth.median(Kind.TANDEM, Growth::ofRate),
                        growth.median(Kind.HAPROXY, Growth::ofRate)),
                Map.of());
    }
}

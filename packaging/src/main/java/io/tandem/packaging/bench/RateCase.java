// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * CPU per unit of work: all proxies stay up, each round measures each of them once, in shuffled order, and the ratio is taken
 * within the round.
 *
 * @param unit what the microseconds are per: {@code request}, {@code connection}, {@code MiB}
 * @param warmUnits how many Tandem does at least before it is measured
 * @param kinds who takes part
 * @param bufferBytes haproxy's {@code tune.bufsize}; 0 for its default
 * @param target upper end of the interval against haproxy; NaN without
 */
record RateCase(
        String name,
        String doc,
        Features features,
        Traffic traffic,
        String unit,
        long warmUnits,
        List<Kind> kinds,
        int bufferBytes,
        double target)
        implements Experiment {

    private static final double SATURATED = 0.90;

    /** What Tandem says at its start about who signs with RSA keys. */
    private static final Pattern SIGNER = Pattern.compile("rsa-signatures=.*");

    private static final int MOST_VOID_ROUNDS = 6;
    private static final int SETTLED_WINDOWS = 3;
    private static final double COMPILERS_REST = 0.01;
    private static final double STILL_FALLING = 0.97;

    /**
     * One measurement.
     *
     * @param micros CPU of all threads per unit
     * @param perSecond units a second
     * @param utilisation of the proxy's cores, 0..1
     * @param userShare user time's share of the CPU
     * @param compilerShare the JVM's compilers' share of the CPU
     * @param trouble why it does not count; empty if it does
     */
    record Measurement(
            double micros,
            double perSecond,
            double utilisation,
            double userShare,
            double compilerShare,
            long units,
            String trouble) {
        boolean valid() {
            return trouble.isEmpty();
        }
    }

    @Override
    public List<Row> run(Bench bench) throws IOException, InterruptedException {
        bench.say("%s: %s", name, doc);
        List<Contender> contenders = new ArrayList<>();
        try {
            for (Kind kind : contenders(bench)) {
                contenders.add(Contender.start(kind, "0", features, kind == Kind.HAPROXY_16K ? 0 : bufferBytes, bench));
            }
            StringBuilder remarks = new StringBuilder();
            for (Contender contender : contenders) {
                if (features.tls()) {
                    bench.say("  %-13s %s", contender.kind().label(), TlsProbe.describe(contender.port(), bench));
                }
                if (!warmUp(bench, contender)) {
                    remarks.append("not settled; ");
                }
                if (contender.kind() == Kind.TANDEM && features.key() == Features.Key.RSA) {
                    Matcher signer = SIGNER.matcher(contender.said());
                    remarks.append(signer.find() ? signer.group() : "BoringSSL signs")
                            .append("; ");
                }
            }
            return List.of(report(bench, rounds(bench, contenders), remarks));
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private List<Kind> contenders(Bench bench) {
        return bench.options().against() == null ? kinds : List.of(Kind.HAPROXY, Kind.TANDEM_BEFORE, Kind.TANDEM);
    }

    /** Until enough work was done, the compilers rest and it gets no cheaper any more; bounded. */
    private boolean warmUp(Bench bench, Contender contender) throws IOException, InterruptedException {
        List<Measurement> windows = new ArrayList<>();
        long deadline = System.nanoTime() + bench.options().warmUpSeconds() * 1_000_000_000L;
        long units = 0;
        boolean settled;
        do {
            Measurement window = measure(bench, contender, 1);
            units += window.units();
            windows.add(window);
            settled = !contender.kind().isTandem() || units >= warmUnits && isSettled(windows);
        } while (!settled && System.nanoTime() - deadline < 0);
        bench.say(
                "  warm %-13s %d %ss in %d windows%s; us (compilers' share): %s",
                contender.kind().label(),
                units,
                unit,
                windows.size(),
                settled ? "" : ", not settled",
                windows.stream()
                        .map(w -> String.format(
                                Locale.ROOT, "%.1f (%.0f %%) %s", w.micros(), 100 * w.compilerShare(), w.trouble()))
                        .collect(Collectors.joining(", ")));
        return settled;
    }

    /** The last three windows saw next to no compiler, and cost what the three before them did. */
    private static boolean isSettled(List<Measurement> windows) {
        int n = windows.size();
        if (n < 2 * SETTLED_WINDOWS) {
            return false;
        }
        List<Measurement> last = windows.subList(n - SETTLED_WINDOWS, n);
        List<Measurement> earlier = windows.subList(n - 2 * SETTLED_WINDOWS, n - SETTLED_WINDOWS);
        return last.stream().allMatch(w -> w.compilerShare() < COMPILERS_REST)
                && medianMicros(last) > STILL_FALLING * medianMicros(earlier);
    }

    private static double medianMicros(List<Measurement> windows) {
        return Series.median(windows.stream().map(Measurement::micros).toList());
    }

    private Measurement measure(Bench bench, Contender contender, int seconds)
            throws IOException, InterruptedException {
        Foreign foreign = Foreign.since(contender.pid());
        Traffic.Result result = traffic.run(bench, features, contender.port(), seconds);
        double wallMicros = (System.nanoTime() - foreign.startNs()) / 1000.0;
        Cpu.Snapshot after = Cpu.of(contender.pid());
        double used = after.microsSince(foreign.before());
        String trouble = "";
        if (!result.clean() || result.units() == 0) {
            trouble = "errors: " + result.said().strip();
        } else if (!bench.options().noisy()) {
            trouble = foreign.trouble(used, wallMicros);
        }
        return new Measurement(
                used / Math.max(1, result.units()),
                result.units() * 1e6 / wallMicros,
                used / wallMicros / features.threads(),
                after.userShareSince(foreign.before()),
                after.compilerMicrosSince(foreign.before()) / Math.max(1, used),
                result.units(),
                trouble);
    }

    private Rounds<Measurement> rounds(Bench bench, List<Contender> contenders)
            throws IOException, InterruptedException {
        Rounds<Measurement> all = new Rounds<>();
        Random random = new Random(name.hashCode());
        int wanted = bench.options().rounds();
        int voided = 0;
        for (int i = 0; i < wanted + Math.min(voided, MOST_VOID_ROUNDS); i++) {
            List<Contender> order = new ArrayList<>(contenders);
            Collections.shuffle(order, random);
            Map<Kind, Measurement> results = new EnumMap<>(Kind.class);
            for (Contender contender : order) {
                if (!bench.options().noisy()) {
                    Cpu.awaitQuiet(20);
                }
                results.put(
                        contender.kind(),
                        measure(
                                bench,
                                contender,
                                traffic.stretch() * bench.options().seconds()));
            }
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  round %2d", i + 1));
            results.forEach((kind, m) -> line.append(String.format(
                    Locale.ROOT,
                    "  %s %.2f us (%.0f/s, %.0f %%)%s",
                    kind.label(),
                    m.micros(),
                    m.perSecond(),
                    100 * m.utilisation(),
                    m.valid() ? "" : " VOID " + m.trouble())));
            bench.say("%s", line);
            if (!results.values().stream().allMatch(Measurement::valid)) {
                voided++;
            }
            results.values().removeIf(m -> !m.valid());
            all.add(results);
        }
        return all;
    }

    private Row report(Bench bench, Rounds<Measurement> rounds, StringBuilder remarks) {
        Ratio toHaproxy = rounds.ratio(Kind.TANDEM, Kind.HAPROXY, Measurement::micros);
        Ratio noise = rounds.ratio(Kind.HAPROXY_AGAIN, Kind.HAPROXY, Measurement::micros);
        Map<String, Double> more = new TreeMap<>();
        for (Kind kind : rounds.kinds()) {
            String key = kind.label().replace('-', '_');
            double utilisation = rounds.median(kind, Measurement::utilisation);
            more.put(key + "_per_second", rounds.median(kind, Measurement::perSecond));
            more.put(key + "_user_share", rounds.median(kind, Measurement::userShare));
            more.put(key + "_utilisation", utilisation);
            if (utilisation < SATURATED) {
                remarks.append(
                        String.format(Locale.ROOT, "%s not saturated (%.0f %%); ", kind.label(), 100 * utilisation));
            }
        }
        if (rounds.kinds().contains(Kind.TANDEM_BEFORE)) {
            Ratio toBefore = rounds.ratio(Kind.TANDEM, Kind.TANDEM_BEFORE, Measurement::micros);
            more.put("tandem_before_us", rounds.median(Kind.TANDEM_BEFORE, Measurement::micros));
            more.put("ratio_before", toBefore.median());
            more.put("ratio_before_lower", toBefore.lower());
            more.put("ratio_before_upper", toBefore.upper());
            remarks.append("to the build before ").append(toBefore).append("; ");
        }
        if (rounds.kinds().contains(Kind.HAPROXY_16K)) {
            Ratio toDefault = rounds.ratio(Kind.TANDEM, Kind.HAPROXY_16K, Measurement::micros);
            more.put("haproxy_16k_us", rounds.median(Kind.HAPROXY_16K, Measurement::micros));
            more.put("ratio_haproxy_16k", toDefault.median());
            more.put("ratio_haproxy_16k_upper", toDefault.upper());
            remarks.append("to haproxy at 16 K ").append(toDefault).append("; ");
        }
        long taken = (long) rounds.count() * rounds.kinds().size();
        long counted = rounds.kinds().stream().mapToLong(rounds::count).sum();
        if (counted < taken) {
            remarks.append(taken - counted).append(" of ").append(taken).append(" measurements void; ");
        }
        if (toHaproxy.rounds() < Math.min(7, bench.options().rounds())) {
            remarks.append("too few valid rounds; ");
        }
        if (bench.options().noisy()) {
            remarks.append("machine shared; ");
        }
        Row row = new Row(
                name,
                "us/" + unit,
                rounds.median(Kind.TANDEM, Measurement::micros),
                rounds.median(Kind.HAPROXY, Measurement::micros),
                rounds.median(Kind.NGINX, Measurement::micros),
                toHaproxy,
                rounds.ratio(Kind.TANDEM, Kind.NGINX, Measurement::micros),
                noise,
                toHaproxy.rounds(),
                target,
                remarks.toString().replaceAll("; $", ""),
                more);
        bench.say("  to haproxy %s, to nginx %s, A/A %s %s", toHaproxy, row.toNginx(), noise, row.remark());
        return row;
    }
}

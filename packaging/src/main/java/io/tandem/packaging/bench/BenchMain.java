// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * {@code packaging/bench/run}: interleaved rounds in shuffled order, CPU of all threads, rounds voided by errors or
 * foreign load, the ratio taken round by round, a bootstrap interval, and haproxy twice as the noise floor.
 */
public final class BenchMain {
    private static final int WARM_UP_WINDOWS = 15;
    private static final double WARM_SPREAD = 0.02;
    private static final double FOREIGN_LOAD = 0.10;

    private final int rounds;
    private final int seconds;
    private final PrintStream out;

    private BenchMain(int rounds, int seconds, PrintStream out) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.out = out;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        List<BenchCase> cases = BenchCase.ALL;
        int rounds = 9;
        int seconds = 5;
        Path json = null;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--list" -> {
                    BenchCase.ALL.forEach(c -> System.out.println(c.name()));
                    return;
                }
                case "--case" -> cases = cases(value(args, ++i));
                case "--rounds" -> rounds = Integer.parseInt(value(args, ++i));
                case "--seconds" -> seconds = Integer.parseInt(value(args, ++i));
                case "--json" -> json = Path.of(value(args, ++i));
                default -> usage("unknown option " + args[i]);
            }
        }
        List<String> results = new ArrayList<>();
        BenchMain bench = new BenchMain(rounds, seconds, System.out);
        for (BenchCase benchCase : cases) {
            results.add(bench.measure(benchCase));
        }
        if (json != null) {
            Files.writeString(json, "[" + String.join(",\n ", results) + "]\n");
        }
    }

    private static String value(String[] args, int index) {
        if (index >= args.length) {
            usage(args[index - 1] + " needs a value");
        }
        return args[index];
    }

    private static List<BenchCase> cases(String names) {
        List<BenchCase> cases = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            BenchCase.named(name).ifPresentOrElse(cases::add, () -> usage("no case " + name + "; --list shows them"));
        }
        return cases;
    }

    private static void usage(String complaint) {
        System.err.println("bench: " + complaint
                + "\nusage: packaging/bench/run [--case A,B] [--rounds N] [--seconds S] [--json FILE] [--list]");
        System.exit(2);
    }

    /** One case; answers its JSON object. */
    private String measure(BenchCase benchCase) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("tandem-bench");
        List<Contender> contenders = new ArrayList<>();
        try (CannedServer server = new CannedServer()) {
            for (Kind kind : Kind.values()) {
                if (kind != Kind.NGINX || benchCase.comparesNginx()) {
                    contenders.add(Contender.start(kind, benchCase, server.port(), directory));
                }
            }
            out.printf(
                    "%s: %d connections, %d rounds of %d s%n",
                    benchCase.name(), benchCase.connections(), rounds, seconds);
            for (Contender contender : contenders) {
                warmUp(benchCase, contender);
            }
            return report(benchCase, rounds(benchCase, contenders));
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    /** Until three windows in a row agree; a JVM compiles for a while. */
    private void warmUp(BenchCase benchCase, Contender contender) throws IOException, InterruptedException {
        List<Double> windows = new ArrayList<>();
        int needed = contender.kind() == Kind.TANDEM ? WARM_UP_WINDOWS : 3;
        for (int i = 0; i < needed; i++) {
            windows.add(round(benchCase, contender, 3).micros());
            int n = windows.size();
            if (n >= 6) {
                List<Double> last = windows.subList(n - 3, n);
                double spread = Collections.max(last) / Collections.min(last) - 1;
                if (spread < WARM_SPREAD) {
                    break;
                }
            }
        }
        out.printf(
                Locale.ROOT,
                "  warm %-13s %.2f us after %d windows%n",
                contender.kind(),
                windows.get(windows.size() - 1),
                windows.size());
    }

    /**
     * @param micros CPU per request
     * @param perSecond requests a second
     * @param valid no error and nobody else on the core
     */
    private record Round(double micros, double perSecond, boolean valid) {}

    private static Round round(BenchCase benchCase, Contender contender, int seconds)
            throws IOException, InterruptedException {
        long coreBefore = Cpu.ofCore(0);
        long before = Cpu.ofProcess(contender.pid());
        long startNs = System.nanoTime();
        Load.Result load = Load.run(benchCase, contender.port(), seconds);
        double wallMicros = (System.nanoTime() - startNs) / 1000.0;
        long used = Cpu.ofProcess(contender.pid()) - before;
        double foreign = (Cpu.ofCore(0) - coreBefore - used) / wallMicros;
        boolean valid = load.clean() && foreign < FOREIGN_LOAD && load.requests() > 0;
        return new Round((double) used / load.requests(), load.requests() * 1e6 / wallMicros, valid);
    }

    private List<Map<Kind, Round>> rounds(BenchCase benchCase, List<Contender> contenders)
            throws IOException, InterruptedException {
        List<Map<Kind, Round>> all = new ArrayList<>();
        Random random = new Random(rounds);
        for (int i = 0; i < rounds; i++) {
            List<Contender> order = new ArrayList<>(contenders);
            Collections.shuffle(order, random);
            Map<Kind, Round> results = new EnumMap<>(Kind.class);
            for (Contender contender : order) {
                results.put(contender.kind(), round(benchCase, contender, seconds));
            }
            boolean valid = results.values().stream().allMatch(Round::valid);
            out.printf(Locale.ROOT, "  round %d%s:", i + 1, valid ? "" : " (void: errors or foreign load)");
            results.forEach(
                    (kind, r) -> out.printf(Locale.ROOT, "  %s %.2f us (%.0f/s)", kind, r.micros(), r.perSecond()));
            out.println();
            if (valid) {
                all.add(results);
            }
        }
        return all;
    }

    private String report(BenchCase benchCase, List<Map<Kind, Round>> rounds) {
        StringBuilder json = new StringBuilder("{\"case\":\"" + benchCase.name() + "\"");
        for (Kind kind : List.of(Kind.TANDEM, Kind.HAPROXY, Kind.NGINX)) {
            double micros = Series.median(rounds.stream()
                    .filter(r -> r.containsKey(kind))
                    .map(r -> r.get(kind).micros())
                    .toList());
            json.append(
                    String.format(Locale.ROOT, ",\"%s_us\":%s", kind.name().toLowerCase(Locale.ROOT), number(micros)));
        }
        ratio("ratio_haproxy", Kind.TANDEM, Kind.HAPROXY, rounds, json);
        ratio("ratio_nginx", Kind.TANDEM, Kind.NGINX, rounds, json);
        ratio("ratio_noise", Kind.HAPROXY_AGAIN, Kind.HAPROXY, rounds, json);
        return json.append(",\"rounds\":").append(rounds.size()).append('}').toString();
    }

    private void ratio(String name, Kind of, Kind to, List<Map<Kind, Round>> rounds, StringBuilder json) {
        List<Double> ratios = rounds.stream()
                .filter(r -> r.containsKey(of) && r.containsKey(to))
                .map(r -> r.get(of).micros() / r.get(to).micros())
                .toList();
        double[] interval = Series.interval(ratios, 1);
        out.printf(
                Locale.ROOT,
                "  %-14s %.3f [%.3f, %.3f] over %d rounds%n",
                name,
                Series.median(ratios),
                interval[0],
                interval[1],
                ratios.size());
        json.append(String.format(
                Locale.ROOT,
                ",\"%s\":%s,\"%s_upper\":%s",
                name,
                number(Series.median(ratios)),
                name,
                number(interval[1])));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "null" : String.format(Locale.ROOT, "%.3f", value);
    }
}

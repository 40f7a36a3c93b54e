// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Puts the results of several drills side by side: {@code packaging/bench/failover}. Arguments: a file to write all of them to
 * as one JSON array, or {@code -}; then the drills' outputs, whose last lines are their JSON, and that of {@code
 * packaging/bench/guardian}, a figure and its limit on each line. Exit status 1 where a limit is missed.
 */
public final class FailoverTable {
    /**
     * A line of the table.
     *
     * @param fault the drill's word
     * @param key of its figures
     * @param limitMs the median that Tandem must not exceed
     */
    private record Row(String title, String fault, String key, double limitMs) {}

    private static final List<Row> ROWS = List.of(
            new Row("crash: SIGKILL of everything", "crash", "outages_ms", 15),
            new Row("  two holders of the address meanwhile", "crash", "duplicates_ms", 100),
            new Row("graceful stop", "stop", "outages_ms", 3),
            new Row("upgrade: stopped, started again at once", "upgrade", "outages_ms", 3),
            new Row("drain by an operator's word", "drain", "outages_ms", 3),
            new Row("link down on the active node", "link", "outages_ms", 40),
            new Row("partition, carrier up", "partition", "outages_ms", 40),
            new Row("preemption back, after a stop", "stop", "take_back_gaps_ms", 3),
            new Row("preemption back, after a crash", "crash", "take_back_gaps_ms", 3),
            new Row("preemption back, after a drain", "drain", "take_back_gaps_ms", 3),
            new Row("preemption back, the cable plugged in again", "link", "take_back_gaps_ms", 3),
            new Row("proxy killed, guardian alive", "proxy-crash", "outages_ms", 30),
            new Row("proxy stopped (SIGSTOP), guardian alive", "proxy-hang", "outages_ms", 30),
            new Row("SIGSTOP of everything", "freeze", "outages_ms", 100),
            new Row("  two holders after it, until it wakes", "freeze", "duplicates_ms", 2500));

    private static final int TITLE = 46;
    private static final int COLUMN = 28;
    private static final String MISSED = "missed: ";

    private FailoverTable() {}

    public static void main(String[] arguments) throws IOException {
        List<Config> results = new ArrayList<>();
        for (int i = 1; i < arguments.length; i++) {
            for (String line : Files.readAllLines(Path.of(arguments[i]))) {
                if (line.startsWith("{\"fault\"") || line.startsWith("{\"figure\"")) {
                    results.add(ConfigFactory.parseString(line));
                }
            }
        }
        if (!arguments[0].equals("-")) {
            Files.writeString(
                    Path.of(arguments[0]),
                    results.stream()
                            .map(result -> result.root().render(com.typesafe.config.ConfigRenderOptions.concise()))
                            .collect(Collectors.joining(",\n", "[", "]\n")));
        }
        String text = text(results);
        System.out.print(text);
        System.exit(text.contains(MISSED) ? 1 : 0);
    }

    /** The tables; end with the lines that miss their limit, and those that were not measured. */
    static String text(List<Config> results) {
        StringBuilder out = new StringBuilder();
        out.append(
                """
                Milliseconds from the last answered request of a client that asks a thousand times a second to the first
                one answered again, 1 where none was lost: p50 / max (trials); the limit is p50's

                """);
        out.append(String.format(
                Locale.ROOT,
                "%-" + TITLE + "s%-" + COLUMN + "s%-" + COLUMN + "s%-" + COLUMN + "s%s%n",
                "fault",
                "keepalived, default",
                "keepalived, best (0.01 s)",
                "Tandem",
                "limit"));
        List<String> missed = new ArrayList<>();
        List<String> unmeasured = new ArrayList<>();
        for (Row row : ROWS) {
            String tandem = cell(results, row, "tandem", "quick");
            out.append(String.format(
                    Locale.ROOT,
                    "%-" + TITLE + "s%-" + COLUMN + "s%-" + COLUMN + "s%-" + COLUMN + "s%.0f%n",
                    row.title(),
                    cell(results, row, "haproxy+keepalived", "default"),
                    cell(results, row, "haproxy+keepalived", "best"),
                    tandem,
                    row.limitMs()));
            Optional<List<Double>> values = figures(results, row, "tandem", "quick");
            if (values.isEmpty()) {
                unmeasured.add(row.title().strip());
            } else if (median(values.get()) > row.limitMs()) {
                missed.add(row.title().strip());
            }
        }
        addFigures(out, results, missed);
        out.append(missed.isEmpty() ? "\nno limit is missed\n" : "\n" + MISSED + String.join("; ", missed) + "\n");
        out.append(unmeasured.isEmpty() ? "" : "not measured: " + String.join("; ", unmeasured) + "\n");
        return out.toString();
    }

    private static void addFigures(StringBuilder out, List<Config> results, List<String> missed) {
        boolean first = true;
        for (Config result : results) {
            if (result.hasPath("figure")) {
                double value = result.getDouble("value");
                double limit = result.getDouble("limit");
                out.append(first ? "\n" : "")
                        .append(String.format(
                                Locale.ROOT, "%-62s%10.2f   limit %.0f%n", result.getString("figure"), value, limit));
                first = false;
                if (value > limit) {
                    missed.add(result.getString("figure"));
                }
            }
        }
    }

    private static Optional<List<Double>> figures(List<Config> results, Row row, String engine, String timers) {
        return results.stream()
                .filter(result -> result.hasPath("fault")
                        && result.getString("fault").equals(row.fault())
                        && result.getString("engine").equals(engine)
                        && result.getString("timers").equals(timers))
                .map(result -> result.getDoubleList(row.key()).stream()
                        .map(Double::doubleValue)
                        .sorted()
                        .toList())
                .findFirst();
    }

    private static String cell(List<Config> results, Row row, String engine, String timers) {
        return figures(results, row, engine, timers)
                .map(values -> String.format(
                        Locale.ROOT, "%.1f / %.1f (%d)", median(values), values.get(values.size() - 1), values.size()))
                .orElse("-");
    }

    private static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}

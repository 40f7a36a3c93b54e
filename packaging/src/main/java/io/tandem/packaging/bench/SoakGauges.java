// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What must not grow in a soak. The lowest value of the last third is held against the lowest of the first third after the
 * warm-up: a leak raises the floor, a peak does not.
 */
final class SoakGauges {
    private static final int WARM_UP_SECONDS = 60;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final Pattern DIRECT = Pattern.compile("Other \\(reserved=(\\d+)KB");

    /**
     * One reading.
     *
     * @param heap bytes used after a collection
     * @param direct bytes outside the heap, network buffers above all, as the JVM tracks them
     */
    private record Reading(
            int second, double heap, double direct, double resident, double descriptors, double threads) {}

    private final long pid;
    private final List<Reading> readings = new ArrayList<>();

    SoakGauges(long pid) {
        this.pid = pid;
    }

    void read(int second) throws IOException, InterruptedException {
        String process = Long.toString(pid);
        Tool.run(List.of("jcmd", process, "GC.run"), 30);
        String heap = Tool.run(List.of("jcmd", process, "GC.heap_info"), 30);
        String memory = Tool.run(List.of("jcmd", process, "VM.native_memory", "summary"), 30);
        double used = 0;
        for (Matcher matcher = USED.matcher(heap.substring(0, heap.indexOf("Metaspace"))); matcher.find(); ) {
            used += 1024.0 * Long.parseLong(matcher.group(1));
        }
        Matcher direct = DIRECT.matcher(memory);
        readings.add(new Reading(
                second,
                used,
                direct.find() ? 1024.0 * Long.parseLong(direct.group(1)) : 0,
                Cpu.memoryOf(pid, "VmRSS"),
                count("fd"),
                count("task")));
    }

    private double count(String what) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid + "/" + what))) {
            return entries.count();
        }
    }

    String latest() {
        Reading r = readings.get(readings.size() - 1);
        return String.format(
                Locale.ROOT,
                "heap %.1f MB, direct %.1f MB, RSS %.0f MB, %.0f descriptors, %.0f threads",
                r.heap() / 1e6,
                r.direct() / 1e6,
                r.resident() / 1e6,
                r.descriptors(),
                r.threads());
    }

    boolean nothingGrew() {
        return rows().noneMatch(Gauge::grew);
    }

    String report() {
        StringBuilder text = new StringBuilder(
                "| gauge | first third, lowest | last third, lowest | allowed | grew |\n|---|---|---|---|---|\n");
        rows().forEach(gauge -> text.append(String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %s |%n",
                gauge.name(),
                gauge.first(),
                gauge.last(),
                gauge.allowed(),
                gauge.grew() ? "YES" : "no")));
        return text.toString();
    }

    /** A name and its floors. */
    private record Gauge(String name, double first, double last, double allowed) {
        boolean grew() {
            return last > allowed;
        }
    }

    private Stream<Gauge> rows() {
        return Stream.of(
                gauge("heap after a collection, MB", r -> r.heap() / 1e6, 1.1, 2),
                gauge("direct memory, MB", r -> r.direct() / 1e6, 1.1, 4),
                gauge("resident set, MB", r -> r.resident() / 1e6, 1.1, 8),
                gauge("descriptors", Reading::descriptors, 1, 20),
                gauge("threads", Reading::threads, 1, 3));
    }

    private Gauge gauge(String name, ToDoubleFunction<Reading> value, double factor, double slack) {
        List<Reading> warm = readings.stream()
                .filter(r -> r.second() > WARM_UP_SECONDS
                        || readings.get(readings.size() - 1).second() <= 2 * WARM_UP_SECONDS)
                .toList();
        int third = Math.max(1, warm.size() / 3);
        double first = lowest(warm.subList(0, third), value);
        double last = lowest(warm.subList(warm.size() - third, warm.size()), value);
        return new Gauge(name, first, last, first * factor + slack);
    }

    private static double lowest(List<Reading> readings, ToDoubleFunction<Reading> value) {
        return readings.stream()
                .map(value::applyAsDouble)
                .min(Comparator.naturalOrder())
                .orElse(Double.NaN);
    }
}

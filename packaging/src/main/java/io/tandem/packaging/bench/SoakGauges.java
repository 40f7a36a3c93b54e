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
 * warm-up: a leak raises the floor, a peak does not. A reading that a busy machine does not give in time is asked for again and
 * then left out; too few of them are no verdict. A thread of its own reads, so that nothing waits for it; may be asked by any.
 */
final class SoakGauges implements AutoCloseable {
    private static final int WARM_UP_SECONDS = 60;
    private static final int TRIES = 3;
    private static final int LIMIT_SECONDS = 30;

    /** Readings without which a third of the time says nothing. */
    private static final int LEAST_OF_A_THIRD = 2;

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
    private final Path commands;
    private final int periodSeconds;
    private final long startNs = System.nanoTime();
    private final List<Reading> readings = new ArrayList<>();
    private final Thread thread;
    private int late;
    private int missed;

    /** @param directory for the list of what the JVM is asked */
    SoakGauges(long pid, Path directory, int periodSeconds) throws IOException {
        this.pid = pid;
        this.periodSeconds = periodSeconds;
        commands = Files.writeString(directory.resolve("jcmd"), "GC.run\nGC.heap_info\nVM.native_memory summary\n");
        thread = new Thread(this::readAgainAndAgain, "soak-gauges");
        thread.setDaemon(true);
        thread.start();
    }

    private void readAgainAndAgain() {
        try {
            for (long nextNs = startNs; ; ) {
                nextNs = Math.max(nextNs + periodSeconds * 1_000_000_000L, System.nanoTime());
                while (System.nanoTime() - nextNs < 0) {
                    Thread.sleep(50);
                }
                read();
            }
        } catch (InterruptedException closed) {
            // the soak is over
        }
    }

    private void read() throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            try {
                add(reading());
                return;
            } catch (IOException busy) {
                count(i == TRIES - 1);
            }
        }
    }

    private synchronized void add(Reading reading) {
        readings.add(reading);
    }

    private synchronized void count(boolean givenUp) {
        late++;
        missed += givenUp ? 1 : 0;
    }

    private Reading reading() throws IOException, InterruptedException {
        String said = Tool.run(List.of("jcmd", Long.toString(pid), "-f", commands.toString()), LIMIT_SECONDS);
        int metaspace = said.indexOf("Metaspace");
        Matcher direct = DIRECT.matcher(said);
        if (metaspace < 0 || !direct.find()) {
            throw new IOException("jcmd said: " + said);
        }
        double used = 0;
        for (Matcher matcher = USED.matcher(said.substring(0, metaspace)); matcher.find(); ) {
            used += 1024.0 * Long.parseLong(matcher.group(1));
        }
        return new Reading(
                (int) ((System.nanoTime() - startNs) / 1_000_000_000L),
                used,
                1024.0 * Long.parseLong(direct.group(1)),
                Cpu.memoryOf(pid, "VmRSS"),
                count("fd"),
                count("task"));
    }

    private double count(String what) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid + "/" + what))) {
            return entries.count();
        }
    }

    synchronized String latest() {
        if (readings.isEmpty()) {
            return "no reading yet";
        }
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

    /** Whether there are readings enough to say that nothing grew. */
    synchronized boolean isConclusive() {
        return warm().size() >= 3 * LEAST_OF_A_THIRD;
    }

    synchronized boolean nothingGrew() {
        return rows().noneMatch(Gauge::grew);
    }

    synchronized String report() {
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
        return text.append(String.format(
                        Locale.ROOT,
                        "%d readings; jcmd was late %d times, %d readings were left out for it%n",
                        readings.size(),
                        late,
                        missed))
                .toString();
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

    /** All but those of the warm-up, unless there is hardly anything else. */
    private List<Reading> warm() {
        return readings.stream()
                .filter(r -> r.second() > WARM_UP_SECONDS
                        || readings.get(readings.size() - 1).second() <= 2 * WARM_UP_SECONDS)
                .toList();
    }

    private Gauge gauge(String name, ToDoubleFunction<Reading> value, double factor, double slack) {
        List<Reading> warm = warm();
        int third = warm.size() / 3;
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

    @Override
    public void close() {
        thread.interrupt();
    }
}

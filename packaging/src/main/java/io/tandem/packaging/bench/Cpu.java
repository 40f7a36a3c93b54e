// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** CPU time as the kernel accounts it, microseconds. */
final class Cpu {
    /** The kernel's ticks are a hundredth of a second on every machine this runs on. */
    private static final long MICROS_PER_TICK = 10_000;

    private Cpu() {}

    /**
     * What a process used at one moment.
     *
     * @param threads by thread id, nanoseconds on a core
     * @param compilerNs of it, the JVM's compiler threads
     * @param userMicros of all threads, ended ones included, in ticks
     * @param systemMicros likewise
     */
    record Snapshot(Map<String, Long> threads, long compilerNs, long userMicros, long systemMicros) {
        /**
         * All threads since {@code before}: the sum over those alive, to the nanosecond; threads that ended in between show
         * only in the process's ticks, which are taken where they say more than their own coarseness.
         */
        double microsSince(Snapshot before) {
            long ns = 0;
            for (Map.Entry<String, Long> thread : threads.entrySet()) {
                ns += thread.getValue() - before.threads.getOrDefault(thread.getKey(), 0L);
            }
            double byThread = ns / 1000.0;
            double byTicks = userMicros + systemMicros - before.userMicros - before.systemMicros;
            return byTicks - 2 * MICROS_PER_TICK > byThread ? byTicks : byThread;
        }

        double compilerMicrosSince(Snapshot before) {
            return (compilerNs - before.compilerNs) / 1000.0;
        }

        /** User time's share since {@code before}, 0..1. */
        double userShareSince(Snapshot before) {
            double user = userMicros - before.userMicros;
            double system = systemMicros - before.systemMicros;
            return user + system == 0 ? Double.NaN : user / (user + system);
        }
    }

    static Snapshot of(long pid) throws IOException {
        Map<String, Long> threads = new HashMap<>();
        long compilerNs = 0;
        Path process = Path.of("/proc/" + pid);
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
            for (Path task : tasks) {
                try {
                    String text = Files.readString(task.resolve("schedstat"));
                    long ns = Long.parseLong(text.substring(0, text.indexOf(' ')));
                    threads.put(task.getFileName().toString(), ns);
                    String name = Files.readString(task.resolve("comm"));
                    if (name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler")) {
                        compilerNs += ns;
                    }
                } catch (IOException gone) {
                    // the thread ended while we looked
                }
            }
        }
        String[] fields = stat(process);
        return new Snapshot(
                threads,
                compilerNs,
                Long.parseLong(fields[11]) * MICROS_PER_TICK,
                Long.parseLong(fields[12]) * MICROS_PER_TICK);
    }

    /** This program and its children that have ended (load generators), microseconds so far. */
    static long ofOurselves() throws IOException {
        String[] fields = stat(Path.of("/proc/self"));
        long ticks = 0;
        for (int i = 11; i <= 14; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks * MICROS_PER_TICK;
    }

    /** The fields of {@code /proc/PID/stat} behind the name; index 11 is utime. */
    private static String[] stat(Path process) throws IOException {
        String stat = Files.readString(process.resolve("stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }

    /** Busy time of all cores so far, microseconds. */
    static long ofMachine() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/stat")).get(0);
        String[] f = line.split(" +", -1);
        long busy = 0;
        for (int i = 1; i <= 7; i++) {
            busy += i == 4 || i == 5 ? 0 : Long.parseLong(f[i]); // but idle and waiting for disks
        }
        return busy * MICROS_PER_TICK;
    }

    /** Waits until a quarter of a second passes with less than 0.35 of a core busy; gives up after {@code seconds}. */
    static void awaitQuiet(int seconds) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() - deadline < 0) {
            long before = ofMachine();
            Thread.sleep(250);
            if (ofMachine() - before < 0.35 * 250_000) {
                return;
            }
        }
    }

    /** A line {@code VmRSS} and its like of {@code /proc/PID/status}, bytes. */
    static long memoryOf(long pid, String field) throws IOException {
        return memory(Path.of("/proc/" + pid + "/status"), field);
    }

    /** Its resident memory in bytes, what it shares with others divided among them. */
    static long shareOf(long pid) throws IOException {
        return memory(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss");
    }

    private static long memory(Path file, String field) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(field + ":")) {
                return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no " + field + " in " + file);
    }
}

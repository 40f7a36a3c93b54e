// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures when the machine keeps a soak waiting, so that an error that comes of it can be told from one of the proxy's. The
 * witnesses are outside of the proxy: how long the kernel lets its event loops and the soak's own threads wait for a core, how
 * much of a core the hypervisor takes away, how late a sleeping thread of the soak is woken. A proxy that stalls by itself shows
 * in none of them. A thread of its own.
 */
final class SoakStallWatch implements AutoCloseable {
    private static final long WINDOW_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /** What a window may lose without being called a stall: ordinary sharing of a busy machine. */
    private static final long LEAST_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long NS_PER_TICK = TimeUnit.MILLISECONDS.toNanos(10);

    /** Where {@code /proc/stat} has the time taken away, behind {@code cpuN}. */
    private static final int STEAL = 8;

    private static final Path OURSELVES = Path.of("/proc/self/task");

    private final SoakStalls stalls;
    private final Path proxy;
    private final Thread thread;
    private final Map<String, Long> counters = new HashMap<>();

    /** @param pid the proxy's */
    SoakStallWatch(long pid, SoakStalls stalls) {
        this.stalls = stalls;
        proxy = Path.of("/proc/" + pid + "/task");
        thread = new Thread(this::watch, "soak-stalls");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            lostNs();
            for (long fromNs = System.nanoTime(); ; ) {
                Thread.sleep(TimeUnit.NANOSECONDS.toMillis(WINDOW_NS));
                long nowNs = System.nanoTime();
                long lostNs = Math.max(lostNs(), nowNs - fromNs - WINDOW_NS);
                if (lostNs >= LEAST_NS) {
                    stalls.add(fromNs, nowNs, lostNs);
                }
                fromNs = nowNs;
            }
        } catch (IOException ended) {
            // the proxy is gone: nothing left to watch
        } catch (InterruptedException closed) {
            // the soak is over
        }
    }

    /** The most that one thread or core has lost since the last call. */
    private long lostNs() throws IOException {
        long most = Math.max(waitedNs(proxy, "loop.*"), waitedNs(OURSELVES, "(?!C[12] Comp).*"));
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.matches("cpu\\d.*")) {
                String[] fields = line.split(" +", -1);
                most = Math.max(most, since(fields[0], NS_PER_TICK * Long.parseLong(fields[STEAL])));
            }
        }
        return most;
    }

    /** The most that one of these threads was ready to run without running. */
    private long waitedNs(Path process, String names) throws IOException {
        long most = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process)) {
            for (Path task : tasks) {
                try {
                    if (Files.readString(task.resolve("comm")).strip().matches(names)) {
                        String[] times =
                                Files.readString(task.resolve("schedstat")).split(" ", -1);
                        most = Math.max(most, since(task.toString(), Long.parseLong(times[1])));
                    }
                } catch (IOException ended) {
                    // the thread, while we looked
                }
            }
        }
        return most;
    }

    private long since(String what, long now) {
        Long before = counters.put(what, now);
        return before == null ? 0 : now - before;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

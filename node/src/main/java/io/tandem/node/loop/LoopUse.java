// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How busy the event loops are: what {@code show info} says of tasks and idleness. Sampled by one thread four times a second, read by
 * any. The kernel counts the processor time of threads in hundredths of a second.
 */
public final class LoopUse {
    /** Samples in a second. */
    private static final int SLOTS = 4;

    private static final Path THREADS = Path.of("/proc/self/task");
    private static final long TICK_NS = 10_000_000;

    private final Loops loops;
    private final List<Path> accounts = new ArrayList<>();
    private final long[] spentNs = new long[SLOTS];
    private final long[] atNs = new long[SLOTS];
    private int next;
    private volatile int idle = 100; // written by the thread that samples

    public LoopUse(Loops loops) {
        this.loops = loops;
    }

    /** Called four times a second, by one thread. */
    public void sample() {
        if (accounts.size() < loops.count()) {
            findThreads();
        }
        long nowNs = System.nanoTime();
        long spent = 0;
        for (Path account : accounts) {
            spent += spentNs(account);
        }
        if (atNs[next] != 0) {
            long passed = Math.max(1, (nowNs - atNs[next]) * Math.max(1, accounts.size()));
            idle = (int) Math.max(0, Math.min(100, 100 - 100 * (spent - spentNs[next]) / passed));
        }
        atNs[next] = nowNs;
        spentNs[next] = spent;
        next = (next + 1) % SLOTS;
    }

    private void findThreads() {
        accounts.clear();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                if (Files.readString(thread.resolve("comm")).startsWith(Loops.THREADS + "-")) {
                    accounts.add(thread.resolve("stat"));
                }
            }
        } catch (IOException | DirectoryIteratorException ended) {
            accounts.clear(); // a thread ended meanwhile: looked for again the next time
        }
    }

    /** User and system time, the 14th and 15th field; the second is the name in parentheses. */
    private static long spentNs(Path account) {
        try {
            String line = Files.readString(account);
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", 15);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NS;
        } catch (IOException | NumberFormatException ended) {
            return 0;
        }
    }

    /** How much of the last second the loops have waited, per cent on average. */
    public int idlePercent() {
        return idle;
    }

    /** What waits to be run on the loops. */
    public int waiting() {
        int tasks = 0;
        for (Loop loop : loops.all()) {
            if (loop.eventLoop() instanceof SingleThreadEventExecutor executor) {
                tasks += executor.pendingTasks();
            }
        }
        return tasks;
    }

    /** The same and what waits for its time. */
    public int tasks() {
        int tasks = waiting();
        for (Loop loop : loops.all()) {
            tasks += loop.timers().armed();
        }
        return tasks;
    }
}

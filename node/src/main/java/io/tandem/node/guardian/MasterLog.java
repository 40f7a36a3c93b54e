// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.vrrp.router.EventLog;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * HAProxy's master messages on standard error: {@code [NOTICE]   (pid) : text}.
 *
 * <p>A thread of its own writes, so that no caller waits for a terminal or a full pipe; what does not fit in the queue is
 * counted and said later.
 */
final class MasterLog implements EventLog {
    private static final int QUEUE = 1024;
    private static final int TAG_WIDTH = 11;
    private static final long PATIENCE_NS = 500_000_000L;

    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong lost = new AtomicLong();
    private final long pid = ProcessHandle.current().pid();
    private final PrintStream out;
    private final boolean quiet;
    private final Thread writer;
    private volatile boolean closing;
    private final AtomicLong said = new AtomicLong();
    private volatile long written; // by the writer, read by any

    MasterLog(PrintStream out, boolean quiet) {
        this.out = out;
        this.quiet = quiet;
        this.writer = new Thread(this::write, "log");
        writer.setDaemon(true);
        writer.start();
    }

    void notice(String text) {
        put("NOTICE", text);
    }

    @Override
    public void info(String line) {
        put("NOTICE", line);
    }

    @Override
    public void warning(String line) {
        put("WARNING", line);
    }

    void alert(String text) {
        put("ALERT", text);
    }

    private void put(String level, String text) {
        if (quiet && !level.equals("ALERT")) {
            return;
        }
        if (lines.offer(line(level, text))) {
            said.incrementAndGet();
        } else {
            lost.incrementAndGet();
        }
    }

    /** Padded as HAProxy does: the opening parenthesis always in the same column. */
    private String line(String level, String text) {
        // By hand: a formatter's classes would be the larger part of what this class costs in memory.
        StringBuilder line =
                new StringBuilder(text.length() + 32).append('[').append(level).append(']');
        while (line.length() < TAG_WIDTH) {
            line.append(' ');
        }
        return line.append('(')
                .append(pid)
                .append(") : ")
                .append(text)
                .append('\n')
                .toString();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // a single writer
    private void write() {
        try {
            while (!closing || !lines.isEmpty()) {
                String line = lines.poll(1, TimeUnit.SECONDS);
                if (line != null) {
                    out.write(line.getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    written++;
                }
                long missed = lost.getAndSet(0);
                if (missed > 0) {
                    out.print(line("WARNING", missed + " messages lost: standard error was too slow"));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.io.IOException e) {
            // Standard error is gone; there is nobody left to tell.
        }
    }

    /** Waits for what has been said so far to be written, but not for long: before standard error is given up. */
    void awaitWritten() {
        long endNs = System.nanoTime() + PATIENCE_NS;
        long last = said.get();
        while (written < last && System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(1_000_000L);
        }
    }

    /** Writes what is waiting. Standard error stays open. */
    void finish() {
        closing = true;
        lines.offer(""); // wakes the writer; where there is no room it is awake
        try {
            writer.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

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

/**
 * HAProxy's master messages on standard error: {@code [NOTICE]   (pid) : text}.
 *
 * <p>A thread of its own writes, so that no caller waits for a terminal or a full pipe; what does not fit in the queue is
 * counted and said later.
 */
final class MasterLog implements EventLog {
    private static final int QUEUE = 1024;

    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong lost = new AtomicLong();
    private final long pid = ProcessHandle.current().pid();
    private final PrintStream out;
    private final boolean quiet;
    private final Thread writer;
    private volatile boolean closing;

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
        if (!lines.offer(line(level, text))) {
            lost.incrementAndGet();
        }
    }

    /** Padded as HAProxy does: the opening parenthesis always in the same column. */
    private String line(String level, String text) {
        return String.format("%-11s(%d) : %s%n", "[" + level + "]", pid, text);
    }

    private void write() {
        try {
            while (!closing || !lines.isEmpty()) {
                String line = lines.poll(50, TimeUnit.MILLISECONDS);
                if (line != null) {
                    out.write(line.getBytes(StandardCharsets.UTF_8));
                    out.flush();
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

    /** Writes what is waiting. Standard error stays open. */
    void finish() {
        closing = true;
        try {
            writer.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

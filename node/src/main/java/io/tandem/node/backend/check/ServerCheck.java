// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.netty.util.concurrent.Future;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.loop.Loop;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Checks one after the other. Owned by one event loop; started and stopped from any thread. */
final class ServerCheck {
    private final Loop loop;
    private final Round round;
    private final int spread;
    private @Nullable Future<?> next;
    private Round.@Nullable Running running;
    private boolean stopped;

    /** @param spread {@code spread-checks}: by how much of itself the time between two varies, per cent */
    ServerCheck(Loop loop, Round round, int spread) {
        this.loop = loop;
        this.round = round;
        this.spread = spread;
    }

    /** @param delayMs time to the first check */
    void start(int delayMs) {
        loop.chores().add(() -> schedule(delayMs));
    }

    void stop() {
        loop.chores().add(() -> {
            stopped = true;
            if (next != null) {
                next.cancel(false);
            }
            if (running != null && !running.isDone()) {
                running.cancel();
            }
        });
    }

    private void schedule(int delayMs) {
        if (!stopped) {
            next = loop.eventLoop().schedule(this::run, delayMs, TimeUnit.MILLISECONDS);
            round.due(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs));
        }
    }

    /** Does something to what is checked, unless checks are over; the next one comes within {@code mostMs}. Any thread. */
    void hurry(Runnable first, int mostMs) {
        loop.eventLoop().execute(() -> {
            Future<?> waiting = next;
            if (stopped || round.isPaused()) {
                return;
            }
            first.run();
            if (waiting != null
                    && !waiting.isDone()
                    && round.dueNs() - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(mostMs)
                    && waiting.cancel(false)) {
                schedule(mostMs);
            }
        });
    }

    /** A mistake of ours must not end the checks: a server would stay for ever what it was last. */
    private void run() {
        boolean begun = false;
        try {
            if (!round.isPaused()) {
                running = round.start(this::onReport);
                begun = true;
            }
        } catch (RuntimeException mistake) {
            loop.failed(mistake);
        }
        if (!begun) {
            schedule(spread(round.intervalMs()));
        }
    }

    private void onReport(CheckReport report) {
        if (stopped) {
            return;
        }
        try {
            if (!round.isPaused()) {
                round.on(report);
            }
        } catch (RuntimeException mistake) {
            loop.failed(mistake);
        }
        // HAProxy counts the interval from the start of a check
        schedule((int) Math.max(1, spread(round.intervalMs()) - report.durationMs()));
    }

    private int spread(int intervalMs) {
        int most = (int) ((long) intervalMs * spread / 100);
        return most == 0 ? intervalMs : intervalMs + ThreadLocalRandom.current().nextInt(-most, most + 1);
    }
}

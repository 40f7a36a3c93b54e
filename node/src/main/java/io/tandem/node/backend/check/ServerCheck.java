// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.netty.util.concurrent.Future;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.backend.Observing;
import io.tandem.node.loop.Loop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The checks of one server, one after the other. Owned by one event loop; started and stopped from any thread. */
final class ServerCheck {
    private final Loop loop;
    private final Backend backend;
    private final CheckSettings settings;
    private final Watch watch;
    private @Nullable Future<?> next;
    private @Nullable Probe probe;
    private boolean stopped;

    ServerCheck(Loop loop, Backend backend, CheckSettings settings, Watch watch) {
        this.loop = loop;
        this.backend = backend;
        this.settings = settings;
        this.watch = watch;
    }

    /** @param delayMs time to the first check */
    void start(int delayMs) {
        loop.eventLoop().execute(() -> schedule(delayMs));
    }

    void stop() {
        loop.eventLoop().execute(() -> {
            stopped = true;
            if (next != null) {
                next.cancel(false);
            }
            if (probe != null && !probe.isDone()) {
                probe.cancel();
            }
        });
    }

    private void schedule(int delayMs) {
        if (!stopped) {
            next = loop.eventLoop().schedule(this::run, delayMs, TimeUnit.MILLISECONDS);
            watch.due(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs));
        }
    }

    /** Too many errors were seen in the server's traffic; any thread. */
    void onErrors(Observing observing, String info) {
        loop.eventLoop().execute(() -> {
            if (!stopped && !watch.isPaused()) {
                watch.onErrors(observing, info);
                hurry(settings.fastInterMs());
            }
        });
    }

    /** The next check comes within {@code mostMs}. */
    private void hurry(int mostMs) {
        Future<?> waiting = next;
        if (waiting != null
                && !waiting.isDone()
                && watch.dueNs() - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(mostMs)
                && waiting.cancel(false)) {
            schedule(mostMs);
        }
    }

    private void run() {
        if (watch.isPaused()) {
            schedule(settings.interMs());
            return;
        }
        int inter = watch.intervalMs();
        int check = backend.timeouts().check();
        int connect = backend.timeouts().connect();
        // manual, "timeout check": with it, connecting has min(timeout connect, inter); without, inter is for
        // everything
        int connectTimeoutMs = check > 0 && connect > 0 ? Math.min(connect, inter) : inter;
        probe = Probe.start(
                loop.eventLoop(),
                settings,
                watch.address(),
                backend.checkPlan(),
                connectTimeoutMs,
                check,
                this::onReport);
    }

    private void onReport(CheckReport report) {
        if (!stopped) {
            if (!watch.isPaused()) {
                watch.on(report);
            }
            // HAProxy counts the interval from the start of a check
            schedule((int) Math.max(1, watch.intervalMs() - report.durationMs()));
        }
    }
}

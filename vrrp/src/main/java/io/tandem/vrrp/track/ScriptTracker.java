// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One tracked script: run every interval, killed after its timeout, up after {@code rise} successes and down after {@code
 * fall} failures. Runs never overlap.
 */
final class ScriptTracker {
    /** Told of the first verdict and of every change, on the tracker's thread. */
    interface Listener {
        void onVerdict(TrackScript script, boolean up);
    }

    private final TrackScript script;
    private final EventLog log;
    private final Listener listener;
    private @Nullable ScheduledFuture<?> runs;
    private @Nullable Boolean up;
    private int successes;
    private int failures;

    ScriptTracker(TrackScript script, EventLog log, Listener listener) {
        this.script = script;
        this.log = log;
        this.listener = listener;
    }

    void start(ScheduledExecutorService executor) {
        if (script.initFail()) {
            judge(false);
        }
        runs = executor.scheduleAtFixedRate(
                this::run, 0, Math.max(1, script.interval().toMillis()), TimeUnit.MILLISECONDS);
    }

    void stop() {
        if (runs != null) {
            runs.cancel(false);
        }
    }

    private void run() {
        boolean succeeded = false;
        try {
            Process process = Scripts.builder(script.command(), script.user(), script.group())
                    .start();
            succeeded = process.waitFor(Math.max(1, script.timeout().toMillis()), TimeUnit.MILLISECONDS)
                    && process.exitValue() == 0;
            process.destroyForcibly();
        } catch (IOException e) {
            log.warning("vrrp script name=" + script.name() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        successes = succeeded ? successes + 1 : 0;
        failures = succeeded ? 0 : failures + 1;
        // The first run decides alone; after that rise and fall damp the changes.
        if (up == null) {
            judge(succeeded);
        } else if (!up && successes >= script.rise()) {
            judge(true);
        } else if (up && failures >= script.fall()) {
            judge(false);
        }
    }

    private void judge(boolean verdict) {
        up = verdict;
        log.info("vrrp script name=" + script.name() + " result=" + (verdict ? "up" : "down"));
        listener.onVerdict(script, verdict);
    }
}

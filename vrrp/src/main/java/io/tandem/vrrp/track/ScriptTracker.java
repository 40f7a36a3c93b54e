// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One tracked script: run every interval, ended after its timeout, up after {@code rise} successes and down after {@code
 * fall} failures. Runs never overlap, and no thread waits for one: a script that hangs delays nobody else's.
 *
 * <p>Its fields are guarded by the lock that it shares with those it tells, so that a verdict and a reload cannot wait for
 * each other; programs are started outside of it.
 */
final class ScriptTracker {
    private static final int SIGTERM = 15;
    private static final int SIGKILL = 9;
    private static final long GRACE_MS = 500;

    /** Told of the first verdict and of every change, on a tracker's thread. */
    interface Listener {
        void onVerdict(TrackScript script, boolean up);
    }

    private final TrackScript script;
    private final EventLog log;
    private final Listener listener;
    private final ScheduledExecutorService executor;
    private final Object lock;
    private @Nullable ScheduledFuture<?> runs; // guarded by the lock, as all below
    private @Nullable Process running;
    private boolean timedOut;
    private boolean stopped;
    /** Why it could not be started, as it was said. */
    private @Nullable String refusal;

    private @Nullable Boolean up;
    /** Of the last failure, for the log. */
    private String why = "";

    private int successes;
    private int failures;

    ScriptTracker(TrackScript script, EventLog log, Listener listener, ScheduledExecutorService executor, Object lock) {
        this.script = script;
        this.log = log;
        this.listener = listener;
        this.executor = executor;
        this.lock = lock;
    }

    /** Whether another configuration asks for the very same runs; weights are the router's. */
    boolean serves(TrackScript other) {
        return script.command().equals(other.command())
                && script.interval().equals(other.interval())
                && script.timeout().equals(other.timeout())
                && script.rise() == other.rise()
                && script.fall() == other.fall()
                && Objects.equals(script.user(), other.user())
                && Objects.equals(script.group(), other.group());
    }

    void start() {
        synchronized (lock) {
            if (script.initFail()) {
                judge(false);
            }
            runs = executor.scheduleAtFixedRate(
                    this::run, 0, Math.max(1, script.interval().toMillis()), TimeUnit.MILLISECONDS);
        }
    }

    void stop() {
        synchronized (lock) {
            stopped = true;
            if (runs != null) {
                runs.cancel(false);
            }
            if (running != null) {
                Scripts.signal(running, SIGKILL);
            }
        }
    }

    private void run() {
        synchronized (lock) {
            if (stopped || running != null) {
                if (timedOut && !stopped) {
                    count(false); // it does not even die
                }
                return;
            }
        }
        try {
            started(Scripts.start(new Script(script.command(), script.user(), script.group()), true));
        } catch (IOException e) {
            synchronized (lock) {
                String text = String.valueOf(e.getMessage());
                if (!text.equals(refusal)) {
                    refusal = text;
                    log.warning("vrrp script name=" + script.name() + " cannot be run: " + text);
                }
                why = " cause=not-started";
                count(false);
            }
        }
    }

    private void started(Process process) {
        synchronized (lock) {
            if (stopped) {
                Scripts.signal(process, SIGKILL);
                return;
            }
            running = process;
            refusal = null;
            timedOut = false;
        }
        ScheduledFuture<?> limit = executor.schedule(
                () -> timeOut(process), Math.max(1, script.timeout().toMillis()), TimeUnit.MILLISECONDS);
        process.onExit().thenRun(() -> {
            limit.cancel(false);
            onTracker(() -> ended(process));
        });
    }

    private void timeOut(Process process) {
        synchronized (lock) {
            if (running != process || timedOut || stopped) {
                return;
            }
            timedOut = true;
            why = " cause=timeout";
            log.warning("vrrp script name=" + script.name() + " took longer than "
                    + script.timeout().toMillis() + " ms: ended");
            Scripts.signal(process, SIGTERM);
            executor.schedule(() -> Scripts.signal(process, SIGKILL), GRACE_MS, TimeUnit.MILLISECONDS);
            count(false);
        }
    }

    private void ended(Process process) {
        synchronized (lock) {
            if (running != process || stopped) {
                return;
            }
            running = null;
            if (timedOut) {
                timedOut = false;
                Scripts.signal(process, SIGKILL); // what it left behind
            } else {
                why = " status=" + process.exitValue();
                count(process.exitValue() == 0);
            }
        }
    }

    private void onTracker(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            // The tracker is closed.
        }
    }

    private void count(boolean succeeded) {
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
        log.info("vrrp script name=" + script.name() + " result=" + (verdict ? "up" : "down" + why));
        listener.onVerdict(script, verdict);
    }
}

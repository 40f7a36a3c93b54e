// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static io.tandem.vrrp.netlink.Libc.C;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of an external check's program. Programs are started by a thread of their own, since that may take the system a
 * while; the event loop looks every few milliseconds whether one has ended. A program that takes too long is ended with all it
 * has started: it leads a process group.
 */
final class ExternalRun implements Round.Running {
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "tandem-external");
        thread.setDaemon(true);
        return thread;
    });
    private static final int LOOK_MS = 5;
    private static final int MERCY_MS = 1000;
    private static final int WNOHANG = 1;
    private static final int SIGTERM = 15;
    private static final int SIGKILL = 9;
    private static final int NO_PROGRAM = 255;

    private final EventLoop loop;
    private final Consumer<CheckReport> report;
    private final long startNs = System.nanoTime();
    private final NativeBuffer status = new NativeBuffer(4);
    private @Nullable Future<?> timeout;
    private int pid;
    private boolean done;
    private boolean killed;

    private ExternalRun(EventLoop loop, Consumer<CheckReport> report) {
        this.loop = loop;
        this.report = report;
    }

    /** Begins on the target's loop, the calling thread's. */
    static ExternalRun start(
            CheckTarget target, ExternalCommand command, Probe.Patience patience, Consumer<CheckReport> report) {
        EventLoop loop = target.loop().eventLoop();
        ExternalRun run = new ExternalRun(loop, report);
        // as haproxy: whatever 'timeout check' says, its time is that of an attempt to connect
        run.timeout = loop.schedule(run::onTimeout, patience.connectMs(), TimeUnit.MILLISECONDS);
        STARTER.execute(() -> {
            int started = ExternalProgram.of(target, command).spawn(); // looks for the file, too
            loop.execute(() -> run.onStarted(started));
        });
        return run;
    }

    /** @param started its pid; negative where it could not be started */
    private void onStarted(int started) {
        if (started < 0) {
            finish(Status.PROCERR, NO_PROGRAM);
            return;
        }
        pid = started;
        if (done) {
            end();
        }
        look();
    }

    private void look() {
        int waited = C.waitpid(pid, status.address(), WNOHANG);
        if (waited == 0) {
            loop.schedule(this::look, LOOK_MS, TimeUnit.MILLISECONDS);
            return;
        }
        pid = 0;
        if (waited < 0) { // SIGCHLD is ignored, say: how it ended is lost, which does not mean well
            finish(Status.PROCERR, NO_PROGRAM);
            return;
        }
        int raw = status.bytes().getInt(0);
        boolean signalled = (raw & 0x7f) != 0;
        int code = signalled ? raw & 0x7f : (raw >>> 8) & 0xff;
        finish(code == 0 ? Status.PROCOK : Status.PROCERR, code);
    }

    private void onTimeout() {
        finish(Status.PROCTOUT, 0);
    }

    private void finish(Status result, int code) {
        if (!done) {
            cancel();
            long durationMs = (System.nanoTime() - startNs) / 1_000_000;
            report.accept(new CheckReport(result, code, durationMs, "", result == Status.PROCOK));
        }
    }

    @Override
    public void cancel() {
        done = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (pid > 0) {
            end();
        }
    }

    /** Asks it and what it has started to end, and ends those that do not. */
    private void end() {
        if (!killed) {
            killed = true;
            int group = -pid;
            C.kill(group, SIGTERM);
            loop.schedule(
                    () -> {
                        if (pid > 0) { // its number is its own until it has been waited for
                            C.kill(group, SIGKILL);
                        }
                    },
                    MERCY_MS,
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public boolean isDone() {
        return done;
    }
}

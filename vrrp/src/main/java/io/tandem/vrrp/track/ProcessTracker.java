// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.vrrp.router.EventLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All tracked processes: counted every {@value #PERIOD_MS} ms. A quorum that is there or lost counts once its delay is
 * over; what is found at the start counts at once.
 */
final class ProcessTracker {
    /** Told of the first verdict and of every change, on a tracker's thread. */
    interface Listener {
        void onVerdict(TrackProcess process, boolean up);
    }

    private static final int PERIOD_MS = 100;

    private final EventLog log;
    private final Listener listener;
    private final ProcessScan scan;
    private final List<Quorum> quorums = new ArrayList<>();
    private @Nullable ScheduledFuture<?> looks;

    ProcessTracker(Path proc, List<TrackProcess> wanted, EventLog log, Listener listener) {
        this.log = log;
        this.listener = listener;
        this.scan = new ProcessScan(proc, wanted);
        wanted.forEach(process -> quorums.add(new Quorum(process)));
    }

    void start(ScheduledExecutorService executor) {
        if (scan.seesOwnOnly()) {
            log.warning(
                    "vrrp track-process: /proc shows this user's processes only (hidepid, or systemd's ProtectProc=);"
                            + " others count as not running");
        }
        look(System.nanoTime());
        looks = executor.scheduleWithFixedDelay(
                () -> look(System.nanoTime()), PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        if (looks != null) {
            looks.cancel(false);
        }
    }

    /** One look at all processes. */
    void look(long nowNs) {
        int[] counts = scan.count(nowNs);
        for (int i = 0; i < counts.length; i++) {
            quorums.get(i).counted(counts[i], nowNs);
        }
    }

    private final class Quorum {
        private final TrackProcess process;
        private @Nullable Boolean up;
        private boolean wanted;
        private long wantedSinceNs;

        Quorum(TrackProcess process) {
            this.process = process;
        }

        void counted(int count, long nowNs) {
            boolean enough = count >= process.quorum() && count <= process.quorumMax();
            if (up == null) {
                judge(enough, count);
                return;
            }
            if (enough != wanted) {
                wanted = enough;
                wantedSinceNs = nowNs;
            }
            long delayNs = (wanted ? process.forkDelay() : process.terminateDelay()).toNanos();
            if (wanted != up && nowNs - wantedSinceNs >= delayNs) {
                judge(wanted, count);
            }
        }

        private void judge(boolean verdict, int count) {
            up = verdict;
            wanted = verdict;
            log.info("vrrp track-process name=" + process.name() + " processes=" + count + " quorum="
                    + (verdict ? "yes" : "no"));
            listener.onVerdict(process, verdict);
        }
    }
}

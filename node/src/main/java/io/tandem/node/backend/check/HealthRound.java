// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckReport;
import java.util.function.Consumer;

/** The health checks of one server ({@code check}). Owned by one event loop. */
final class HealthRound implements Round {
    private final CheckTarget target;
    private final Watch watch;

    HealthRound(CheckTarget target, Watch watch) {
        this.target = target;
        this.watch = watch;
    }

    @Override
    public Running start(Consumer<CheckReport> report) {
        Backend backend = target.backend();
        CheckPlan plan = backend.checkPlan();
        Probe.Patience patience = patience(backend, watch.intervalMs());
        ExternalCommand command = plan.options().command();
        if (plan.kind() == CheckKind.EXTERNAL && command != null) {
            return ExternalRun.start(target, command, patience, report);
        }
        return Probe.start(target, plan, watch.address(), patience, report);
    }

    /**
     * With {@code timeout check}, connecting has the shorter of {@code timeout connect} and the interval; without, the interval
     * is for everything (HAProxy manual, {@code timeout check}).
     */
    static Probe.Patience patience(Backend backend, int intervalMs) {
        int read = backend.timeouts().check();
        int connect = backend.timeouts().connect();
        return new Probe.Patience(read > 0 && connect > 0 ? Math.min(connect, intervalMs) : intervalMs, read);
    }

    @Override
    public void on(CheckReport report) {
        // what a judge has said is told at once; when all is over HAProxy knows it no more
        boolean forgets = report.passed() && target.backend().checkPlan().lastWord() instanceof JudgeStep;
        watch.on(report, forgets ? report.without() : report);
    }

    @Override
    public boolean isPaused() {
        return watch.isPaused();
    }

    @Override
    public int intervalMs() {
        return watch.intervalMs();
    }

    @Override
    public long dueNs() {
        return watch.dueNs();
    }

    @Override
    public void due(long atNs) {
        watch.due(atNs);
    }
}

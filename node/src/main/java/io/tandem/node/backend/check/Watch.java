// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.backend.Observing;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerEvents;
import io.tandem.node.backend.ServerState;
import io.tandem.node.backend.ServerTarget;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.LongSupplier;

/** Draws the consequences of one server's checks: its health, and what operators are told. Owned by one event loop. */
final class Watch {
    private final Backend backend;
    private final Server server;
    private final CheckSettings settings;
    private final ServerEvents events;
    private final LongSupplier clockMs;

    /** @param clockMs wall clock, milliseconds since 1970 */
    Watch(Backend backend, Server server, CheckSettings settings, ServerEvents events, LongSupplier clockMs) {
        this.backend = backend;
        this.server = server;
        this.settings = settings;
        this.events = events;
        this.clockMs = clockMs;
    }

    /** Takes note of a result. */
    void on(CheckReport report) {
        on(report, points().after(report.passed()));
    }

    /** Takes note of too many errors in its traffic: {@code info} says which. */
    void onErrors(Observing observing, String info) {
        server.state().checks().countObserved();
        if (observing.then() != Observing.OnError.FASTINTER) {
            on(new CheckReport(CheckReport.Status.HANA, 0, -1, info, false), points().after(observing.then()));
        }
    }

    private void on(CheckReport report, HealthPoints after) {
        ServerState state = server.state();
        long nowMs = clockMs.getAsLong();
        HealthPoints before = points();
        boolean stopping = state.health() == ServerState.Health.STOPPING;
        boolean news = before.points() != after.points()
                || report.status() != state.checks().last().status();
        if (!report.passed() && before.isUp()) {
            state.checks().countFailed();
        }
        state.checks().last(report);
        state.health(after.health(), after.points(), nowMs);
        if (news && backend.checkPlan().logsEach()) {
            events.checked(backend, server, report);
        }
        String reason = backend.checkPlan().logsEach() ? "" : ServerEvents.reason(report);
        if (before.isUp() && !after.isUp()) {
            events.down(backend, server, "is DOWN" + reason, nowMs);
        } else if (after.isUp() && (!before.isUp() || stopping)) {
            events.up(backend, server, "is UP" + reason, nowMs);
        }
    }

    private HealthPoints points() {
        return new HealthPoints(server.state().healthPoints(), settings.rise(), settings.fall());
    }

    /** Where the next check connects to: where the server is now, as far as it is not checked elsewhere. */
    InetSocketAddress address() {
        ServerTarget target = server.state().target();
        InetSocketAddress written = settings.address();
        InetSocketAddress configured = server.description().address();
        InetSocketAddress moved = target.moved();
        InetAddress address = target.checkAddress();
        int port = target.checkPort();
        if (address == null) {
            address = moved != null && Objects.equals(written.getAddress(), configured.getAddress())
                    ? moved.getAddress()
                    : written.getAddress();
        }
        if (port == 0) {
            port = moved != null && written.getPort() == configured.getPort() ? moved.getPort() : written.getPort();
        }
        return new InetSocketAddress(address, port);
    }

    /** When the next check is due, {@code System.nanoTime}; 0 where none has been begun yet. Outlives a reload. */
    long dueNs() {
        return server.state().checks().dueNs();
    }

    void due(long atNs) {
        server.state().checks().due(atNs);
    }

    /** Whether there is anything to check now. */
    boolean isPaused() {
        return server.state().maintenance() || !server.state().checks().isEnabled();
    }

    /** Time to the next check, milliseconds. */
    int intervalMs() {
        return points().intervalMs(settings);
    }
}

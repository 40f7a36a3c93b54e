// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.AgentSettings;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.backend.Observing;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerEvents;
import io.tandem.node.backend.ServerState;
import io.tandem.node.backend.ServerState.Health;
import io.tandem.node.backend.ServerTarget;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Draws the consequences of one server's checks and of what its agent says: its health, and what operators are told. Owned by
 * one event loop.
 */
final class Watch {
    private final Backend backend;
    private final Server server;
    private final @Nullable CheckSettings settings;
    private final ServerEvents events;
    private final LongSupplier clockMs;

    /**
     * @param settings of its checks; null where only its agent is asked
     * @param clockMs wall clock, milliseconds since 1970
     */
    Watch(Backend backend, Server server, @Nullable CheckSettings settings, ServerEvents events, LongSupplier clockMs) {
        this.backend = backend;
        this.server = server;
        this.settings = settings;
        this.events = events;
        this.clockMs = clockMs;
    }

    // ---- its own checks

    /** Takes note of a result. */
    void on(CheckReport report) {
        on(report, report);
    }

    /** @param kept what is remembered of it */
    void on(CheckReport report, CheckReport kept) {
        on(report, kept, points().after(report.passed()));
    }

    /** Takes note of too many errors in its traffic: {@code info} says which. */
    void onErrors(Observing observing, String info) {
        server.state().checks().countObserved();
        if (observing.then() != Observing.OnError.FASTINTER) {
            CheckReport report = new CheckReport(Status.HANA, 0, -1, info, false);
            on(report, report, points().after(observing.then()));
        }
    }

    private void on(CheckReport report, CheckReport kept, HealthPoints after) {
        ServerState state = server.state();
        HealthPoints before = points();
        boolean news = before.points() != after.points()
                || report.status() != state.checks().last().status();
        if (!report.passed() && before.points() > 0) {
            state.checks().countFailed();
        }
        Health was = state.health();
        long nowMs = clockMs.getAsLong();
        boolean isOver = !report.passed() && after.points() == 0;
        boolean isThere = report.passed() && after.isUp() && agentAgrees();
        Health next = isOver
                ? Health.DOWN
                : !isThere ? health(was, after) : report.conditional() ? Health.STOPPING : up(after);
        state.health(next, after.points(), nowMs); // at once: others look at it
        state.checks().last(kept);
        if (news && backend.checkPlan().logsEach()) {
            events.checked(backend, server, report);
        }
        tell(was, next, kept, nowMs);
    }

    private static Health up(HealthPoints points) {
        return points.isFull() ? Health.UP : Health.GOING_DOWN;
    }

    /** Tells of a change, unless it is in maintenance: nobody notices it then. */
    private void tell(Health was, Health next, CheckReport report, long nowMs) {
        if (server.state().maintenance()) {
            return;
        }
        if (was.isUp() && !next.isUp()) {
            events.down(backend, server, "is DOWN" + reason(report), nowMs);
        } else if (next == Health.STOPPING && was != next) {
            events.up(backend, server, "is stopping" + reason(report), nowMs);
        } else if (next.isUp() && next != Health.STOPPING && (!was.isUp() || was == Health.STOPPING)) {
            events.up(backend, server, "is UP" + reason(report), nowMs);
        }
    }

    /** How the health {@code was} is called with these points. */
    private static Health health(Health was, HealthPoints points) {
        return switch (was) {
            case STOPPING -> Health.STOPPING;
            case UP, GOING_DOWN -> points.isFull() ? Health.UP : Health.GOING_DOWN;
            case DOWN, GOING_UP -> points.points() > 0 && !points.isUp() ? Health.GOING_UP : Health.DOWN;
        };
    }

    private String reason(CheckReport report) {
        return backend.checkPlan().logsEach() ? "" : ServerEvents.reason(report);
    }

    private HealthPoints points() {
        ServerState state = server.state();
        return settings == null
                ? new HealthPoints(state.healthPoints(), state.rise(), state.fall())
                : new HealthPoints(state.healthPoints(), settings.rise(), settings.fall());
    }

    // ---- its agent

    /** Takes note of what the agent said; that it cannot be reached says nothing about the server. */
    void onAgent(CheckReport report) {
        ServerState state = server.state();
        int before = state.agentPoints();
        boolean silent = report.status() == Status.CHECKED;
        boolean saysDown = report.status() == Status.L7STS;
        int after = silent ? before : report.passed() ? 1 : saysDown ? 0 : before;
        boolean news =
                before != after || report.status() != state.agent().last().status();
        state.agentPoints(after);
        state.agent().last(report);
        if (news && !silent && backend.checkPlan().logsEach()) {
            events.agentChecked(backend, server, report);
        }
        boolean comesUp = report.passed() && !silent && (!isChecked() || points().isUp());
        if (saysDown || comesUp) {
            Health was = state.health();
            Health next = saysDown ? Health.DOWN : settings == null ? Health.UP : up(points());
            long nowMs = clockMs.getAsLong();
            state.health(next, state.healthPoints(), nowMs);
            tell(was, next, report, nowMs);
        }
    }

    private boolean isChecked() {
        return settings != null && server.state().checks().isEnabled();
    }

    private boolean agentAgrees() {
        return server.description().agent() == null
                || !server.state().agent().isEnabled()
                || server.state().agentPoints() > 0;
    }

    /** Where its agent is asked; null while the name of where it is has no address. */
    @Nullable InetSocketAddress agentAddress(AgentSettings agent) {
        ServerTarget target = server.state().target();
        InetAddress address = target.agentAddress();
        InetSocketAddress moved = target.moved();
        InetSocketAddress written = agent.address();
        if (address == null) {
            boolean own = Objects.equals(
                    written.getAddress(), server.description().address().getAddress());
            address = moved != null && own ? moved.getAddress() : written.getAddress();
        }
        int port = target.agentPort() == 0 ? written.getPort() : target.agentPort();
        return address == null ? null : new InetSocketAddress(address, port);
    }

    /** What its agent is asked. */
    String agentQuestion(AgentSettings agent) {
        String said = server.state().target().agentQuestion();
        return said == null ? agent.question() : said;
    }

    // ---- when and where

    /** Where the next check connects to: where the server is now, as far as it is not checked elsewhere. */
    InetSocketAddress address() {
        ServerTarget target = server.state().target();
        InetSocketAddress written = Objects.requireNonNull(settings).address();
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
        CheckSettings present = Objects.requireNonNull(settings);
        HealthPoints points = points();
        if (points.isFull()) {
            return present.interMs();
        }
        return points.points() == 0 && !server.state().health().isUp() ? present.downInterMs() : present.fastInterMs();
    }
}

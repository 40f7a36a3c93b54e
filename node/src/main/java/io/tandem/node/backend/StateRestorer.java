// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.backend.ServerState.Health;
import io.tandem.node.observe.EventLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Gives a server the state that it had before the process started, and says so. Used by the thread that loads. */
final class StateRestorer {
    private static final String WHY = ", changed from server-state after a reload";
    private static final int DOWN = 0;
    private static final int STOPPING = 3;
    private static final int FORCED_MAINTENANCE = 1;
    private static final int CONFIGURED_MAINTENANCE = 4;
    private static final int FORCED_DRAIN = 8;

    private final ServerEvents events;

    StateRestorer(EventLog log) {
        events = new ServerEvents(log);
    }

    void restore(Backend backend, Server server, SavedState saved) {
        ServerState state = server.state();
        long nowMs = System.currentTimeMillis();
        place(server, saved);
        if (saved.configuredWeight() == state.initialWeight()) {
            state.weight(saved.weight());
        }
        boolean wasRunning = state.isRunning();
        long changedAtMs = nowMs - saved.unchangedS() * 1000L;
        state.checks().last(CheckStatusNumbers.report(saved.checkStatus(), saved.checkResult()));
        switch (saved.operation()) {
            case DOWN -> state.health(Health.DOWN, 0, changedAtMs);
            case STOPPING -> state.health(Health.STOPPING, state.rise(), changedAtMs);
            default -> state.health(Health.UP, state.rise() + state.fall() - 1, changedAtMs);
        }
        if (wasRunning && saved.operation() == DOWN) {
            events.down(backend, server, "is DOWN" + WHY, nowMs);
        } else if (state.isRunning() && saved.operation() == STOPPING) {
            events.up(backend, server, "is stopping" + WHY, nowMs);
        }
        administer(backend, server, saved.administration(), nowMs);
        state.downtime().changed(changedAtMs);
    }

    private void administer(Backend backend, Server server, int bits, long nowMs) {
        ServerState state = server.state();
        boolean asConfigured = (bits & CONFIGURED_MAINTENANCE) != 0;
        boolean maintenance = (bits & FORCED_MAINTENANCE) != 0;
        if (maintenance && !asConfigured) {
            state.maintenance(true, nowMs);
        } else if (!maintenance && asConfigured && state.admin().maintenanceByConfiguration()) {
            state.maintenance(false, nowMs); // an operator had enabled it
        }
        if ((bits & FORCED_DRAIN) != 0) {
            state.draining(true, nowMs);
            events.told(backend, server, "remains in forced drain mode", nowMs);
        }
    }

    /** Its name, port, and where it is checked; a name's address is taken at the start ({@code init-addr last}). */
    private static void place(Server server, SavedState saved) {
        ServerNaming naming = server.naming();
        ServerTarget target = server.state().target();
        String host = saved.host();
        boolean renamed = (saved.administration() & SavedState.HOST_SET) != 0;
        if (naming != null && host != null && renamed && !host.equalsIgnoreCase(server.host())) {
            if (naming.service()) {
                target.host(host);
            } else {
                target.hostOfOperator(host);
            }
            server.state().admin().hostSet();
        }
        InetSocketAddress now = server.address();
        if (saved.port() != 0
                && saved.port() != now.getPort()
                && !server.description().keepsClientPort()) {
            target.move(
                    now.getAddress() == null
                            ? InetSocketAddress.createUnresolved(now.getHostString(), saved.port())
                            : new InetSocketAddress(now.getAddress(), saved.port()));
        }
        if (server.description().check() != null) {
            InetAddress address = saved.checkAddress();
            if (address != null) {
                target.checkAddress(address);
            }
            if (saved.checkPort() != 0) {
                target.checkPort(saved.checkPort());
            }
        }
    }
}

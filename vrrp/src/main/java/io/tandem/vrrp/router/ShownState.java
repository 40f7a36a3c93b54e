// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.router.RouterStatus.Leader;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a virtual router stands, for whoever asks: written by the reactor's thread, read by any. */
final class ShownState {
    private volatile State state = State.INITIALIZE;
    private volatile String reason = "not started";
    private volatile long sinceNs = System.nanoTime();
    private volatile int priority;
    private volatile @Nullable Leader leader;

    ShownState(int priority) {
        this.priority = priority;
    }

    State state() {
        return state;
    }

    int priority() {
        return priority;
    }

    void moved(StateChange change, long nowNs) {
        if (change.to() == State.BACKUP) {
            leader = null;
        }
        state = change.to();
        reason = change.reason() + (change.cause() == null ? "" : " " + change.cause());
        sinceNs = nowNs;
    }

    /** Answers whether the priority is another now. */
    boolean priority(int now) {
        boolean moved = priority != now;
        priority = now;
        return moved;
    }

    /** A Backup heard the router that is Active. */
    void heard(Event.Heard heard, @Nullable InetAddress activeRouter) {
        Leader present = leader;
        boolean same = present != null
                && present.priority() == heard.priority()
                && present.intervalNs() == heard.intervalNs()
                && present.address().equals(heard.source());
        if (!same && heard.source().equals(activeRouter)) {
            leader = new Leader(heard.source(), heard.priority(), heard.intervalNs());
        }
    }

    RouterStatus status(
            VirtualRouterConfig config, String interfaceName, Map<String, Long> counters, List<Transition> history) {
        return new RouterStatus(
                config.name(),
                config.vrid(),
                config.interfaceName(),
                state,
                reason,
                (System.nanoTime() - sinceNs) / 1_000_000L,
                priority,
                config.addresses().stream()
                        .map(address -> address.address().getHostAddress())
                        .toList(),
                interfaceName,
                counters,
                history,
                state == State.BACKUP ? leader : null);
    }
}

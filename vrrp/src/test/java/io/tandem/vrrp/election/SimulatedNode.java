// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One process of a {@link SimulatedLan}: a virtual router, or two that move as a sync group. */
final class SimulatedNode {
    final int index;
    final InetAddress address;
    final boolean isTandem;
    final List<Router> routers = new ArrayList<>();
    ElectionConfig config;
    int island;
    boolean asleep;
    boolean faulted;
    private final SimulatedLan lan;
    private final List<Waiting> mailbox = new ArrayList<>();
    private final Queue<Waiting> groupNews = new ArrayDeque<>();
    private boolean tellingGroup;

    private record Waiting(Router router, Event event) {}

    SimulatedNode(SimulatedLan lan, int index, ElectionConfig config, boolean isTandem, int size) {
        this.lan = lan;
        this.index = index;
        this.config = config;
        this.isTandem = isTandem;
        this.address = TestRouter.ip("10.0.0." + (index * 60 + 1));
        for (int vrid = 0; vrid < size; vrid++) {
            routers.add(new Router(vrid));
        }
    }

    /** One of its virtual routers. */
    final class Router {
        final int vrid;

        @Nullable Machine machine;

        boolean holdsAddresses;

        Router(int vrid) {
            this.vrid = vrid;
        }

        boolean isServing() {
            return machine != null && machine.state() == State.ACTIVE;
        }

        SimulatedNode node() {
            return SimulatedNode.this;
        }

        void deliver(Event event) {
            Machine running = machine;
            if (running == null) {
                return;
            }
            if (asleep) {
                mailbox.add(new Waiting(this, event));
                return;
            }
            List<Action> actions = running.on(event, lan.nowNs);
            lan.note(SimulatedNode.this, vrid, event, actions);
            actions.forEach(action -> action.performOn(new SimulatedPort(lan, this)));
            if (holdsAddresses != (running.state() == State.ACTIVE)) {
                throw new AssertionError("node " + index + " is " + running.state() + " and holds=" + holdsAddresses);
            }
            tellOthers(this, SyncGroup.follow("VI_" + vrid, event));
            scheduleWake(this);
            tellGroup();
        }
    }

    boolean isRunning() {
        return routers.get(0).machine != null;
    }

    /** Whether the election may choose it: running and without fault. */
    boolean isEligible() {
        return isRunning() && !faulted;
    }

    void start() {
        faulted = false;
        asleep = false;
        mailbox.clear();
        for (Router router : routers) {
            router.machine = isTandem ? Machine.tandem(config) : new PlainVrrp(config);
        }
        all(new Event.Startup(address));
        lan.linkUp(this);
    }

    /** Its kernel closes its links; its addresses are gone with it. */
    void crash() {
        boolean ran = isRunning();
        for (Router router : routers) {
            router.machine = null;
            router.holdsAddresses = false;
        }
        if (ran && isTandem) {
            lan.linkBroke(this);
        }
    }

    void all(Event event) {
        routers.forEach(router -> router.deliver(event));
    }

    /** Faults come to one member, which tells the others. */
    void fault(boolean linkUsable) {
        faulted = isRunning();
        routers.get(lan.random.nextInt(routers.size())).deliver(new Event.Fault("link-down", linkUsable));
    }

    void clear() {
        faulted = false;
        // Whichever member had it.
        all(new Event.Cleared("link-down"));
    }

    void reload(ElectionConfig newConfig) {
        config = newConfig;
        all(new Event.Reconfigured(newConfig));
    }

    void sleep() {
        asleep = true;
    }

    /** What waited in the sockets is read before the timers are looked at. */
    void wake() {
        asleep = false;
        List<Waiting> waiting = List.copyOf(mailbox);
        mailbox.clear();
        waiting.forEach(each -> each.router().deliver(each.event()));
        all(new Event.TimerExpired());
    }

    void moved(Router router, StateChange change) {
        tellOthers(router, SyncGroup.follow(change));
    }

    private void tellOthers(Router router, @Nullable Event event) {
        for (Router other : routers) {
            if (event != null && other != router) {
                groupNews.add(new Waiting(other, event));
            }
        }
    }

    private void tellGroup() {
        if (!tellingGroup) {
            tellingGroup = true;
            for (Waiting news = groupNews.poll(); news != null; news = groupNews.poll()) {
                news.router().deliver(news.event());
            }
            tellingGroup = false;
        }
    }

    private void scheduleWake(Router router) {
        Machine machine = router.machine;
        if (machine == null) {
            return;
        }
        OptionalLong wake = machine.nextWakeNs();
        if (wake.isEmpty()) {
            return;
        }
        // Timers are a little late, as real ones.
        long delayNs = Math.max(0, wake.getAsLong() - lan.nowNs) + lan.random.nextInt(200_000);
        lan.later(delayNs, () -> {
            boolean due = router.machine == machine
                    && !asleep
                    && machine.nextWakeNs().isPresent()
                    && lan.nowNs - machine.nextWakeNs().getAsLong() >= 0;
            if (due) {
                router.deliver(new Event.TimerExpired());
            }
        });
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A router as keepalived runs it: RFC 9568 §6.4 written down a second time, with nopreempt, preempt_delay, faults and sync
 * groups, and without anything that Tandem adds. It knows no liveness link and does not notice that it slept.
 */
final class PlainVrrp implements Machine {
    private ElectionConfig config;
    private int priority;
    private State state = State.INITIALIZE;
    private @Nullable InetAddress self;
    private final Set<String> faults = new HashSet<>();
    private long activeIntervalNs;
    private long timerNs;
    private long preemptNotBeforeNs;
    private boolean delaying;
    private Reason reason = Reason.STARTUP;
    private final List<Action> actions = new ArrayList<>();

    PlainVrrp(ElectionConfig config) {
        this.config = config;
        this.priority = config.priority();
        this.activeIntervalNs = config.advertIntervalNs();
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public OptionalLong nextWakeNs() {
        return state == State.BACKUP || state == State.ACTIVE ? OptionalLong.of(timerNs) : OptionalLong.empty();
    }

    @Override
    public List<Action> on(Event event, long nowNs) {
        if (event instanceof Event.Startup startup) {
            self = startup.source();
            begin(nowNs);
        } else if (event instanceof Event.Shutdown) {
            leave(State.INITIALIZE, true);
        } else if (event instanceof Event.Fault fault) {
            faults.add(fault.cause());
            leave(State.FAULT, fault.linkUsable());
        } else if (event instanceof Event.Cleared cleared) {
            faults.remove(cleared.cause());
            if (state == State.FAULT && faults.isEmpty()) {
                begin(nowNs);
            }
        } else if (event instanceof Event.PriorityChanged changed && priority != 255) {
            priority = changed.priority();
        } else if (event instanceof Event.Reconfigured reconfigured) {
            config = reconfigured.config();
            priority = config.priority();
            activeIntervalNs = config.advertIntervalNs();
            if (state == State.BACKUP) {
                await(nowNs);
            }
        } else if (event instanceof Event.GroupMoved moved) {
            reason = Reason.SYNC_GROUP;
            follow(moved.to(), nowNs);
        } else if (event instanceof Event.Heard heard && state == State.BACKUP) {
            backupHears(heard, nowNs);
        } else if (event instanceof Event.Heard heard && state == State.ACTIVE) {
            activeHears(heard, nowNs);
        } else if (event instanceof Event.TimerExpired && nextWakeNs().isPresent() && nowNs - timerNs >= 0) {
            if (state == State.BACKUP) {
                serve(nowNs);
            } else {
                advertise(nowNs);
            }
        }
        reason = Reason.STARTUP;
        List<Action> result = List.copyOf(actions);
        actions.clear();
        return result;
    }

    private void begin(long nowNs) {
        activeIntervalNs = config.advertIntervalNs();
        if (!faults.isEmpty()) {
            change(State.FAULT);
        } else if (priority == 255) {
            serve(nowNs);
        } else {
            listen(nowNs);
        }
    }

    private void backupHears(Event.Heard heard, long nowNs) {
        boolean lower = heard.priority() < priority;
        if (heard.priority() == 0) {
            timerNs = nowNs + skewNs();
        } else if (!lower || !config.preempt()) {
            delaying = false;
            hear(heard, nowNs);
        } else if (config.preemptDelayNs() > 0) {
            if (!delaying) {
                delaying = true;
                preemptNotBeforeNs = nowNs + config.preemptDelayNs();
            }
            if (nowNs - preemptNotBeforeNs < 0) {
                hear(heard, nowNs);
            }
        }
    }

    private void activeHears(Event.Heard heard, long nowNs) {
        boolean greater = self != null && KnownPeers.isGreater(heard.source(), self);
        if (heard.priority() == 0) {
            advertise(nowNs);
        } else if (heard.priority() > priority || (heard.priority() == priority && greater)) {
            actions.add(new Action.RemoveAddresses());
            hear(heard, nowNs);
            change(State.BACKUP);
        } else {
            advertise(nowNs);
            actions.add(new Action.AnnounceAddresses());
        }
    }

    private void follow(State to, long nowNs) {
        if (to == State.ACTIVE && state == State.BACKUP) {
            serve(nowNs);
        } else if (to == State.BACKUP && state == State.ACTIVE) {
            actions.add(new Action.SendAdvertisement(0));
            actions.add(new Action.RemoveAddresses());
            listen(nowNs);
        }
    }

    private void leave(State to, boolean sayZero) {
        if (state == State.ACTIVE) {
            if (sayZero) {
                actions.add(new Action.SendAdvertisement(0));
            }
            actions.add(new Action.RemoveAddresses());
        }
        if (state != to && (state != State.INITIALIZE || to == State.INITIALIZE)) {
            change(to);
        }
    }

    private void serve(long nowNs) {
        delaying = false;
        activeIntervalNs = config.advertIntervalNs();
        advertise(nowNs);
        actions.add(new Action.InstallAddresses(false));
        actions.add(new Action.AnnounceAddresses());
        change(State.ACTIVE);
    }

    private void listen(long nowNs) {
        delaying = false;
        activeIntervalNs = config.advertIntervalNs();
        await(nowNs);
        change(State.BACKUP);
    }

    private void hear(Event.Heard heard, long nowNs) {
        activeIntervalNs = config.version() == 3 ? heard.intervalNs() : config.advertIntervalNs();
        await(nowNs);
    }

    private void await(long nowNs) {
        timerNs = nowNs + 3 * activeIntervalNs + skewNs();
    }

    private long skewNs() {
        return (256 - priority) * (config.version() == 2 ? 1_000_000_000L : activeIntervalNs) / 256;
    }

    private void advertise(long nowNs) {
        actions.add(new Action.SendAdvertisement(priority));
        timerNs = nowNs + config.advertIntervalNs();
    }

    private void change(State to) {
        actions.add(new Action.ReportState(new StateChange(state, to, reason, null, null)));
        state = to;
    }
}

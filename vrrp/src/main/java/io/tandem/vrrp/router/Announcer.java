// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells switches and neighbours who has the virtual addresses, on a schedule.
 *
 * <p>The first block goes at 0, 10, 50, 200 ms, 1 s and then every second, as many as keepalived's {@code
 * garp_master_repeat} says; the second after {@code garp_master_delay}; then refreshes, if asked for. A router of lower
 * priority starts {@code garp_lower_prio_*} instead, unless a takeover's schedule still runs. Interfaces that no
 * advertisements leave by are announced on periodically with {@code garp_extra_if}, and those whose MAC the switch would
 * otherwise forget. Owned by the reactor's thread.
 */
final class Announcer {
    private static final long MS = 1_000_000L;
    private static final long[] FIRST_BLOCK = {0, 10 * MS, 50 * MS, 200 * MS, 1000 * MS};
    private static final long GAP_NS = 10 * MS;
    /** Switches forget a MAC after 300 s, most of them. */
    private static final Duration REMINDER = Duration.ofSeconds(60);

    private final Announce config;
    private final long[] takeoverNs;
    private final long[] againNs;
    private final boolean reminds;
    private List<Outlet> outlets = List.of();
    private long[] offsetsNs;
    private boolean running;
    private long startedAtNs;
    private int step;
    private long refreshAtNs = Reactor.NEVER;
    private long elsewhereAtNs = Reactor.NEVER;

    Announcer(VirtualRouterConfig router) {
        config = router.announce();
        takeoverNs = schedule(config.repeat(), config.delay());
        Again again = config.again();
        againNs = again == null ? takeoverNs : schedule(again.repeat(), again.delay());
        offsetsNs = takeoverNs;
        var own = router.ownInterface();
        // Nothing else is said from the virtual MAC then, and what is not heard is forgotten.
        reminds = own != null && own.advertiseByParent();
    }

    /** Where to announce; none while the interface is away. */
    void use(List<Outlet> newOutlets) {
        outlets = newOutlets;
    }

    /** Starts the schedule of a takeover anew; its first round leaves at once. */
    void announce(long nowNs) {
        offsetsNs = takeoverNs;
        begin(nowNs);
        refreshAtNs = after(refresh(), nowNs);
        elsewhereAtNs = after(config.elsewhere(), nowNs);
    }

    /** A router of lower priority was heard. */
    void announceAgain(long nowNs) {
        if (!running) {
            announce(nowNs);
        } else if (step == offsetsNs.length) {
            offsetsNs = againNs;
            begin(nowNs);
        } else {
            sendRound(nowNs); // the schedule goes on
        }
    }

    private void begin(long nowNs) {
        running = true;
        startedAtNs = nowNs;
        step = 0;
        onTime(nowNs);
    }

    void stop() {
        running = false;
        refreshAtNs = Reactor.NEVER;
        elsewhereAtNs = Reactor.NEVER;
        outlets.forEach(Outlet::forget);
    }

    /** One round for every address, now, or as fast as the pace allows. */
    void sendRound(long nowNs) {
        for (int i = 0; i < outlets.size(); i++) {
            outlets.get(i).sendRound(nowNs);
        }
    }

    long nextWakeNs() {
        if (!running) {
            return Reactor.NEVER;
        }
        long next = step < offsetsNs.length ? startedAtNs + offsetsNs[step] : Reactor.NEVER;
        next = Reactor.earlier(next, refreshAtNs);
        next = Reactor.earlier(next, elsewhereAtNs);
        for (int i = 0; i < outlets.size(); i++) {
            next = Reactor.earlier(next, outlets.get(i).nextWakeNs());
        }
        return next;
    }

    void onTime(long nowNs) {
        if (!running) {
            return;
        }
        boolean due = false;
        while (step < offsetsNs.length && nowNs - (startedAtNs + offsetsNs[step]) >= 0) {
            step++;
            due = true;
        }
        if (due) {
            sendRound(nowNs);
        }
        if (refreshAtNs != Reactor.NEVER && nowNs - refreshAtNs >= 0) {
            refreshAtNs = after(refresh(), nowNs);
            for (int i = 0; i < config.refreshRepeat(); i++) {
                sendRound(nowNs);
            }
        }
        if (elsewhereAtNs != Reactor.NEVER && nowNs - elsewhereAtNs >= 0) {
            elsewhereAtNs = after(config.elsewhere(), nowNs);
            for (int i = 0; i < outlets.size(); i++) {
                Outlet outlet = outlets.get(i);
                if (outlet.isElsewhere() && (config.everywhere() || outlet.isOwnInterface())) {
                    outlet.sendRound(nowNs);
                }
            }
        }
        for (int i = 0; i < outlets.size(); i++) {
            outlets.get(i).onTime(nowNs);
        }
    }

    private Duration refresh() {
        return reminds && config.refresh().isZero() ? REMINDER : config.refresh();
    }

    private static long after(Duration period, long nowNs) {
        return period.isZero() ? Reactor.NEVER : nowNs + period.toNanos();
    }

    private static long[] schedule(int repeat, Duration delay) {
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < repeat; i++) {
            int last = FIRST_BLOCK.length - 1;
            offsets.add(i <= last ? FIRST_BLOCK[i] : FIRST_BLOCK[last] + (i - last) * 1000L * MS);
        }
        long second = delay.toNanos();
        for (int i = 0; second > 0 && i < repeat; i++) {
            offsets.add(second + i * GAP_NS);
        }
        return offsets.stream().mapToLong(Long::longValue).sorted().toArray();
    }
}

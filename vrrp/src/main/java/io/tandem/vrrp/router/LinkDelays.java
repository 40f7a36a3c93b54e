// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VrrpGlobals.LinkDelay;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Interfaces that bounce: news that one is down, or up again, is held back for as long as is configured, and dropped where
 * the interface is as before by then ({@code interface_up_down_delays}).
 *
 * <p>Owned by the reactor's thread.
 */
final class LinkDelays implements Reactor.Timed {
    private final ObjLongConsumer<Link> settled;
    private final List<Watched> watched = new ArrayList<>();

    /** @param settled told of the news that were held back, when their time has come, with that time */
    LinkDelays(ObjLongConsumer<Link> settled) {
        this.settled = settled;
    }

    /** What is known of interfaces that stay is kept; what was held back of others is told at the next news of them. */
    void use(List<LinkDelay> delays, Netlink netlink, EventLog log) {
        use(delays);
        try {
            for (Link link :
                    watched.isEmpty() ? List.<Link>of() : netlink.links().list()) {
                Watched found = find(link.name());
                if (found != null) {
                    found.begin(link);
                }
            }
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
    }

    void use(List<LinkDelay> delays) {
        List<Watched> before = List.copyOf(watched);
        watched.clear();
        for (LinkDelay delay : delays) {
            Watched now = new Watched(delay);
            before.stream()
                    .filter(old -> old.delay.interfaceName().equals(delay.interfaceName()))
                    .findFirst()
                    .ifPresent(now::inherit);
            watched.add(now);
        }
    }

    /** Whether the news is to be heeded at once; else {@code settled} hears of it in time. */
    boolean letsThrough(Link link, long nowNs) {
        Watched found = find(link.name());
        return found == null || found.letsThrough(link, nowNs);
    }

    /** It is gone, or everything is looked at anew: nothing is held back any more. */
    void forget(String interfaceName) {
        Watched found = find(interfaceName);
        if (found != null) {
            found.known = false;
            found.held = null;
        }
    }

    private @Nullable Watched find(String interfaceName) {
        for (int i = 0; i < watched.size(); i++) {
            if (watched.get(i).delay.interfaceName().equals(interfaceName)) {
                return watched.get(i);
            }
        }
        return null;
    }

    @Override
    public long nextWakeNs() {
        long next = Reactor.NEVER;
        for (int i = 0; i < watched.size(); i++) {
            Watched each = watched.get(i);
            if (each.held != null && (next == Reactor.NEVER || each.dueNs - next < 0)) {
                next = each.dueNs;
            }
        }
        return next;
    }

    @Override
    public void onTime(long nowNs) {
        for (int i = 0; i < watched.size(); i++) {
            Link due = watched.get(i).due(nowNs);
            if (due != null) {
                settled.accept(due, nowNs);
            }
        }
    }

    /** One interface. */
    private static final class Watched {
        private final LinkDelay delay;
        private boolean known;
        private boolean usable;
        private @Nullable Link held;
        private long dueNs;

        Watched(LinkDelay delay) {
            this.delay = delay;
        }

        void inherit(Watched old) {
            known = old.known;
            usable = old.usable;
            held = old.held;
            dueNs = old.dueNs;
        }

        /** As it is at the beginning. */
        void begin(Link link) {
            if (!known) {
                known = true;
                usable = link.isUsable();
            }
        }

        /** The first news is no change. */
        boolean letsThrough(Link link, long nowNs) {
            if (!known || link.isUsable() == usable) {
                known = true;
                usable = link.isUsable();
                held = null;
                return true;
            }
            long delayNs = (link.isUsable() ? delay.up() : delay.down()).toNanos();
            if (delayNs == 0) {
                usable = link.isUsable();
                held = null;
                return true;
            }
            if (held == null) {
                dueNs = nowNs + delayNs;
            }
            held = link;
            return false;
        }

        @Nullable Link due(long nowNs) {
            Link link = held;
            if (link == null || nowNs - dueNs < 0) {
                return null;
            }
            held = null;
            usable = link.isUsable();
            return link;
        }
    }
}

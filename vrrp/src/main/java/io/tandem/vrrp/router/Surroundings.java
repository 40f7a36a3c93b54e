// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Link;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What the kernel's news about links and addresses mean for one virtual router: faults and their ends, sockets to be opened
 * anew, and what somebody took away to be put back. Owned by the reactor's thread.
 */
final class Surroundings {
    private final VirtualRouter router;
    private final RouterPort port;
    private final AddressKeeper keeper;
    private final RouterCounters counters;
    private final Reunion reunion;
    private final EventLog log;
    private boolean cutOff;

    Surroundings(
            VirtualRouter router,
            RouterPort port,
            AddressKeeper keeper,
            RouterCounters counters,
            Reunion reunion,
            EventLog log) {
        this.router = router;
        this.port = port;
        this.keeper = keeper;
        this.counters = counters;
        this.reunion = reunion;
        this.log = log;
    }

    void linkChanged(Link link, long now) {
        if (!router.isStarted()) {
            return;
        }
        if (keeper.own().has(link)) {
            ownLinkChanged(link, now);
            return;
        }
        if (!link.name().equals(router.config().interfaceName())) {
            if (port.isInterface(link)) {
                linkRemoved(link, now); // it has another name now, and is another interface to the configuration
            }
            return;
        }
        cutOff |= !link.isUsable();
        if (!link.isUsable() && minds()) {
            router.deliver(new Event.Fault("link-down", false), now);
            return;
        }
        if (cutOff && link.isUsable()) {
            cutOff = false;
            reunited(now);
        }
        if (!port.isOpenOn(link)) {
            reopen(now);
            restore(now);
        }
        if (link.movedPort() && keeper.isInstalled()) {
            router.announce(now);
        }
        router.deliver(new Event.Cleared("link-down"), now);
    }

    /** The LAN was in two parts for this host, and is one again. */
    void reunited(long now) {
        if (port.interfaceIndex() != 0) {
            reunion.on(port.interfaceIndex(), now);
        }
    }

    /** Somebody set it down: it is up again, and what goes with that is put back. */
    private void ownLinkChanged(Link link, long now) {
        if (!link.isUp() && keeper.own().isWanted(link)) {
            log.warning("vrrp interface-down vrid=" + router.config().vrid() + " interface=" + link.name()
                    + " by=another-process action=restored");
            keeper.own().assumeAgain();
            restore(now);
        }
    }

    void linkRemoved(Link link, long now) {
        if (!router.isStarted()) {
            return;
        }
        if (keeper.own().has(link)) {
            log.warning("vrrp interface-removed vrid=" + router.config().vrid() + " interface=" + link.name()
                    + " action=restored");
            reopen(now);
            restore(now);
        } else if (port.isInterface(link)) {
            router.closeSockets();
            port.forgetInterface();
            router.deliver(new Event.Fault("interface-missing", false), now);
        }
    }

    /** What was lost with an interface. */
    private void restore(long now) {
        if (keeper.isInstalled()) {
            keeper.install(now);
            router.announce(now);
        }
    }

    void addressAdded(AddressEntry entry, long now) {
        if (router.isStarted() && port.lacks(entry)) {
            reopen(now);
        }
    }

    void addressRemoved(AddressEntry entry, long now) {
        if (!router.isStarted()) {
            return;
        }
        if (port.isSource(entry)) {
            router.closeSockets();
            port.forgetSource();
            router.deliver(new Event.Fault("source-address-missing", false), now);
        } else if (keeper.isInstalled() && keeper.placed(entry) && keeper.putsBack(entry)) {
            // Time first: if it expired because this process slept, the election gives way instead.
            router.deliver(new Event.TimerExpired(), now);
            if (keeper.isInstalled()) {
                counters.restored.incrementAndGet();
                log.warning("vrrp address-removed vrid=" + router.config().vrid() + " address="
                        + entry.address().getHostAddress() + " by=another-process action=restored");
                keeper.install(now);
                router.announce(now);
            }
        }
    }

    /** Events were lost: compare what should be with what is. */
    void resync(Leftovers present, long now) {
        if (!router.isStarted()) {
            return;
        }
        Link link = present.links().stream()
                .filter(found -> found.name().equals(router.config().interfaceName()))
                .findFirst()
                .orElse(null);
        if (link == null) {
            router.closeSockets();
            port.forgetInterface();
            router.deliver(new Event.Fault("interface-missing", false), now);
            return;
        }
        boolean sourceIsThere = present.addresses().stream().anyMatch(port::isSource);
        if (!port.isOpenOn(link) || !sourceIsThere) {
            reopen(now);
        }
        router.deliver(
                link.isUsable() || !minds() ? new Event.Cleared("link-down") : new Event.Fault("link-down", false),
                now);
        if (keeper.isInstalled()) {
            router.deliver(new Event.TimerExpired(), now);
            restore(now);
        }
    }

    /** Where its addresses can be has changed without its configuration: a macvlan comes above their interface, or goes. */
    void placeAnew(long now) {
        String refused = keeper.prepare();
        if (refused == null && keeper.isInstalled()) {
            refused = keeper.install(now);
        }
        if (refused != null) {
            log.warning("vrrp addresses vrid=" + router.config().vrid() + ": " + refused);
        }
    }

    /** Looks for everything again and opens the sockets anew. */
    void reopen(long now) {
        router.closeSockets();
        List<String> missing = new ArrayList<>(port.find(keeper));
        if (!missing.contains("interface-missing") && !missing.contains("source-address-missing")) {
            String refused = router.openSockets();
            if (refused != null) {
                log.warning(refused);
                missing.add("sockets");
            }
            port.probe();
        }
        InetAddress from = port.source();
        if (from != null) {
            router.deliver(new Event.SourceChanged(from), now);
        }
        for (String cause : List.of("interface-missing", "source-address-missing", "sockets")) {
            router.deliver(missing.contains(cause) ? new Event.Fault(cause, false) : new Event.Cleared(cause), now);
        }
        if (missing.contains("link-down")) {
            router.deliver(new Event.Fault("link-down", false), now);
        } else if (!minds()) {
            router.deliver(new Event.Cleared("link-down"), now);
        }
    }

    /** Whether its interface faults it while that is down. */
    private boolean minds() {
        return router.config().tuning().manners().minding();
    }
}

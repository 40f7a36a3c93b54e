// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.LinkEvents;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.List;
import java.util.function.BiConsumer;

/** The kernel's news of links and addresses, handed to every router; each knows its interface. Owned by the reactor's thread. */
final class KernelNews implements LinkEvents.Listener {
    private final Netlink netlink;
    private final List<VirtualRouter> routers;
    private final StaticKeeper statics;
    private final Runnable heeded;
    private final EventLog log;
    private final LinkDelays delays = new LinkDelays((link, nowNs) -> at(nowNs).heed(link));
    private BiConsumer<String, Boolean> interfaceListener = (name, usable) -> {};
    private long nowNs;

    /**
     * @param routers all there are, at any time
     * @param heeded told whenever news may have changed where addresses are
     */
    KernelNews(Netlink netlink, List<VirtualRouter> routers, StaticKeeper statics, Runnable heeded, EventLog log) {
        this.netlink = netlink;
        this.routers = routers;
        this.statics = statics;
        this.heeded = heeded;
        this.log = log;
    }

    /** Told which interfaces are usable, by {@link #tellInterfaces} and whenever one changes. */
    void onInterface(BiConsumer<String, Boolean> listener) {
        interfaceListener = listener;
    }

    /** What is held back of them. */
    LinkDelays delays() {
        return delays;
    }

    /** The time of what comes next. */
    KernelNews at(long when) {
        nowNs = when;
        return this;
    }

    void tellInterfaces() {
        try {
            List<Link> found = netlink.links().list();
            for (VirtualRouter router : routers) {
                router.config().tracks().interfaces().stream()
                        .filter(tracked ->
                                found.stream().noneMatch(link -> link.name().equals(tracked.name())))
                        .forEach(tracked -> interfaceListener.accept(tracked.name(), false));
            }
            found.forEach(link -> interfaceListener.accept(link.name(), link.isUsable()));
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
    }

    @Override
    public void linkChanged(Link link) {
        if (delays.letsThrough(link, nowNs)) {
            heed(link);
        }
    }

    private void heed(Link link) {
        interfaceListener.accept(link.name(), link.isUsable());
        statics.onChange();
        routers.forEach(router -> router.surroundings().linkChanged(link, nowNs));
        heeded.run();
    }

    @Override
    public void linkRemoved(Link link) {
        delays.forget(link.name());
        interfaceListener.accept(link.name(), false);
        routers.forEach(router -> router.surroundings().linkRemoved(link, nowNs));
        heeded.run();
    }

    @Override
    public void addressAdded(AddressEntry address) {
        routers.forEach(router -> router.surroundings().addressAdded(address, nowNs));
        heeded.run();
    }

    @Override
    public void addressRemoved(AddressEntry address) {
        if (statics.has(address)) {
            statics.onChange();
        }
        routers.forEach(router -> router.surroundings().addressRemoved(address, nowNs));
    }

    @Override
    public void overrun() {
        log.warning("vrrp netlink-overrun action=look-at-everything: more news than the socket holds");
        try {
            Leftovers present =
                    new Leftovers(netlink.links().list(), netlink.addresses().list());
            for (Link link : present.links()) {
                delays.forget(link.name());
                interfaceListener.accept(link.name(), link.isUsable());
            }
            statics.onChange();
            routers.forEach(router -> router.surroundings().resync(present, nowNs));
            heeded.run();
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
    }
}

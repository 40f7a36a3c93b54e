// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.VirtualAddress;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.AddressRequest;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Addresses, routes and rules that stand whoever is Active, from the start of the guardian to its end. What somebody takes
 * away is put back; what waits for an interface comes with it. Owned by the reactor's thread.
 */
final class StaticKeeper {
    private static final String OWNER = "static";

    private final Netlink netlink;
    private final EventLog log;
    private final Map<String, Integer> interfaces = new HashMap<>();
    private StaticNetwork network = StaticNetwork.NONE;
    private Upkeep<VirtualAddress> addresses;
    private RouteKeeper routes;

    StaticKeeper(Netlink netlink, EventLog log) {
        this.netlink = netlink;
        this.log = log;
        addresses = upkeep(List.of());
        routes = new RouteKeeper(netlink, List.of(), List.of(), log, OWNER);
    }

    private Upkeep<VirtualAddress> upkeep(List<VirtualAddress> of) {
        return new Upkeep<>("address", OWNER, of, address -> address.options().tracked(), new OnInterfaces(), log);
    }

    /** Puts on what is new and takes off what is gone; what stays is not touched. */
    void use(StaticNetwork newNetwork) {
        if (newNetwork.equals(network)) {
            return;
        }
        network = newNetwork;
        Upkeep<VirtualAddress> oldAddresses = addresses;
        RouteKeeper oldRoutes = routes;
        addresses = upkeep(newNetwork.addresses());
        routes = new RouteKeeper(netlink, newNetwork.routes(), newNetwork.rules(), log, OWNER);
        oldRoutes.removeExcept(routes);
        lookUp();
        oldAddresses.removeExcept(newNetwork.addresses());
        addresses.install();
        routes.install();
    }

    /** Something about links or addresses has changed. */
    void onChange() {
        if (network.equals(StaticNetwork.NONE)) {
            return;
        }
        if (lookUp()) {
            addresses.install();
            routes.install();
        } else {
            addresses.renew();
            routes.renew();
        }
    }

    /** Whether an entry that has gone is one of these. */
    boolean has(AddressEntry entry) {
        return network.addresses().stream()
                .anyMatch(address -> address.address().equals(entry.address())
                        && address.options().tracked());
    }

    /** Takes everything off. */
    void remove() {
        use(StaticNetwork.NONE);
    }

    /** Answers whether an interface has come. */
    private boolean lookUp() {
        boolean news = false;
        try {
            for (VirtualAddress address : network.addresses()) {
                String name = name(address);
                Optional<Link> link = netlink.links().find(name);
                if (link.isPresent()) {
                    Integer index = link.get().index();
                    news |= !index.equals(interfaces.put(name, index));
                } else {
                    interfaces.remove(name);
                }
            }
            routes.prepare();
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
        return news;
    }

    private static String name(VirtualAddress address) {
        String name = address.interfaceName();
        return name == null ? "eth0" : name;
    }

    private final class OnInterfaces implements Upkeep.Kernel<VirtualAddress> {
        @Override
        public int add(VirtualAddress address) {
            Integer index = interfaces.get(name(address));
            if (index == null) {
                return Errno.ENODEV;
            }
            VirtualAddress.Options options = address.options();
            boolean six = address.address().getAddress().length == 16;
            boolean detects = (options.flags() & VirtualAddress.Options.DETECT_DUPLICATES) != 0;
            return netlink.addresses()
                    .add(new AddressRequest(
                            address.address(),
                            address.prefixLength(),
                            index,
                            address.label(),
                            address.scope(),
                            options.flags() & 0xffff | (six && !detects ? AddressRequest.NODAD : 0),
                            options.preferredSeconds(),
                            Addresses.FOREVER,
                            0,
                            options.peer(),
                            options.broadcast()));
        }

        @Override
        public int remove(VirtualAddress address) {
            Integer index = interfaces.get(name(address));
            InetAddress inet = address.address();
            return index == null ? 0 : netlink.addresses().remove(inet, address.prefixLength(), index);
        }
    }
}

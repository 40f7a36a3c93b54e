// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What there was on this host before the routers started, looked up once for all of them: addresses and macvlans that a
 * Tandem or a keepalived left behind when it was killed.
 */
record Leftovers(List<Link> links, List<AddressEntry> addresses) {
    static Leftovers look(Netlink netlink, EventLog log) {
        try {
            return new Leftovers(netlink.links().list(), netlink.addresses().list());
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
            return new Leftovers(List.of(), List.of());
        }
    }

    /** Removes what was this router's; an owner's addresses are the host's own and stay. */
    void remove(Netlink netlink, ParentSettings settings, VirtualRouterConfig config, EventLog log)
            throws NetlinkException {
        Set<InetAddress> ours = Stream.concat(config.addresses().stream(), config.excludedAddresses().stream())
                .map(VirtualAddress::address)
                .collect(Collectors.toSet());
        for (AddressEntry entry : addresses) {
            if (ours.contains(entry.address()) && (entry.tag() == Addresses.TAG || config.priority() != 255)) {
                netlink.addresses().remove(entry.address(), entry.prefixLength(), entry.interfaceIndex());
                log.info("vrrp leftover-removed vrid=" + config.vrid() + " address="
                        + entry.address().getHostAddress());
            }
        }
        int parent = links.stream()
                .filter(link -> link.name().equals(config.interfaceName()))
                .mapToInt(Link::index)
                .findFirst()
                .orElse(0);
        for (Link link : links) {
            // One that is wanted again is replaced when it is made.
            if (parent != 0 && config.ownInterface() == null && VirtualLink.isLeftover(link, parent, config)) {
                netlink.links().delete(link.name());
                settings.restore(config.interfaceName(), link.alias());
                log.info("vrrp leftover-removed vrid=" + config.vrid() + " interface=" + link.name());
            }
        }
    }
}

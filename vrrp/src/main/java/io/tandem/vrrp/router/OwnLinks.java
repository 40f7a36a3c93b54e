// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A virtual router's own interfaces: the one its advertisements leave by, if it is configured so, and those of addresses on
 * other interfaces. Owned by the reactor's thread.
 */
final class OwnLinks implements AutoCloseable {
    private final Netlink netlink;
    private final Retirement retirement;
    private final ParentSettings settings;
    private final VirtualRouterConfig config;
    private final EventLog log;
    private final List<VirtualLink> links = new ArrayList<>();
    private final @Nullable VirtualLink main;
    private boolean saidRefused;

    OwnLinks(
            Netlink netlink, Retirement retirement, ParentSettings settings, VirtualRouterConfig config, EventLog log) {
        this(netlink, retirement, settings, config, log, List.of());
    }

    private OwnLinks(
            Netlink netlink,
            Retirement retirement,
            ParentSettings settings,
            VirtualRouterConfig config,
            EventLog log,
            List<VirtualLink> existing) {
        this.netlink = netlink;
        this.retirement = retirement;
        this.settings = settings;
        this.config = config;
        this.log = log;
        OwnInterface own = config.ownInterface();
        main = own == null ? null : link(existing, own, config.interfaceName(), config.family());
        if (main != null) {
            links.add(main);
        }
        Stream.concat(config.addresses().stream(), config.excludedAddresses().stream())
                .filter(address -> wantsOwn(config, address))
                .forEach(address -> {
                    String parent = parent(config, address);
                    AddressFamily family = AddressFamily.of(address.address());
                    if (links.stream().noneMatch(link -> link.isOn(parent, family))) {
                        links.add(link(existing, OwnInterface.VMAC, parent, family));
                    }
                });
    }

    private VirtualLink link(List<VirtualLink> existing, OwnInterface own, String parent, AddressFamily family) {
        return existing.stream()
                .filter(link -> link.isOn(parent, family) && link.isLike(own))
                .findFirst()
                .orElseGet(() -> new VirtualLink(netlink, retirement, settings, config, own, parent, family));
    }

    /** Those of another configuration: what both have stays, the rest is deleted. */
    OwnLinks successor(VirtualRouterConfig newConfig) {
        OwnLinks successor = new OwnLinks(netlink, retirement, settings, newConfig, log, links);
        for (VirtualLink link : links) {
            if (!successor.links.contains(link)) {
                link.close();
            }
        }
        return successor;
    }

    /** The interfaces that a router's own are to be above. */
    static Set<String> parents(VirtualRouterConfig config) {
        Set<String> parents = new HashSet<>();
        if (config.ownInterface() != null) {
            parents.add(config.interfaceName());
        }
        Stream.concat(config.addresses().stream(), config.excludedAddresses().stream())
                .filter(address -> wantsOwn(config, address))
                .forEach(address -> parents.add(parent(config, address)));
        return parents;
    }

    /** The one that advertisements leave by; null where that is the router's interface itself. */
    @Nullable VirtualLink advertising() {
        OwnInterface own = config.ownInterface();
        return own == null || own.advertiseByParent() ? null : main;
    }

    /** Where an address goes; null for an interface that is there anyway. */
    @Nullable VirtualLink of(VirtualAddress address) {
        String parent = parent(config, address);
        AddressFamily family = AddressFamily.of(address.address());
        if (main != null && main.name().equals(parent)) {
            return main;
        }
        for (VirtualLink link : links) {
            if (link.isOn(parent, family) && (link == main || wantsOwn(config, address))) {
                return link;
            }
        }
        return null;
    }

    /** Makes what is missing. */
    void prepare() throws NetlinkException {
        for (VirtualLink link : links) {
            link.prepare();
        }
    }

    /** Sets them up, before anything is sent from them. */
    void assume() {
        boolean refused = false;
        for (int i = 0; i < links.size(); i++) {
            int errno = links.get(i).assume();
            refused |= errno != 0;
            if (errno != 0 && !saidRefused) {
                log.warning("vrrp mac vrid=" + config.vrid() + " interface="
                        + links.get(i).name() + " mac=" + links.get(i).mac() + ": " + Errno.name(errno));
            }
        }
        saidRefused = refused; // each advertisement tries again
    }

    void release() {
        links.forEach(VirtualLink::release);
    }

    boolean has(Link link) {
        return links.stream().anyMatch(own -> own.is(link));
    }

    /** Whether one is to be up. */
    boolean isWanted(Link link) {
        return links.stream().anyMatch(own -> own.is(link) && own.isWanted());
    }

    /** It may have been set down by somebody, or be another than before: set it up again. */
    void assumeAgain() {
        for (VirtualLink link : links) {
            link.assumeAgain();
        }
    }

    List<VirtualLink> all() {
        return links;
    }

    private static boolean wantsOwn(VirtualRouterConfig config, VirtualAddress address) {
        if (address.options().ownInterface()) {
            return true;
        }
        OwnInterface own = config.ownInterface();
        return own != null
                && own.everywhere()
                && (!parent(config, address).equals(config.interfaceName())
                        || AddressFamily.of(address.address()) != config.family());
    }

    private static String parent(VirtualRouterConfig config, VirtualAddress address) {
        String name = address.interfaceName();
        return name == null ? config.interfaceName() : name;
    }

    @Override
    public void close() {
        links.forEach(VirtualLink::close);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.OwnInterface.Kind;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.InterfaceSettings;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Links;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.MacAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One interface of a virtual router's own: a private macvlan, or an ipvlan.
 *
 * <p>It is made at the start, for deleting one takes the kernel 20 ms, and is up while the router is Active: setting one up
 * takes 0.1 ms. A Backup thus says nothing from the virtual MAC, where keepalived needs a packet filter to hold its IGMP
 * reports back, and frames to the virtual MAC are dropped. Its alias says whose it is, so that a successor can tell what a
 * dead process has left from what a living one uses.
 *
 * <p>Owned by the reactor's thread, but for what {@link Retirement} reads.
 */
final class VirtualLink implements AutoCloseable {
    private static final Pattern OWNER = Pattern.compile("tandem pid=(\\d{1,10}) router=(\\S+) .*");
    private static final int MOST_NAMES = 300;

    /** The group of all that this process makes: they can be deleted at once. */
    static final int GROUP = 0x7400_0000 | (int) (ProcessHandle.current().pid() & 0x00ff_ffff);

    private final Netlink netlink;
    private final ParentSettings settings;
    private final VirtualRouterConfig router;
    private final OwnInterface own;
    private final String parent;
    private final AddressFamily family;
    private final @Nullable String wantedName;
    private final MacAddress virtualMac;
    private final Retirement retirement;
    private @Nullable String name;
    private MacAddress mac;
    private boolean acquired;
    private volatile int index; // written by the reactor's thread, read by the retirement's
    private volatile boolean wanted; // likewise

    VirtualLink(
            Netlink netlink,
            Retirement retirement,
            ParentSettings settings,
            VirtualRouterConfig router,
            OwnInterface own,
            String parent,
            AddressFamily family) {
        this.netlink = netlink;
        this.retirement = retirement;
        this.settings = settings;
        this.router = router;
        this.own = own;
        this.parent = parent;
        this.family = family;
        this.wantedName = own.name();
        this.virtualMac =
                own.mac() == null ? MacAddress.ofVirtualRouter(family, router.vrid()) : MacAddress.parse(own.mac());
        this.mac = virtualMac;
    }

    /**
     * Makes the interface, unless it is there.
     *
     * @throws NetlinkException where the parent is missing, the name taken, or the kernel has no such interfaces
     */
    void prepare() throws NetlinkException {
        Link below = netlink.links().get(parent);
        if (name != null) {
            Optional<Link> present = netlink.links().find(name);
            if (present.isPresent()
                    && present.get().index() == index
                    && present.get().parentIndex() == below.index()) {
                return;
            }
            name = null;
            wanted = false;
        }
        make(below);
    }

    private void make(Link below) throws NetlinkException {
        for (String candidate : candidates()) {
            Optional<Link> there = netlink.links().find(candidate);
            if (there.isPresent()) {
                if (!isLeftover(there.get(), below.index(), router)) {
                    continue;
                }
                settings.inherit(parent, there.get().alias());
                netlink.links().delete(candidate);
            }
            makeAs(candidate);
            return;
        }
        throw new NetlinkException(
                "netlink: create " + (wantedName == null ? "vrrp." + router.vrid() : wantedName) + " on " + parent,
                Errno.EEXIST);
    }

    private void makeAs(String newName) throws NetlinkException {
        Links links = netlink.links();
        if (own.kind() == Kind.MACVLAN) {
            links.addMacvlan(newName, parent, Links.MacvlanMode.PRIVATE, virtualMac.bytes());
        } else {
            links.addIpvlan(newName, parent, own.ipvlanMode());
        }
        name = newName;
        if (!acquired) {
            acquired = true;
            settings.acquire(parent);
        } else {
            settings.apply(parent);
        }
        links.setAlias(
                newName,
                "tandem pid=" + ProcessHandle.current().pid() + " router=" + router.name() + " "
                        + settings.describe(parent));
        links.setGroup(newName, GROUP);
        Link made = links.get(newName);
        setManners(newName, made.index());
        index = made.index();
        mac = Placement.macOf(made);
        InetAddress source = own.source();
        if (source != null) {
            netlink.addresses().add(source, source.getAddress().length * 8, newName);
        }
    }

    /** keepalived's names: {@code vrrp.51}, {@code vrrp6.51} where that is taken, then {@code vrrp1.51} and so on. */
    private List<String> candidates() {
        if (wantedName != null) {
            return List.of(wantedName);
        }
        String prefix = own.kind() == Kind.MACVLAN ? "vrrp" : "ipvlan";
        List<String> names = new ArrayList<>();
        names.add(prefix + "." + router.vrid());
        names.add(prefix + (family == AddressFamily.INET ? "4." : "6.") + router.vrid());
        for (int i = 1; i < MOST_NAMES; i++) {
            names.add(prefix + i + "." + router.vrid());
        }
        return names;
    }

    /** Before it is up, so that it never says a word of its own making. */
    private void setManners(String newName, int newIndex) {
        InterfaceSettings of = netlink.settings();
        of.write(newIndex, InterfaceSettings.ARP_IGNORE, 1);
        of.write(newIndex, InterfaceSettings.PROMOTE_SECONDARIES, 1);
        // The way back to the LAN leads over the parent, which a strict reverse path filter does not forgive. The
        // greater of this setting and that of all interfaces counts, so that 2 (loose) overrules a 1 there.
        of.write(newIndex, InterfaceSettings.RP_FILTER, of.reversePathFilterOfAll() != 0 ? 2 : 0);
        of.generateNoAddress(newIndex);
        boolean six = router.addresses().stream().anyMatch(a -> a.address().getAddress().length == 16)
                || router.excludedAddresses().stream().anyMatch(a -> a.address().getAddress().length == 16);
        // Netlink has none of these; where /proc is locked the interface may listen to routers, and nothing worse.
        Sysctl.write(Sysctl.conf("ipv6", newName, "accept_ra"), 0);
        Sysctl.write(Sysctl.conf("ipv6", newName, "autoconf"), 0);
        Sysctl.write(Sysctl.conf("ipv6", newName, "accept_dad"), 0);
        Sysctl.write(Sysctl.conf("ipv6", newName, "router_solicitations"), 0);
        Sysctl.write(
                Sysctl.conf("ipv6", newName, "forwarding"), Sysctl.read(Sysctl.conf("ipv6", parent, "forwarding"), 0));
        Sysctl.write(Sysctl.conf("ipv6", newName, "disable_ipv6"), six ? 0 : 1);
    }

    /** Whether an interface is one that a process which is no more made for this router. */
    static boolean isLeftover(Link link, int parentIndex, VirtualRouterConfig router) {
        if (!"macvlan".equals(link.kind()) && !"ipvlan".equals(link.kind())) {
            return false;
        }
        if (link.parentIndex() != parentIndex) {
            return false;
        }
        Matcher owner = OWNER.matcher(link.alias());
        if (!owner.matches()) {
            return link.mac()
                            .equals(MacAddress.ofVirtualRouter(AddressFamily.INET, router.vrid())
                                    .toString())
                    || link.mac()
                            .equals(MacAddress.ofVirtualRouter(AddressFamily.INET6, router.vrid())
                                    .toString());
        }
        long pid = Long.parseLong(owner.group(1));
        return pid == ProcessHandle.current().pid()
                ? owner.group(2).equals(router.name())
                : ProcessHandle.of(pid).isEmpty();
    }

    /** Whether it is what {@code other} asks for. */
    boolean isLike(OwnInterface other) {
        return own.equals(other);
    }

    boolean isOn(String parentName, AddressFamily ofFamily) {
        return parent.equals(parentName) && family == ofFamily;
    }

    boolean is(Link link) {
        return name != null && link.index() == index;
    }

    /** Empty before {@link #prepare}. */
    String name() {
        return name == null ? "" : name;
    }

    String parent() {
        return parent;
    }

    int index() {
        return index;
    }

    /** What it sends from; an ipvlan has its parent's. */
    MacAddress mac() {
        return mac;
    }

    boolean isMacvlan() {
        return own.kind() == Kind.MACVLAN;
    }

    /** Whether it is to be up. */
    boolean isWanted() {
        return wanted;
    }

    /**
     * Sets it up, which makes the virtual MAC this host's. One that another process of this host has is taken from it.
     *
     * @return 0 or the errno
     */
    int assume() {
        if (wanted || name == null) {
            return 0;
        }
        wanted = true;
        int errno = netlink.links().change(index, true);
        if ((errno == Errno.EADDRINUSE || errno == Errno.EBUSY) && takeFromOthers()) {
            errno = netlink.links().change(index, true);
        }
        wanted = errno == 0;
        return errno;
    }

    /** Sets it up again, if it is wanted. */
    void assumeAgain() {
        if (wanted) {
            wanted = false;
            assume();
        }
    }

    /** Sets it down, soon. */
    void release() {
        if (wanted) {
            wanted = false;
            retirement.retire(this);
        }
    }

    private boolean takeFromOthers() {
        try {
            boolean taken = false;
            for (Link link : netlink.links().list()) {
                if (link.mac().equals(virtualMac.toString())
                        && link.index() != index
                        && "macvlan".equals(link.kind())) {
                    netlink.links().delete(link.name());
                    taken = true;
                }
            }
            return taken;
        } catch (NetlinkException e) {
            return false;
        }
    }

    @Override
    public void close() {
        if (name != null) {
            try {
                Optional<Link> present = netlink.links().find(name);
                if (present.isPresent() && present.get().index() == index) {
                    netlink.links().delete(name);
                }
            } catch (NetlinkException e) {
                // It is gone, or the next start removes it.
            }
            name = null;
            index = 0;
        }
        wanted = false;
        if (acquired) {
            acquired = false;
            settings.release(parent);
        }
    }
}

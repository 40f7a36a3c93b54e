// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualAddress.Options;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.AddressRequest;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.InterfaceSettings;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.netlink.TunDevice;
import io.tandem.vrrp.packet.MacAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where virtual addresses go.
 *
 * <p>An IPv4 address is to vanish with this process. It goes on a {@link TunDevice} alone where the kernel answers ARP for
 * it on every interface. Where it must be seen on its interface (a macvlan, a label, {@code arp_ignore}), it is put on both,
 * and the kernel's local route for the interface is taken away: the interface answers ARP for it, but the address is local
 * by the TUN device's route alone, and nobody answers any more when that is gone.
 *
 * <p>An IPv6 address is answered for by the kernel where it is on the asked interface, whatever routes say. So it goes on the
 * TUN device alone, and {@link NeighborAnswers} answers. A link-local one goes on its interface, as do those with options that
 * only mean something there, those of an ipvlan, and those on interfaces without Ethernet addresses. All addresses of
 * interfaces in a VRF go there.
 *
 * <p>Owned by the reactor's thread.
 */
final class Placement implements AutoCloseable {
    private static final String PLACEMENT = System.getProperty("tandem.addresses", "auto");
    private static final int HOST_SCOPE = 254;
    private static final int MAC_TEXT = 17;

    private final Netlink netlink;
    private final ParentSettings settings;
    private final VirtualRouterConfig config;
    private final OwnLinks own;
    private final EventLog log;
    private final Map<String, Link> links = new HashMap<>();
    private List<AddressEntry> present = List.of();
    private @Nullable TunDevice tun;
    private int tunIndex;
    private boolean saidNoTun;

    Placement(Netlink netlink, ParentSettings settings, VirtualRouterConfig config, OwnLinks own, EventLog log) {
        this.netlink = netlink;
        this.settings = settings;
        this.config = config;
        this.own = own;
        this.log = log;
    }

    /** One for another configuration, which takes the TUN device over. */
    Placement successor(VirtualRouterConfig newConfig, OwnLinks newOwn) {
        Placement successor = new Placement(netlink, settings, newConfig, newOwn, log);
        successor.tun = tun;
        successor.tunIndex = tunIndex;
        successor.saidNoTun = saidNoTun;
        tun = null;
        return successor;
    }

    /** Whether an address of that router goes on one of these interfaces. */
    static boolean isOnAny(Set<String> interfaces, VirtualRouterConfig router) {
        return all(router).anyMatch(address -> interfaces.contains(parent(router, address)));
    }

    /** Looks at the interfaces and their addresses, before the {@link #place places} are asked for. */
    void look() throws NetlinkException {
        links.clear();
        for (VirtualAddress address : (Iterable<VirtualAddress>) all()::iterator) {
            String name = parent(address);
            if (!links.containsKey(name)) {
                netlink.links().find(name).ifPresent(link -> links.put(name, link));
            }
        }
        Link base = links.get(config.interfaceName());
        // An owner's addresses may be anywhere.
        present = config.priority() == 255 || base == null
                ? netlink.addresses().list()
                : netlink.addresses().list(base.index());
    }

    /** The name of an interface that is missing for the address, or null. */
    @Nullable String missing(VirtualAddress address) {
        String name = parent(address);
        return links.containsKey(name) ? null : name;
    }

    Place place(VirtualAddress address) {
        Link link = links.get(parent(address));
        if (link == null) {
            throw new IllegalStateException("interface " + parent(address) + " was not looked up");
        }
        boolean hostsOwn = config.priority() == 255
                && present.stream()
                        .anyMatch(entry -> entry.address().equals(address.address()) && entry.tag() != Addresses.TAG);
        VirtualLink ownLink = own.of(address);
        Place.Way way = ownLink == null
                ? new Place.Way(link.name(), link.index(), macOf(link), false)
                : new Place.Way(ownLink.name(), ownLink.index(), ownLink.mac(), true);
        boolean covered = isCovered(address, link.index());
        AddressRequest request = request(address, way.index(), ownLink != null && covered);
        boolean four = isFour(address);
        if (hostsOwn
                || PLACEMENT.equals("interface")
                || isInVrf(link)
                || !four && !mayBeAnsweredHere(address, link, ownLink)
                || tunDevice() == null
                || !four && !tunSpeaksIpv6()) {
            return new Place(address, request, null, way.interfaceName(), way, null, hostsOwn);
        }
        AddressRequest onTun = request.aloneOn(tunIndex);
        String tunName = tun == null ? "" : tun.name();
        if (!four) {
            return new Place(address, null, onTun, tunName, way, covered ? null : network(address, way), false);
        }
        if (ownLink == null && mayBeOnTunAlone(address, link, covered)) {
            return new Place(address, null, onTun, tunName, way, null, false);
        }
        boolean guarded = address.scope() < HOST_SCOPE;
        return new Place(address, request, guarded ? onTun : null, way.interfaceName(), way, null, false);
    }

    /** Whether the interface belongs to a VRF: packets that come by it are looked up there, not where a TUN device's route is. */
    private boolean isInVrf(Link link) {
        if (link.masterIndex() == 0) {
            return false;
        }
        try {
            return netlink.links().list().stream()
                    .anyMatch(master -> master.index() == link.masterIndex() && "vrf".equals(master.kind()));
        } catch (NetlinkException e) {
            return true;
        }
    }

    /**
     * Whether this process can answer neighbours for the IPv6 address. The kernel accepts its packets on any interface then,
     * which it does not with a link-local one, and does not detect duplicates or make other addresses of its network.
     */
    private static boolean mayBeAnsweredHere(VirtualAddress address, Link link, @Nullable VirtualLink ownLink) {
        Options options = address.options();
        return isGlobalSix(address)
                && address.scope() == 0
                && options.peer() == null
                && (options.flags() & ~Options.NO_PREFIX_ROUTE) == 0
                && (ownLink == null || ownLink.isMacvlan())
                && link.mac().length() == MAC_TEXT;
    }

    private static boolean isGlobalSix(VirtualAddress address) {
        return !isFour(address)
                && !address.address().isLinkLocalAddress()
                && !address.address().isMulticastAddress();
    }

    private static boolean isFour(VirtualAddress address) {
        return address.address().getAddress().length == 4;
    }

    private static Place.@Nullable Network network(VirtualAddress address, Place.Way way) {
        int bits = address.prefixLength();
        if (bits == 128 || (address.options().flags() & Options.NO_PREFIX_ROUTE) != 0) {
            return null;
        }
        byte[] bytes = address.address().getAddress();
        for (int bit = bits; bit < 128; bit++) {
            bytes[bit >>> 3] &= (byte) ~(0x80 >>> (bit & 7));
        }
        try {
            return new Place.Network(InetAddress.getByAddress(bytes), bits, way.index());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + bytes.length + " bytes", e);
        }
    }

    /** @param quiet whether the address makes no route to its network, which another interface leads to */
    private static AddressRequest request(VirtualAddress address, int index, boolean quiet) {
        Options options = address.options();
        boolean six = !isFour(address);
        int flags = options.flags() & 0xffff & ~(six ? 0 : Options.HOME | Options.MANAGE_TEMPORARY);
        if (six && (options.flags() & Options.DETECT_DUPLICATES) == 0) {
            flags |= AddressRequest.NODAD;
        }
        if (quiet) {
            flags |= AddressRequest.NOPREFIXROUTE;
        }
        return new AddressRequest(
                address.address(),
                address.prefixLength(),
                index,
                address.label(),
                address.scope(),
                flags,
                options.preferredSeconds() == 0 ? 0 : AddressKeeper.LIFETIME_SECONDS,
                AddressKeeper.LIFETIME_SECONDS,
                Addresses.TAG,
                options.peer(),
                options.broadcast());
    }

    private boolean mayBeOnTunAlone(VirtualAddress address, Link link, boolean covered) {
        return config.family() == AddressFamily.INET
                && address.label() == null
                && address.scope() == 0
                && address.options().equals(Options.NONE)
                && (address.prefixLength() == 32 || covered)
                && answersArpForOtherInterfaces(link);
    }

    /** Whether the interface has an address of its own in the same network, so that the route there does not hang on ours. */
    private boolean isCovered(VirtualAddress address, int index) {
        return present.stream()
                .anyMatch(entry -> entry.interfaceIndex() == index
                        && entry.prefixLength() <= address.prefixLength()
                        && all().noneMatch(virtual -> virtual.address().equals(entry.address()))
                        && sameNetwork(entry.address(), address.address(), entry.prefixLength()));
    }

    private static boolean sameNetwork(InetAddress a, InetAddress b, int prefixLength) {
        byte[] left = a.getAddress();
        byte[] right = b.getAddress();
        if (left.length != right.length) {
            return false;
        }
        for (int bit = 0; bit < prefixLength; bit++) {
            int mask = 0x80 >>> (bit & 7);
            if (((left[bit >>> 3] ^ right[bit >>> 3]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean answersArpForOtherInterfaces(Link link) {
        return !settings.isPlanned(link.name())
                // Netlink does not tell this one: a process that may not see it takes the way that works with either.
                && Sysctl.read(Sysctl.conf("ipv4", "all", "arp_ignore"), 1) == 0
                && netlink.settings().read(link.index(), InterfaceSettings.ARP_IGNORE, 0) == 0;
    }

    private String parent(VirtualAddress address) {
        return parent(config, address);
    }

    private static String parent(VirtualRouterConfig router, VirtualAddress address) {
        String name = address.interfaceName();
        return name == null ? router.interfaceName() : name;
    }

    private Stream<VirtualAddress> all() {
        return all(config);
    }

    private static Stream<VirtualAddress> all(VirtualRouterConfig router) {
        return Stream.concat(router.addresses().stream(), router.excludedAddresses().stream());
    }

    static MacAddress macOf(Link link) {
        return link.mac().length() == MAC_TEXT ? MacAddress.of(link.macBytes(), 0) : MacAddress.ZERO;
    }

    private @Nullable TunDevice tunDevice() {
        if (tun == null && !saidNoTun) {
            try {
                // A macvlan has the usual name.
                String prefix = own.all().isEmpty() ? "vrrp." : "tandem.";
                TunDevice opened = TunDevice.open(prefix + config.vrid());
                tun = opened;
                tunIndex = netlink.links().get(opened.name()).index();
                netlink.settings().generateNoAddress(tunIndex);
                netlink.links().up(opened.name());
            } catch (NetlinkException e) {
                saidNoTun = true;
                close();
                log.warning("vrrp addresses vrid=" + config.vrid() + " placement=interface: " + e.getMessage()
                        + "; if the guardian dies, an address may outlive it by up to "
                        + AddressKeeper.LIFETIME_SECONDS + " s");
            }
        }
        return tun;
    }

    /** It comes without IPv6, and has it from the first address on. */
    private boolean tunSpeaksIpv6() {
        if (tun == null) {
            return false;
        }
        if (!netlink.settings().speaksIpv6(tunIndex)) {
            tun.allowIpv6();
        }
        return netlink.settings().speaksIpv6(tunIndex);
    }

    /** The addresses on the device are gone with it. */
    @Override
    public void close() {
        if (tun != null) {
            tun.close();
            tun = null;
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.netlink.TunDevice;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The virtual addresses of one router on this host, and its {@linkplain RouteKeeper routes}: puts them on, renews them,
 * takes them off.
 *
 * <p>Two guards keep a dead guardian from leaving an address behind. An IPv4 address goes, where it can, on a {@link
 * TunDevice} that vanishes with the process; the kernel answers ARP for it on every interface. And every address has a
 * lifetime of {@value #LIFETIME_SECONDS} s, renewed three times a second, so that a stopped process loses it too.
 *
 * <p>Owned by the reactor's thread.
 */
final class AddressKeeper implements AutoCloseable {
    /** Whole seconds are what the kernel knows; one would expire under a renewal that is late by a moment. */
    static final int LIFETIME_SECONDS = 2;

    private static final long RENEW_NS = 300_000_000L;
    private static final String PLACEMENT = System.getProperty("tandem.addresses", "auto");

    /**
     * An address and where it goes.
     *
     * @param hostsOwn priority 255, and the host has the address anyway: not ours to touch
     */
    private record Place(
            VirtualAddress address,
            int prefixLength,
            int interfaceIndex,
            String interfaceName,
            boolean tun,
            boolean hostsOwn) {
        InetAddress inet() {
            return address.address();
        }
    }

    private final Netlink netlink;
    private final VirtualRouterConfig config;
    private final EventLog log;
    private final List<Place> places = new ArrayList<>();
    private final RouteKeeper routes;
    private @Nullable TunDevice tun;
    private boolean installed;
    private long renewAtNs = Reactor.NEVER;

    AddressKeeper(Netlink netlink, VirtualRouterConfig config, EventLog log) {
        this.netlink = netlink;
        this.config = config;
        this.log = log;
        this.routes = new RouteKeeper(netlink, config.routes(), log, config.vrid());
    }

    /**
     * Decides where each address goes; again whenever an interface appears.
     *
     * @return what stands in the way, or null
     */
    @Nullable String prepare() {
        places.clear();
        try {
            routes.prepare();
            List<AddressEntry> present = netlink.addresses().list();
            for (VirtualAddress address : all()) {
                String name = address.interfaceName() == null ? config.interfaceName() : address.interfaceName();
                var link = netlink.links().find(name);
                if (link.isEmpty()) {
                    return "interface " + name + " does not exist";
                }
                places.add(place(address, name, link.get().index(), present));
            }
            return null;
        } catch (NetlinkException e) {
            return e.getMessage();
        }
    }

    /** Removes what an earlier process left behind; an owner's addresses are the host's own and stay. */
    void reconcile() {
        try {
            routes.prepare();
            routes.remove();
            for (AddressEntry entry : netlink.addresses().list()) {
                boolean ours =
                        all().stream().anyMatch(address -> address.address().equals(entry.address()));
                if (ours && (entry.tag() == Addresses.TAG || config.priority() != 255)) {
                    netlink.addresses().remove(entry.address(), entry.prefixLength(), entry.interfaceIndex());
                    log.info("vrrp leftover-removed vrid=" + config.vrid() + " address="
                            + entry.address().getHostAddress());
                }
            }
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
    }

    /**
     * Puts all addresses on.
     *
     * @return what was refused, or null
     */
    @Nullable String install(long nowNs) {
        installed = true;
        renewAtNs = nowNs + RENEW_NS;
        String refused = addAll();
        routes.install();
        return refused;
    }

    void remove() {
        installed = false;
        renewAtNs = Reactor.NEVER;
        routes.remove();
        for (Place place : places) {
            if (!place.hostsOwn()) {
                int errno = netlink.addresses().remove(place.inet(), place.prefixLength(), place.interfaceIndex());
                if (errno != 0) {
                    log.warning(Addresses.refusal(
                                    "remove",
                                    place.inet(),
                                    place.prefixLength(),
                                    "from " + place.interfaceName(),
                                    errno)
                            .getMessage());
                }
            }
        }
    }

    boolean isInstalled() {
        return installed;
    }

    /** Whether this router put the entry on: its loss is somebody else's doing. */
    boolean placed(AddressEntry entry) {
        for (Place place : places) {
            if (place.inet().equals(entry.address()) && place.interfaceIndex() == entry.interfaceIndex()) {
                return true;
            }
        }
        return false;
    }

    long nextWakeNs() {
        return renewAtNs;
    }

    void onTime(long nowNs) {
        if (installed && nowNs - renewAtNs >= 0) {
            renewAtNs = nowNs + RENEW_NS;
            addAll();
            routes.install();
        }
    }

    /** {@code tun vrrp.51} or {@code eth0}, for the status. */
    String description() {
        return places.isEmpty() ? config.interfaceName() : places.get(0).interfaceName();
    }

    /** Adds and takes away an address nobody uses, so that the first takeover finds everything loaded and compiled. */
    void warmUp(InetAddress scratch) {
        for (int i = 0; i < 200 && !places.isEmpty(); i++) {
            int index = places.get(0).interfaceIndex();
            netlink.addresses().add(scratch, 32, index, null, 254, LIFETIME_SECONDS, Addresses.TAG);
            netlink.addresses().remove(scratch, 32, index);
        }
    }

    private Stream<VirtualAddress> stream() {
        return Stream.concat(config.addresses().stream(), config.excludedAddresses().stream());
    }

    private List<VirtualAddress> all() {
        return stream().toList();
    }

    private @Nullable String addAll() {
        String refused = null;
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            if (place.hostsOwn()) {
                continue;
            }
            VirtualAddress address = place.address();
            int errno = netlink.addresses()
                    .add(
                            place.inet(),
                            place.prefixLength(),
                            place.interfaceIndex(),
                            place.tun() ? null : address.label(),
                            address.scope(),
                            LIFETIME_SECONDS,
                            Addresses.TAG);
            if (errno != 0) {
                refused = Addresses.refusal(
                                "add", place.inet(), place.prefixLength(), "to " + place.interfaceName(), errno)
                        .getMessage();
            }
        }
        return refused;
    }

    private Place place(VirtualAddress address, String name, int index, List<AddressEntry> present) {
        boolean hostsOwn = config.priority() == 255
                && present.stream()
                        .anyMatch(entry -> entry.address().equals(address.address()) && entry.tag() != Addresses.TAG);
        if (!hostsOwn && mayUseTun(address, name, index, present)) {
            TunDevice device = tunDevice();
            if (device != null) {
                try {
                    int tunIndex = netlink.links().get(device.name()).index();
                    return new Place(address, 32, tunIndex, device.name(), true, false);
                } catch (NetlinkException e) {
                    log.warning(e.getMessage());
                }
            }
        }
        return new Place(address, address.prefixLength(), index, name, false, hostsOwn);
    }

    private boolean mayUseTun(VirtualAddress address, String name, int index, List<AddressEntry> present) {
        return !PLACEMENT.equals("interface")
                && config.family() == AddressFamily.INET
                && address.address().getAddress().length == 4
                && address.label() == null
                && address.scope() == 0
                && (address.prefixLength() == 32 || isCovered(address, index, present))
                && answersArpForOtherInterfaces(name);
    }

    /** Whether the interface has an address of its own in the same network, so that the route there does not hang on ours. */
    private boolean isCovered(VirtualAddress address, int index, List<AddressEntry> present) {
        return present.stream()
                .anyMatch(entry -> entry.interfaceIndex() == index
                        && entry.prefixLength() <= address.prefixLength()
                        && all().stream().noneMatch(own -> own.address().equals(entry.address()))
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

    private static boolean answersArpForOtherInterfaces(String name) {
        return setting("all") == 0 && setting(name) == 0;
    }

    private static int setting(String name) {
        try {
            return Integer.parseInt(Files.readString(Path.of("/proc/sys/net/ipv4/conf/" + name + "/arp_ignore"))
                    .trim());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    private @Nullable TunDevice tunDevice() {
        if (tun == null) {
            try {
                tun = TunDevice.open("vrrp." + config.vrid());
                netlink.links().up(tun.name());
            } catch (NetlinkException e) {
                log.warning("vrrp addresses vrid=" + config.vrid() + " placement=interface: " + e.getMessage()
                        + "; if the guardian dies, an address may outlive it by up to " + LIFETIME_SECONDS + " s");
            }
        }
        return tun;
    }

    /** Takes the addresses off first, where they are on. */
    @Override
    public void close() {
        if (installed) {
            remove();
        }
        if (tun != null) {
            tun.close();
            tun = null;
        }
    }
}

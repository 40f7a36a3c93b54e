// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.AdvertisementEncoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import io.tandem.vrrp.packet.ArpPacket;
import io.tandem.vrrp.packet.HmacSequence;
import io.tandem.vrrp.packet.MacAddress;
import io.tandem.vrrp.packet.NeighborSolicitation;
import io.tandem.vrrp.socket.AdvertSocket;
import io.tandem.vrrp.socket.ArpSocket;
import io.tandem.vrrp.socket.NeighborSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where one virtual router meets its LAN: the interface, the address that its advertisements come from, and the sockets
 * that are open there. Owned by the reactor's thread.
 */
final class RouterPort {
    private static final String GROUP_IPV4 = "224.0.0.18";
    private static final String GROUP_IPV6 = "ff02::12";
    private static final int MOST_DRAINED = 256;

    /** Who reads the sockets when there is something to read. */
    interface Reader {
        void onAdverts(AdvertSocket socket, long nowNs);

        void onArps(ArpSocket socket, long nowNs);

        void onNeighbors(NeighborSocket socket, long nowNs);
    }

    private final Reactor reactor;
    private final Netlink netlink;
    private final EventLog log;
    private final RouterCounters counters;
    private final Reader reader;
    private final Pacer.All pacers;
    private final List<ArpSocket> others = new ArrayList<>();
    private VirtualRouterConfig config;
    private final List<NeighborAnswers> answers = new ArrayList<>();
    private List<Outlet> outlets = List.of();
    private int interfaceIndex;
    private String advertName = "";
    private int advertIndex;
    private MacAddress mac = MacAddress.ZERO;
    private @Nullable InetAddress source;
    private List<Destination> destinations = List.of();
    private final HmacSequence signed = new HmacSequence();
    private @Nullable AdvertSocket adverts;
    /** On the router's own interface, where advertisements leave by that. */
    private @Nullable AdvertSocket ownAdverts;

    private @Nullable ArpSocket arps;
    private @Nullable NeighborSocket neighbors;

    private record Destination(InetAddress address, AdvertisementEncoder encoder) {}

    RouterPort(
            Reactor reactor,
            Netlink netlink,
            VirtualRouterConfig config,
            EventLog log,
            RouterCounters counters,
            Pacer.All pacers,
            Reader reader) {
        this.reactor = reactor;
        this.netlink = netlink;
        this.config = config;
        this.log = log;
        this.counters = counters;
        this.pacers = pacers;
        this.reader = reader;
    }

    /** From the next {@link #find} and {@link #open} on. */
    void use(VirtualRouterConfig newConfig) {
        config = newConfig;
    }

    /** The address its advertisements come from; null while the interface has none. */
    @Nullable InetAddress source() {
        return source;
    }

    /** Of the interface; 0 while there is none. */
    int interfaceIndex() {
        return interfaceIndex;
    }

    MacAddress mac() {
        return mac;
    }

    /** Whether a MAC is one that this router speaks with: its interface's, or a virtual one. */
    boolean isOwn(MacAddress other, AddressKeeper keeper) {
        if (other.equals(mac)) {
            return true;
        }
        List<VirtualLink> links = keeper.own().all();
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).mac().equals(other)) {
                return true;
            }
        }
        return false;
    }

    /** Where to announce addresses; none while the sockets are closed. */
    List<Outlet> outlets() {
        return outlets;
    }

    /** Whether this host forwards IPv6 between its interfaces, as its neighbour advertisements have to say. */
    private boolean isIpv6Router() {
        return netlink.settings().forwardsIpv6(interfaceIndex);
    }

    /** Hands the sockets that hear advertisements to the action; none while they are closed. */
    void forEachAdvertSocket(Consumer<AdvertSocket> action) {
        if (adverts != null) {
            action.accept(adverts);
        }
        if (ownAdverts != null) {
            action.accept(ownAdverts);
        }
    }

    boolean isOpen(AdvertSocket socket) {
        return adverts == socket || ownAdverts == socket;
    }

    /**
     * Whether what the socket hears comes by another too. While a macvlan is up it hears all that its parent does, and
     * alone what comes from its own MAC, which is what other routers of this VRID send from.
     */
    boolean isHeardTwice(AdvertSocket socket, AddressKeeper keeper) {
        VirtualLink own = keeper.own().advertising();
        return ownAdverts != null && socket == adverts && own != null && own.isWanted();
    }

    /** Throws away what a socket has received. */
    void drain(AdvertSocket socket) {
        for (int i = 0; i < MOST_DRAINED && socket.skip(); i++) {
            // the next one
        }
    }

    /** Whether the sockets are open on this link as it is now. */
    boolean isOpenOn(Link link) {
        return adverts != null && link.index() == interfaceIndex && link.mac().equals(mac.toString());
    }

    /** Whether the router's interface is this one, whatever its name is now. */
    boolean isInterface(Link link) {
        return link.index() == interfaceIndex;
    }

    boolean isSource(AddressEntry entry) {
        return entry.address().equals(source) && entry.interfaceIndex() == interfaceIndex;
    }

    /** Whether an address has come that may be the source that is missing. */
    boolean lacks(AddressEntry entry) {
        return source == null && mayBeSource(entry);
    }

    boolean isVirtual(InetAddress address) {
        return config.addresses().stream().anyMatch(own -> own.address().equals(address))
                || config.excludedAddresses().stream()
                        .anyMatch(own -> own.address().equals(address));
    }

    /** Looks up the interface and the source address; answers the causes of faults for what is missing, and says them. */
    List<String> find(AddressKeeper keeper) {
        try {
            Optional<Link> link = netlink.links().find(config.interfaceName());
            if (link.isEmpty()) {
                log.warning("vrrp interface vrid=" + config.vrid() + ": interface " + config.interfaceName()
                        + " does not exist; waiting for it");
                return List.of("interface-missing");
            }
            interfaceIndex = link.get().index();
            mac = Placement.macOf(link.get());
            String refused = keeper.prepare();
            if (refused != null) {
                log.warning("vrrp interface vrid=" + config.vrid() + ": " + refused);
                return List.of("interface-missing");
            }
            VirtualLink own = keeper.own().advertising();
            advertName = own == null ? config.interfaceName() : own.name();
            advertIndex = own == null ? interfaceIndex : own.index();
            source = findSource();
            List<String> missing = new ArrayList<>();
            if (source == null) {
                log.warning("vrrp interface vrid=" + config.vrid() + ": " + config.interfaceName()
                        + " has no address to advertise from; waiting for one");
                missing.add("source-address-missing");
            }
            if (!link.get().isUsable() && config.tuning().manners().minding()) {
                missing.add("link-down");
            }
            return missing;
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
            return List.of("interface-missing");
        }
    }

    private @Nullable InetAddress findSource() throws NetlinkException {
        OwnInterface own = config.ownInterface();
        if (own != null && own.source() != null) {
            return own.source();
        }
        for (AddressEntry entry : netlink.addresses().list(interfaceIndex)) {
            if (mayBeSource(entry)) {
                return entry.address();
            }
        }
        return null;
    }

    private boolean mayBeSource(AddressEntry entry) {
        InetAddress address = entry.address();
        boolean six = address instanceof Inet6Address;
        if (entry.interfaceIndex() != interfaceIndex
                || entry.tag() == Addresses.TAG
                || entry.tentative()
                || six != (config.family() == AddressFamily.INET6)) {
            return false;
        }
        InetAddress wanted = config.unicastSource();
        return wanted != null
                ? address.equals(wanted)
                : !isVirtual(address) && (!six || address.isLinkLocalAddress() == peersAreOnLink());
    }

    /** IPv6 advertises from a link-local address (RFC 9568 5.1.2.1), unless a peer is addressed otherwise. */
    private boolean peersAreOnLink() {
        return config.unicastPeers().stream().allMatch(InetAddress::isLinkLocalAddress);
    }

    /** The interface is gone; to be called once the sockets are closed. */
    void forgetInterface() {
        interfaceIndex = 0;
        source = null;
    }

    /** The source address is gone; to be called once the sockets are closed. */
    void forgetSource() {
        source = null;
    }

    /**
     * Opens the sockets, if there is a source address.
     *
     * @return what was refused, or null
     */
    @Nullable String open(AddressKeeper keeper) {
        InetAddress from = source;
        if (from == null) {
            return null;
        }
        try {
            boolean unicast = !config.unicastPeers().isEmpty();
            InetAddress group = config.multicastGroup() == null
                    ? InetAddress.getByName(config.family() == AddressFamily.INET ? GROUP_IPV4 : GROUP_IPV6)
                    : config.multicastGroup();
            AdvertSocket advertSocket = AdvertSocket.open(
                    config.interfaceName(), interfaceIndex, config.vrid(), from, unicast ? null : group);
            adverts = advertSocket;
            advertSocket.limitHops(config.tuning().manners().unicastTtl());
            if (advertIndex != interfaceIndex) {
                AdvertSocket ownSocket =
                        AdvertSocket.open(advertName, advertIndex, config.vrid(), from, unicast ? null : group);
                ownAdverts = ownSocket;
                ownSocket.limitHops(config.tuning().manners().unicastTtl());
                reactor.register(ownSocket.fd(), Reactor.READABLE, (events, now) -> reader.onAdverts(ownSocket, now));
            }
            AdvertisementFormat format = AdvertisementFormat.of(config);
            destinations = (unicast ? config.unicastPeers() : List.of(group))
                    .stream()
                            .map(to -> new Destination(to, new AdvertisementEncoder(format, from, to)))
                            .toList();
            ArpSocket arpSocket = new ArpSocket(config.interfaceName(), interfaceIndex, virtualAddresses(4));
            arps = arpSocket;
            outlets = openOutlets(keeper, arpSocket);
            reactor.register(advertSocket.fd(), Reactor.READABLE, (events, now) -> reader.onAdverts(advertSocket, now));
            reactor.register(arpSocket.fd(), Reactor.READABLE, (events, now) -> reader.onArps(arpSocket, now));
            List<InetAddress> six = virtualAddresses(16);
            if (!six.isEmpty()) {
                NeighborSocket neighborSocket = new NeighborSocket(config.interfaceName(), six);
                neighbors = neighborSocket;
                reactor.register(
                        neighborSocket.fd(),
                        Reactor.READABLE,
                        (events, now) -> reader.onNeighbors(neighborSocket, now));
            }
            return null;
        } catch (IOException e) {
            close();
            return e.getMessage();
        }
    }

    private List<Outlet> openOutlets(AddressKeeper keeper, ArpSocket arpSocket) throws IOException {
        Map<Place.Way, List<InetAddress>> ways = new LinkedHashMap<>();
        for (Place place : keeper.places()) {
            ways.computeIfAbsent(place.announced(), way -> new ArrayList<>()).add(place.inet());
        }
        boolean isRouter = isIpv6Router();
        Pace pace = config.announce().pace();
        List<Outlet> opened = new ArrayList<>();
        for (Map.Entry<Place.Way, List<InetAddress>> entry : ways.entrySet()) {
            Place.Way way = entry.getKey();
            ArpSocket socket = arpSocket;
            if (way.index() != interfaceIndex) {
                socket = new ArpSocket(way.interfaceName(), way.index(), List.of());
                others.add(socket);
            }
            String group = pace.group();
            Pacer pacer = pacers.of(group == null ? way.interfaceName() : "group " + group);
            opened.add(new Outlet(
                    socket,
                    way.mac(),
                    entry.getValue(),
                    isRouter,
                    pace,
                    pacer,
                    way.index() != advertIndex,
                    way.ownInterface()));
            answer(way, socket, isRouter, keeper);
        }
        return opened;
    }

    private void answer(Place.Way way, ArpSocket out, boolean isRouter, AddressKeeper keeper) throws NetlinkException {
        List<InetAddress> answered = keeper.places().stream()
                .filter(place -> place.isAnsweredHere() && place.announced().equals(way))
                .map(Place::inet)
                .toList();
        if (!answered.isEmpty()) {
            NeighborAnswers opened = new NeighborAnswers(reactor, netlink, way, out, isRouter, keeper::answersFor);
            answers.add(opened);
            opened.open(answered);
        }
    }

    /** When {@link #onTime} is to be called. */
    long nextWakeNs() {
        long next = Reactor.NEVER;
        for (int i = 0; i < answers.size(); i++) {
            next = Reactor.earlier(next, answers.get(i).nextWakeNs());
        }
        return next;
    }

    void onTime(long nowNs) {
        for (int i = 0; i < answers.size(); i++) {
            answers.get(i).onTime(nowNs);
        }
    }

    /** Those of so many bytes. */
    private List<InetAddress> virtualAddresses(int bytes) {
        List<InetAddress> virtual = new ArrayList<>();
        config.addresses().forEach(address -> virtual.add(address.address()));
        config.excludedAddresses().forEach(address -> virtual.add(address.address()));
        virtual.removeIf(address -> address.getAddress().length != bytes);
        return virtual;
    }

    void close() {
        outlets = List.of();
        answers.forEach(NeighborAnswers::close);
        answers.clear();
        others.forEach(ArpSocket::close);
        others.clear();
        if (adverts != null) {
            reactor.unregister(adverts.fd());
            adverts.close();
            adverts = null;
        }
        if (ownAdverts != null) {
            reactor.unregister(ownAdverts.fd());
            ownAdverts.close();
            ownAdverts = null;
        }
        if (arps != null) {
            reactor.unregister(arps.fd());
            arps.close();
            arps = null;
        }
        if (neighbors != null) {
            reactor.unregister(neighbors.fd());
            neighbors.close();
            neighbors = null;
        }
    }

    /** Advertises a priority to the group or the peers; nothing while the sockets are closed. */
    void advertise(int priority) {
        AdvertSocket out = ownAdverts == null ? adverts : ownAdverts;
        if (out == null) {
            return;
        }
        long sequence = signed.next(System.currentTimeMillis());
        for (int i = 0; i < destinations.size(); i++) {
            Destination destination = destinations.get(i);
            if (out.send(destination.encoder().encode(priority, sequence), destination.address()) == 0) {
                counters.advertsSent.incrementAndGet();
            } else {
                counters.sendErrors.incrementAndGet();
            }
        }
    }

    /**
     * Asks the LAN who holds the virtual addresses. Not where they have a virtual MAC: whoever answers has the same, and
     * the answer would teach the switch the wrong port.
     */
    void probe() {
        InetAddress from = source;
        if (arps != null && from != null && config.ownInterface() == null) {
            for (var address : config.addresses()) {
                arps.send(
                        address.address() instanceof Inet6Address
                                ? NeighborSolicitation.encode(mac, from, address.address())
                                : ArpPacket.probe(mac, address.address()));
            }
        }
    }

    /** Passes the whole output path once, and reaches nobody. */
    void warmUp() {
        if (adverts != null && source != null) {
            // To ourselves and of a foreign type.
            adverts.send(new byte[AdvertisementFormat.of(config).lengthBytes()], source);
        }
        if (arps != null) {
            arps.send(ArpPacket.probe(mac, Scratch.ADDRESS));
        }
        for (NeighborAnswers each : answers) {
            each.warmUp(Scratch.SIX);
        }
    }
}

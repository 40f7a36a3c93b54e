// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.election.Action;
import io.tandem.vrrp.election.Election;
import io.tandem.vrrp.election.ElectionConfig;
import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.election.Lan;
import io.tandem.vrrp.election.Reason;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.election.Warning;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.AdvertisementDecoder;
import io.tandem.vrrp.packet.AdvertisementEncoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import io.tandem.vrrp.packet.ArpPacket;
import io.tandem.vrrp.packet.Decoded;
import io.tandem.vrrp.packet.MacAddress;
import io.tandem.vrrp.packet.Remark;
import io.tandem.vrrp.socket.AdvertSocket;
import io.tandem.vrrp.socket.ArpSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One virtual router at work: turns packets, link events and deadlines into its election's events, and performs what the
 * election answers.
 *
 * <p>Owned by the reactor's thread, but for the few fields that say so. Longer than most: it is the one place where the
 * election meets sockets, addresses and announcements, and each method is a single translation.
 */
public final class VirtualRouter implements Lan, Reactor.Timed {
    private static final int MAX_PACKETS_A_WAKE = 32;
    private static final long CONFLICT_LOG_NS = 1_000_000_000L;
    private static final long CONFLICT_GRACE_NS = 100_000_000L;
    private static final long RETRY_NS = 5_000_000_000L;
    private static final String GROUP = "224.0.0.18";

    private final Reactor reactor;
    private final Netlink netlink;
    private final EventLog log;
    private final StateListener listener;
    private final RouterCounters counters = new RouterCounters();
    private final byte[] packet = new byte[2048];
    private final byte[] frame = new byte[128];
    private final Set<String> remarked = new HashSet<>();
    private VirtualRouterConfig config;
    private Election election;
    private AddressKeeper keeper;
    private Announcer announcer;
    private AdvertisementDecoder decoder;
    private PeerLinks links = PeerLinks.NONE;

    private List<Destination> destinations = List.of();
    private @Nullable AdvertSocket adverts;
    private @Nullable ArpSocket arps;
    private @Nullable InetAddress source;
    private MacAddress mac = MacAddress.ZERO;
    private int interfaceIndex;
    private boolean started;
    private long electionWakeNs = Reactor.NEVER;
    private long retryAtNs = Reactor.NEVER;
    private long nowNs;
    private long activeSinceNs;
    private long conflictLoggedAtNs;
    private @Nullable String refusedInstall;
    private @Nullable MacAddress claimedBy;
    private @Nullable InetAddress claimed;

    private volatile State shownState = State.INITIALIZE; // written by the reactor's thread, read by any
    private volatile String shownReason = "not started"; // likewise
    private volatile long shownSinceNs = System.nanoTime(); // likewise
    private volatile int shownPriority; // likewise

    private record Destination(InetAddress address, AdvertisementEncoder encoder) {}

    /** Told of every transition, on the reactor's thread: must not block. */
    public interface StateListener {
        void onState(VirtualRouter router, StateChange change);

        /** A fault or its end, once the router has taken note of it. */
        default void onFault(VirtualRouter router, Event event) {}
    }

    VirtualRouter(Reactor reactor, Netlink netlink, VirtualRouterConfig config, EventLog log, StateListener listener) {
        this.reactor = reactor;
        this.netlink = netlink;
        this.config = config;
        this.log = log;
        this.listener = listener;
        this.election = new Election(ElectionConfig.of(config));
        this.keeper = new AddressKeeper(netlink, config, log);
        this.announcer = new Announcer(config);
        this.decoder = new AdvertisementDecoder(AdvertisementFormat.of(config));
        this.shownPriority = config.priority();
    }

    void use(PeerLinks peerLinks) {
        links = peerLinks;
    }

    public VirtualRouterConfig config() {
        return config;
    }

    public State state() {
        return shownState;
    }

    /** The priority it advertises now. */
    public int priority() {
        return shownPriority;
    }

    public RouterCounters counters() {
        return counters;
    }

    /** The address its advertisements come from; null while the interface has none. Reactor's thread only. */
    public @Nullable InetAddress source() {
        return source;
    }

    RouterStatus status() {
        return new RouterStatus(
                config.name(),
                config.vrid(),
                config.interfaceName(),
                shownState,
                shownReason,
                (System.nanoTime() - shownSinceNs) / 1_000_000L,
                shownPriority,
                config.addresses().stream()
                        .map(address -> address.address().getHostAddress())
                        .toList(),
                keeper.description(),
                counters.all());
    }

    /** Looks the interface up, opens the sockets and begins; what is missing becomes a fault that clears by itself. */
    void start(long now) {
        nowNs = now;
        started = true;
        keeper.reconcile();
        List<String> missing = findInterface();
        if (missing.isEmpty()) {
            String refused = openSockets();
            if (refused != null) {
                log.warning(refused);
                missing = List.of("sockets");
            }
        }
        for (String cause : missing) {
            deliver(new Event.Fault(cause, false), now);
        }
        InetAddress from = source == null ? config.addresses().get(0).address() : source;
        deliver(new Event.Startup(from), now);
        probe();
    }

    /** Runs every path of a takeover once without harm: cold code would cost the first one tens of milliseconds. */
    void warmUp() {
        keeper.warmUp(Scratch.ADDRESS);
        if (source != null) {
            byte[] junk = new byte[AdvertisementFormat.of(config).lengthBytes()];
            AdvertisementEncoder encoder = new AdvertisementEncoder(AdvertisementFormat.of(config), source, source);
            for (int i = 0; i < 300; i++) {
                decoder.decodeIpv4(packet, packet.length);
                encoder.encode(i & 0x7f);
                ArpPacket.decode(frame, 42);
            }
            if (adverts != null) {
                // To ourselves and of a foreign type: passes the whole output path, reaches nobody.
                adverts.send(junk, source);
            }
            if (arps != null) {
                arps.send(ArpPacket.probe(mac, Scratch.ADDRESS));
            }
        }
    }

    /** Delivers an event from outside (faults, trackers, peers, commands). */
    public void deliver(Event event, long now) {
        nowNs = now;
        perform(election.on(event, now));
        if (event instanceof Event.Fault || event instanceof Event.Cleared) {
            listener.onFault(this, event);
        }
    }

    /** This process slept and a peer noticed. */
    void onLate(long lateNs, long now) {
        if (election.state() == State.ACTIVE) {
            counters.late.incrementAndGet();
            log.warning("vrrp late vrid=" + config.vrid() + " by_ms=" + lateNs / 1_000_000L
                    + " action=give-way: the process was stopped or starved, and a peer has given it up");
            deliver(new Event.Late(), now);
        }
    }

    void linkChanged(Link link, long now) {
        if (!link.name().equals(config.interfaceName()) || !started) {
            return;
        }
        if (!link.isUsable()) {
            deliver(new Event.Fault("link-down", false), now);
            return;
        }
        if (link.index() != interfaceIndex || adverts == null || !link.mac().equals(mac.toString())) {
            reopen(now);
        }
        deliver(new Event.Cleared("link-down"), now);
    }

    void linkRemoved(Link link, long now) {
        if (link.name().equals(config.interfaceName()) && started) {
            closeSockets();
            deliver(new Event.Fault("interface-missing", false), now);
        }
    }

    void addressAdded(AddressEntry entry, long now) {
        if (started && source == null && entry.interfaceIndex() == interfaceIndex && !isVirtual(entry.address())) {
            reopen(now);
        }
    }

    void addressRemoved(AddressEntry entry, long now) {
        if (!started) {
            return;
        }
        if (entry.address().equals(source) && entry.interfaceIndex() == interfaceIndex) {
            closeSockets();
            source = null;
            deliver(new Event.Fault("source-address-missing", false), now);
        } else if (keeper.isInstalled() && keeper.placed(entry)) {
            // Time first: if it expired because this process slept, the election gives way instead.
            deliver(new Event.TimerExpired(), now);
            if (keeper.isInstalled()) {
                counters.restored.incrementAndGet();
                log.warning("vrrp address-removed vrid=" + config.vrid() + " address="
                        + entry.address().getHostAddress() + " by=another-process action=restored");
                keeper.install(now);
                announcer.announce(now);
            }
        }
    }

    /** Events were lost: compare what should be with what is. */
    void resync(long now) {
        if (started && keeper.isInstalled()) {
            deliver(new Event.TimerExpired(), now);
            if (keeper.isInstalled()) {
                keeper.install(now);
            }
        }
    }

    /** Takes a new configuration of the same interface, VRID and family. */
    void reconfigure(VirtualRouterConfig newConfig, long now) {
        boolean sameAddresses = newConfig.addresses().equals(config.addresses())
                && newConfig.excludedAddresses().equals(config.excludedAddresses());
        boolean active = keeper.isInstalled();
        config = newConfig;
        decoder = new AdvertisementDecoder(AdvertisementFormat.of(newConfig));
        if (!sameAddresses) {
            AddressKeeper old = keeper;
            keeper = new AddressKeeper(netlink, newConfig, log);
            // The old one first: both may want the same TUN name, and addresses that stay are back within microseconds.
            old.close();
        }
        announcer = new Announcer(newConfig);
        reopen(now);
        if (!sameAddresses && active) {
            keeper.install(now);
            announcer.announce(now);
        }
        deliver(new Event.Reconfigured(ElectionConfig.of(newConfig)), now);
    }

    @Override
    public long nextWakeNs() {
        long next = electionWakeNs;
        next = earlier(next, announcer.nextWakeNs());
        next = earlier(next, keeper.nextWakeNs());
        return earlier(next, retryAtNs);
    }

    @Override
    public void onTime(long now) {
        if (electionWakeNs != Reactor.NEVER && now - electionWakeNs >= 0) {
            deliver(TIMER, now);
        }
        announcer.onTime(now);
        keeper.onTime(now);
        if (retryAtNs != Reactor.NEVER && now - retryAtNs >= 0) {
            retryAtNs = Reactor.NEVER;
            refusedInstall = null;
            deliver(new Event.Cleared("address-refused"), now);
        }
    }

    private static final Event.TimerExpired TIMER = new Event.TimerExpired();

    // ---- Lan

    @Override
    public void sendAdvertisement(int priority) {
        if (adverts == null) {
            return;
        }
        for (int i = 0; i < destinations.size(); i++) {
            Destination destination = destinations.get(i);
            if (adverts.send(destination.encoder().encode(priority), destination.address()) == 0) {
                counters.advertsSent.incrementAndGet();
            } else {
                counters.sendErrors.incrementAndGet();
            }
        }
    }

    @Override
    public void installAddresses() {
        // Switches learn while the address is being added; the schedule repeats it right after.
        announcer.sendRound();
        refusedInstall = keeper.install(nowNs);
    }

    @Override
    public void removeAddresses() {
        announcer.stop();
        keeper.remove();
    }

    @Override
    public void announceAddresses() {
        announcer.announce(nowNs);
        probe();
    }

    @Override
    public void reportState(StateChange change) {
        shownState = change.to();
        shownReason = change.reason() + (change.cause() == null ? "" : " " + change.cause());
        shownSinceNs = nowNs;
        switch (change.to()) {
            case ACTIVE -> becameActive(change);
            case BACKUP -> counters.becameBackup.incrementAndGet();
            case FAULT -> counters.becameFault.incrementAndGet();
            case INITIALIZE -> {}
        }
        log.info("vrrp state vrid=" + config.vrid() + " " + change.facts());
        listener.onState(this, change);
    }

    @Override
    public void warn(Warning warning, InetAddress peer) {
        if (remarked.add(warning + peer.getHostAddress()) || nowNs - conflictLoggedAtNs > CONFLICT_LOG_NS) {
            conflictLoggedAtNs = nowNs;
            log.warning("vrrp warning vrid=" + config.vrid() + " what="
                    + warning.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + " peer="
                    + peer.getHostAddress());
        }
    }

    @Override
    public void askPeerToTake(InetAddress peer) {
        links.askToTake(this, peer);
    }

    @Override
    public void tellPeerTaken(InetAddress peer) {
        links.tellTaken(this, peer);
    }

    @Override
    public void tellPeerRefused(InetAddress peer) {
        links.tellRefused(this, peer);
    }

    // ---- The rest, in the order of the calls

    private void perform(List<Action> actions) {
        for (int i = 0; i < actions.size(); i++) {
            actions.get(i).performOn(this);
        }
        electionWakeNs = election.nextWakeNs().orElse(Reactor.NEVER);
        boolean priorityMoved = shownPriority != election.priority();
        shownPriority = election.priority();
        if (priorityMoved || !actions.isEmpty()) {
            links.stateChanged(this);
        }
        if (refusedInstall != null && retryAtNs == Reactor.NEVER) {
            log.warning(refusedInstall);
            retryAtNs = nowNs + RETRY_NS;
            deliver(new Event.Fault("address-refused", true), nowNs);
        }
    }

    private void becameActive(StateChange change) {
        counters.becameActive.incrementAndGet();
        activeSinceNs = nowNs;
        MacAddress holder = claimedBy;
        if (holder != null && change.reason() == Reason.DOWN_INTERVAL_EXPIRED && change.peer() == null) {
            // Nobody advertises, yet somebody answers for the address.
            log.warning("vrrp address-held vrid=" + config.vrid() + " address="
                    + (claimed == null ? "?" : claimed.getHostAddress()) + " mac=" + holder
                    + ": another host has the virtual address; remove it there");
        }
    }

    private List<String> findInterface() {
        try {
            Optional<Link> link = netlink.links().find(config.interfaceName());
            if (link.isEmpty()) {
                log.warning("vrrp interface vrid=" + config.vrid() + ": interface " + config.interfaceName()
                        + " does not exist; waiting for it");
                return List.of("interface-missing");
            }
            interfaceIndex = link.get().index();
            mac = link.get().mac().length() == 17 ? MacAddress.of(link.get().macBytes(), 0) : MacAddress.ZERO;
            String refused = keeper.prepare();
            if (refused != null) {
                log.warning("vrrp interface vrid=" + config.vrid() + ": " + refused);
                return List.of("interface-missing");
            }
            source = findSource();
            List<String> missing = new ArrayList<>();
            if (source == null) {
                log.warning("vrrp interface vrid=" + config.vrid() + ": " + config.interfaceName()
                        + " has no address to advertise from; waiting for one");
                missing.add("source-address-missing");
            }
            if (!link.get().isUsable()) {
                missing.add("link-down");
            }
            return missing;
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
            return List.of("interface-missing");
        }
    }

    private @Nullable InetAddress findSource() throws NetlinkException {
        int addressBytes = config.family() == AddressFamily.INET ? 4 : 16;
        InetAddress wanted = config.unicastSource();
        for (AddressEntry entry : netlink.addresses().list()) {
            InetAddress address = entry.address();
            if (entry.interfaceIndex() == interfaceIndex
                    && address.getAddress().length == addressBytes
                    && entry.tag() != Addresses.TAG
                    && (wanted == null ? !isVirtual(address) : address.equals(wanted))) {
                return address;
            }
        }
        return null;
    }

    private boolean isVirtual(InetAddress address) {
        return config.addresses().stream().anyMatch(own -> own.address().equals(address))
                || config.excludedAddresses().stream()
                        .anyMatch(own -> own.address().equals(address));
    }

    /** @return what was refused, or null */
    private @Nullable String openSockets() {
        InetAddress from = source;
        if (from == null) {
            return null;
        }
        try {
            boolean unicast = !config.unicastPeers().isEmpty();
            InetAddress group =
                    config.multicastGroup() == null ? InetAddress.getByName(GROUP) : config.multicastGroup();
            AdvertSocket advertSocket = new AdvertSocket(
                    config.interfaceName(), interfaceIndex, config.vrid(), from, unicast ? null : group);
            adverts = advertSocket;
            AdvertisementFormat format = AdvertisementFormat.of(config);
            destinations = (unicast ? config.unicastPeers() : List.of(group))
                    .stream()
                            .map(to -> new Destination(to, new AdvertisementEncoder(format, from, to)))
                            .toList();
            List<InetAddress> virtual = new ArrayList<>();
            config.addresses().forEach(address -> virtual.add(address.address()));
            config.excludedAddresses().forEach(address -> virtual.add(address.address()));
            virtual.removeIf(address -> address.getAddress().length != 4);
            ArpSocket arpSocket = new ArpSocket(config.interfaceName(), interfaceIndex, virtual);
            arps = arpSocket;
            announcer.use(arpSocket, mac);
            reactor.register(advertSocket.fd(), Reactor.READABLE, (events, now) -> receiveAdverts(advertSocket, now));
            reactor.register(arpSocket.fd(), Reactor.READABLE, (events, now) -> receiveArps(arpSocket, now));
            return null;
        } catch (java.io.IOException e) {
            closeSockets();
            return e.getMessage();
        }
    }

    private void closeSockets() {
        announcer.use(null, MacAddress.ZERO);
        if (adverts != null) {
            reactor.unregister(adverts.fd());
            adverts.close();
            adverts = null;
        }
        if (arps != null) {
            reactor.unregister(arps.fd());
            arps.close();
            arps = null;
        }
    }

    private void reopen(long now) {
        closeSockets();
        List<String> missing = new ArrayList<>(findInterface());
        if (!missing.contains("interface-missing") && !missing.contains("source-address-missing")) {
            String refused = openSockets();
            if (refused != null) {
                log.warning(refused);
                missing.add("sockets");
            }
        }
        InetAddress from = source;
        if (from != null) {
            deliver(new Event.SourceChanged(from), now);
        }
        for (String cause : List.of("interface-missing", "source-address-missing", "sockets")) {
            deliver(missing.contains(cause) ? new Event.Fault(cause, false) : new Event.Cleared(cause), now);
        }
    }

    private void receiveAdverts(AdvertSocket socket, long now) {
        for (int i = 0; i < MAX_PACKETS_A_WAKE; i++) {
            int length = socket.receive(packet);
            if (length < 0) {
                return;
            }
            Decoded decoded = decoder.decodeIpv4(packet, length);
            if (decoded instanceof Decoded.Accepted accepted) {
                counters.advertsReceived.incrementAndGet();
                accepted.remarks().forEach(remark -> remark(remark, accepted.source()));
                deliver(
                        new Event.Heard(
                                accepted.source(),
                                accepted.advertisement().priority(),
                                accepted.advertisement().intervalNs()),
                        now);
            } else if (decoded instanceof Decoded.Dropped dropped) {
                long count = counters.count(dropped.reason());
                // 1, 10, 100, …: enough to notice, too little to flood.
                if (isPowerOfTen(count)) {
                    log.warning("vrrp drop vrid=" + config.vrid() + " reason=" + dropped.reason() + " count=" + count
                            + " source=" + sourceOf(length));
                }
            }
            if (adverts != socket) {
                return;
            }
        }
    }

    private void remark(Remark remark, InetAddress from) {
        counters.count(remark);
        if (remarked.size() < 1000 && remarked.add(remark + from.getHostAddress())) {
            log.warning("vrrp remark vrid=" + config.vrid() + " what=" + remark + " source=" + from.getHostAddress());
        }
    }

    private void receiveArps(ArpSocket socket, long now) {
        for (int i = 0; i < MAX_PACKETS_A_WAKE; i++) {
            int length = socket.receive(frame);
            if (length < 0) {
                return;
            }
            ArpPacket arp = ArpPacket.decode(frame, length);
            if (arp != null && isVirtual(arp.senderAddress()) && arp.claims(arp.senderAddress(), mac)) {
                claimedBy = arp.senderMac();
                claimed = arp.senderAddress();
                if (election.state() == State.ACTIVE && !election.isHandingOver()) {
                    answerClaim(arp, now);
                }
            }
        }
    }

    /** Somebody else claims an address that is ours: claim it again, at once. */
    private void answerClaim(ArpPacket arp, long now) {
        if (now - activeSinceNs < CONFLICT_GRACE_NS) {
            // The one who held it until now had frames on their way; the schedule of the takeover overrides them.
            return;
        }
        counters.conflicts.incrementAndGet();
        if (now - conflictLoggedAtNs > CONFLICT_LOG_NS) {
            conflictLoggedAtNs = now;
            log.warning("vrrp address-conflict vrid=" + config.vrid() + " address="
                    + arp.senderAddress().getHostAddress() + " mac=" + arp.senderMac()
                    + " action=announced-again: another host claims the virtual address");
            announcer.announce(now);
        }
    }

    private void probe() {
        if (arps != null) {
            for (var address : config.addresses()) {
                if (address.address().getAddress().length == 4) {
                    arps.send(ArpPacket.probe(mac, address.address()));
                }
            }
        }
    }

    void close() {
        started = false;
        keeper.close();
        closeSockets();
    }

    private String sourceOf(int length) {
        return length < 16
                ? "?"
                : (packet[12] & 0xff) + "." + (packet[13] & 0xff) + "." + (packet[14] & 0xff) + "."
                        + (packet[15] & 0xff);
    }

    private static boolean isPowerOfTen(long count) {
        long power = 1;
        while (power < count) {
            power *= 10;
        }
        return power == count;
    }

    private static long earlier(long a, long b) {
        if (a == Reactor.NEVER || b == Reactor.NEVER) {
            return a == Reactor.NEVER ? b : a;
        }
        return a - b < 0 ? a : b;
    }
}

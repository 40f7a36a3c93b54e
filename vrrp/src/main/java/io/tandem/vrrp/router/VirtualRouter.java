// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

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
import io.tandem.vrrp.packet.AdvertisementEncoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import io.tandem.vrrp.packet.Claim;
import io.tandem.vrrp.socket.AdvertSocket;
import io.tandem.vrrp.socket.ArpSocket;
import io.tandem.vrrp.socket.NeighborSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One virtual router at work: turns packets, link events and deadlines into its election's events, and performs what the
 * election answers.
 *
 * <p>Owned by the reactor's thread, but for the few fields that say so. The one place where the election meets the
 * {@linkplain RouterPort sockets}, the {@linkplain AddressKeeper addresses} and the {@linkplain Announcer announcements};
 * each method is a single translation.
 */
public final class VirtualRouter implements Lan, Reactor.Timed {
    private static final long RETRY_NS = 5_000_000_000L;
    /** An Active router's advertisement may leave a hundredth of its interval late, and with those of others. */
    private static final int ADVERT_SLACK = 100;

    private static final long MOST_SLACK_NS = 10_000_000L;

    private final Reactor reactor;
    private final EventLog log;
    private final LanLog lanLog;
    private final StateListener listener;
    private final RouterCounters counters = new RouterCounters();
    private final RouterPort port;
    private final RouterWatch watch = new RouterWatch();
    private final AdvertIntake intake;
    private final AdvertIntake.Hearing hearing = this::hear;
    private VirtualRouterConfig config;
    private Election election;
    private final AddressKeeper keeper;
    private final Claims claims;
    private final Surroundings surroundings;
    private Announcer announcer;
    private PeerLinks links = PeerLinks.NONE;

    private boolean started;
    /** Whether the takeover was announced: what is to be announced then, is so since somebody else spoke. */
    private boolean announced;

    private long electionWakeNs = Reactor.NEVER;
    private long readyNs = Reactor.NEVER;
    private long retryAtNs = Reactor.NEVER;
    private long nowNs;
    private long activeSinceNs;
    private @Nullable String refusedInstall;
    private final RouterPriority wanted;
    private State toldState = State.INITIALIZE;
    private boolean toldHeld;
    private @Nullable InetAddress toldSource;

    private final ShownState shown;

    /** Told of every transition, on the reactor's thread: must not block. */
    public interface StateListener {
        void onState(VirtualRouter router, StateChange change);

        /** A fault or its end, once the router has taken note of it. */
        default void onFault(VirtualRouter router, Event event) {}

        /** The priority that it advertises changed. */
        default void onPriority(VirtualRouter router) {}

        /** Active, it heard an advertisement of a lower priority. */
        default void onLowerPriority(VirtualRouter router) {}

        /** A reload takes it away; its last transition follows. */
        default void onDeleted(VirtualRouter router) {}

        /** All that an event asked for is done. */
        default void onDelivered(long nowNs) {}
    }

    VirtualRouter(Shared shared, VirtualRouterConfig config, StateListener listener) {
        EventLog log = shared.log();
        this.reactor = shared.reactor();
        this.config = config;
        this.log = log;
        this.lanLog = new LanLog(log, config.vrid());
        this.port = new RouterPort(
                shared.reactor(), shared.netlink(), config, log, counters, shared.pacers(), new Reading());
        this.listener = listener;
        this.election = new Election(ElectionConfig.of(config));
        this.keeper = new AddressKeeper(shared.netlink(), shared.retirement(), shared.settings(), config, log);
        this.announcer = new Announcer(config);
        this.intake = new AdvertIntake(config, log, lanLog, counters);
        this.claims = new Claims(this, port, keeper, counters, watch, lanLog);
        this.surroundings = new Surroundings(this, port, keeper, counters, shared.reunion(), log);
        this.shown = new ShownState(config.priority());
        this.wanted = new RouterPriority(config.priority());
    }

    void use(PeerLinks peerLinks) {
        links = peerLinks;
    }

    public VirtualRouterConfig config() {
        return config;
    }

    public State state() {
        return shown.state();
    }

    /** The priority it advertises now. */
    public int priority() {
        return shown.priority();
    }

    public RouterCounters counters() {
        return counters;
    }

    /** The address its advertisements come from; null while the interface has none. Reactor's thread only. */
    public @Nullable InetAddress source() {
        return port.source();
    }

    RouterStatus status() {
        return shown.status(config, keeper.description(), counters.all(), watch.history());
    }

    /** What of it should be said aloud: another router that has its addresses. Reactor's thread, a few times a second. */
    void judge(Alarms alarms, long now) {
        String second = election.isHandingOver()
                ? null
                : watch.secondActive(election.state(), links.isActiveElsewhere(this), now - activeSinceNs, config, now);
        boolean healed = watch.tell(alarms, second, config, now);
        if (healed && election.state() == State.ACTIVE) {
            // Who learnt the other's address must learn this one again.
            announce(now);
        }
    }

    /** Who wants which priority; say so by {@link #applyPriority}. */
    RouterPriority wanted() {
        return wanted;
    }

    /** A peer that is better placed from now on gets the addresses at once, make before break. */
    void applyPriority(long now) {
        deliver(new Event.PriorityChanged(wanted.priority()), now);
        if (election.state() == State.ACTIVE && config.preempt() && !election.isHandingOver()) {
            InetAddress better = links.betterPeer(this);
            if (better != null) {
                deliver(new Event.Yield(better), now);
            }
        }
    }

    /** Whether it leaves a lower-priority Active router alone. Reactor's thread only. */
    public boolean isPreemptionHeld() {
        return election.isPreemptionHeld();
    }

    /** Asks the peer that has the addresses to give them to this node; false where none is linked. */
    boolean take() {
        return links.askToGive(this);
    }

    /** Whether {@link #afterDeath} has another answer than when this was asked last. */
    boolean hasChanged() {
        return keeper.hasChanged();
    }

    /** What is to be done if this process dies. */
    Reaper.Task afterDeath() {
        return keeper.afterDeath();
    }

    /** Looks the interface up, opens the sockets and begins; what is missing becomes a fault that clears by itself. */
    void start(Leftovers leftovers, long now) {
        nowNs = now;
        started = true;
        keeper.reconcile(leftovers);
        List<String> missing = port.find(keeper);
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
        InetAddress source = port.source();
        InetAddress from = source == null ? config.addresses().get(0).address() : source;
        deliver(new Event.Startup(from), now);
        port.probe();
    }

    /** Runs every path of a takeover once without harm: cold code would cost the first one tens of milliseconds. */
    void warmUp() {
        keeper.warmUp(Scratch.ADDRESS);
        InetAddress source = port.source();
        if (source != null) {
            AdvertisementEncoder encoder = new AdvertisementEncoder(AdvertisementFormat.of(config), source, source);
            intake.warmUp();
            for (int i = 0; i < 300; i++) {
                encoder.encode(i & 0x7f, 0);
            }
            claims.warmUp();
            port.warmUp();
        }
    }

    /** Delivers an event from outside (faults, trackers, peers, commands). */
    public void deliver(Event event, long now) {
        reactor.stir();
        nowNs = now;
        perform(election.on(event, now));
        if (event instanceof Event.Fault || event instanceof Event.Cleared) {
            listener.onFault(this, event);
        }
        listener.onDelivered(now);
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

    /** What it makes of the kernel's news. */
    Surroundings surroundings() {
        return surroundings;
    }

    boolean isStarted() {
        return started;
    }

    /** Whether it has the addresses, and is not giving them away. */
    boolean holdsFirmly() {
        return election.state() == State.ACTIVE && !election.isHandingOver();
    }

    long activeSinceNs() {
        return activeSinceNs;
    }

    void announce(long now) {
        reactor.stir();
        announcer.announce(now);
    }

    /** Takes a new configuration of the same interface, VRID and family. */
    void reconfigure(VirtualRouterConfig newConfig, long now) {
        boolean sameOnTheWire = newConfig.isSameOnTheWire(config);
        boolean active = keeper.isInstalled();
        config = newConfig;
        if (sameOnTheWire) {
            // Sockets stay open, and nothing is announced again.
            deliver(new Event.Reconfigured(ElectionConfig.of(newConfig)), now);
            return;
        }
        port.use(newConfig);
        intake.use(newConfig);
        keeper.use(newConfig);
        announcer = new Announcer(newConfig);
        surroundings.reopen(now);
        if (active) {
            keeper.install(now);
            announcer.announce(now);
        }
        deliver(new Event.Reconfigured(ElectionConfig.of(newConfig)), now);
    }

    @Override
    public long nextWakeNs() {
        long exact = Reactor.earlier(announcer.nextWakeNs(), claims.nextWakeNs());
        exact = Reactor.earlier(exact, intake.nextWakeNs());
        exact = Reactor.earlier(exact, port.nextWakeNs());
        exact = Reactor.earlier(exact, retryAtNs);
        long renewalNs = keeper.nextWakeNs();
        readyNs = Reactor.earlier(exact, Reactor.earlier(renewalNs, electionWakeNs));
        long unhurried = Reactor.earlier(
                Reactor.later(renewalNs, MOST_SLACK_NS), Reactor.later(electionWakeNs, electionSlackNs()));
        return Reactor.earlier(exact, unhurried);
    }

    @Override
    public long readyNs() {
        return readyNs;
    }

    /** A Backup's deadlines decide who is Active; those of a router that is wait for the thread to be awake anyway. */
    private long electionSlackNs() {
        return holdsFirmly() ? Math.min(MOST_SLACK_NS, config.advertInterval().toNanos() / ADVERT_SLACK) : 0;
    }

    @Override
    public void onTime(long now) {
        if (readyNs == Reactor.NEVER || now - readyNs < 0) {
            return; // whatever has woken the thread
        }
        if (electionWakeNs != Reactor.NEVER && now - electionWakeNs >= 0) {
            deliver(TIMER, now);
        }
        announcer.onTime(now);
        keeper.onTime(now);
        intake.onTime(port, now);
        port.onTime(now);
        claims.onTime(now);
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
        if (priority == 0) {
            counters.zerosSent.incrementAndGet();
        } else {
            keeper.assumeMac();
        }
        port.advertise(priority);
    }

    @Override
    public void installAddresses(boolean besideAnother) {
        announced = false;
        keeper.assumeMac();
        if (!besideAnother) {
            // Switches learn while the address is being added; the schedule repeats it right after.
            announcer.sendRound(nowNs);
        }
        refusedInstall = keeper.install(nowNs);
    }

    @Override
    public void removeAddresses() {
        announcer.stop();
        keeper.remove();
    }

    @Override
    public void announceAddresses() {
        if (announced) {
            announcer.announceAgain(nowNs);
        } else {
            announced = true;
            announcer.announce(nowNs);
        }
        port.probe();
    }

    @Override
    public void reportState(StateChange change) {
        watch.begin(change);
        shown.moved(change, nowNs);
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
        counters.count(warning);
        if (warning == Warning.SECOND_ACTIVE || warning == Warning.TWO_OWNERS) {
            watch.onRival(peer, nowNs);
            surroundings.reunited(nowNs);
        } else if (warning == Warning.UNKNOWN_OWNER || warning == Warning.STRANGER_REFUSED) {
            watch.onStranger(warning, peer, nowNs);
        }
        lanLog.warn(warning, peer, nowNs);
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
        if (!actions.isEmpty()) {
            watch.done(nowNs, System.nanoTime());
        }
        electionWakeNs = election.nextWakeNs(Reactor.NEVER);
        boolean priorityMoved = shown.priority(election.priority());
        if (priorityMoved) {
            listener.onPriority(this);
        }
        tellPeers(priorityMoved);
        if (refusedInstall != null && retryAtNs == Reactor.NEVER) {
            log.warning(refusedInstall);
            retryAtNs = nowNs + RETRY_NS;
            deliver(new Event.Fault("address-refused", true), nowNs);
        }
    }

    /** What they are told of this router; an advertisement is no news. */
    private void tellPeers(boolean priorityMoved) {
        boolean held = election.isPreemptionHeld();
        InetAddress source = port.source();
        if (priorityMoved || election.state() != toldState || held != toldHeld || !Objects.equals(source, toldSource)) {
            toldState = election.state();
            toldHeld = held;
            toldSource = source;
            links.stateChanged(this);
        }
    }

    private void becameActive(StateChange change) {
        counters.becameActive.incrementAndGet();
        activeSinceNs = nowNs;
        Claim holder = claims.last();
        if (holder != null && change.reason() == Reason.DOWN_INTERVAL_EXPIRED && change.peer() == null) {
            lanLog.held(holder);
        }
    }

    /** @return what was refused, or null */
    @Nullable String openSockets() {
        String refused = port.open(keeper);
        announcer.use(port.outlets());
        return refused;
    }

    void closeSockets() {
        announcer.use(List.of());
        port.close();
    }

    private final class Reading implements RouterPort.Reader {
        @Override
        public void onAdverts(AdvertSocket socket, long nowNs) {
            if (port.isHeardTwice(socket, keeper)) {
                port.drain(socket);
            } else {
                intake.read(socket, port, hearing, nowNs);
            }
        }

        @Override
        public void onArps(ArpSocket socket, long nowNs) {
            claims.readArps(socket, nowNs);
        }

        @Override
        public void onNeighbors(NeighborSocket socket, long nowNs) {
            claims.readNeighbors(socket, nowNs);
        }
    }

    private void hear(Event.Heard heard, long now) {
        watch.heard(heard.source(), now);
        if (heard.priority() == 0) {
            counters.zerosReceived.incrementAndGet();
        } else if (election.state() == State.ACTIVE && heard.priority() < shown.priority()) {
            listener.onLowerPriority(this);
        }
        if (links.isStranger(this, heard.source())) {
            lanLog.stranger(heard.source());
        }
        deliver(heard, now);
        if (election.state() == State.BACKUP) {
            shown.heard(heard, election.activeRouter());
        }
    }

    void close() {
        started = false;
        keeper.close();
        closeSockets();
    }
}

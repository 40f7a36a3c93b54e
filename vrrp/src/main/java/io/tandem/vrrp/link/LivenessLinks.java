// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.config.model.ClusterConfig;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.router.PeerLinks;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.router.RealTime;
import io.tandem.vrrp.router.VirtualRouter;
import io.tandem.vrrp.router.VirtualRouters;
import io.tandem.vrrp.socket.InetSocket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The liveness links of this node to every other member of its cluster.
 *
 * <p>One TCP and one UDP socket on the cluster's liveness port of each network. Only the members' addresses may connect, each
 * with at most {@value #MAX_PENDING_OF_ONE} connections that have not proved themselves, for two seconds; a datagram costs one
 * comparison unless it names a link and carries its code. Owned by the reactor's thread.
 */
public final class LivenessLinks implements PeerLinks, Reactor.Timed, AutoCloseable {
    /** Between heartbeats. */
    static final long HEARTBEAT_NS = Long.getLong("tandem.heartbeat.ms", 5) * 1_000_000L;

    /** How long a node without real-time scheduling may be silent on a busy machine. */
    private static final int ORDINARY_SILENCE_MS = 250;

    /** The same with it: five heartbeats. Where the machines turn out to be busy, {@link SilenceDetector} grants more. */
    private static final int REAL_TIME_SILENCE_MS = (int) (5 * HEARTBEAT_NS / 1_000_000L);

    /** Beats are read after so many of our own at the latest. */
    private static final long HEAR_NS = 4 * HEARTBEAT_NS;

    private static final int MAX_PENDING = 16;
    private static final int MAX_PENDING_OF_ONE = 2;
    private static final long OPENING_NS = 2_000_000_000L;
    private static final long BIND_RETRY_NS = 1_000_000_000L;
    private static final int USER_TIMEOUT_MS = 1000;

    private final Reactor reactor;
    private final ClusterConfig cluster;
    private final byte[] secret;
    private final EventLog log;
    private final VirtualRouters routers;
    private final ClusterConfig.Member self;
    private final PeerLink[] peers;
    private final List<Stranger> pending = new ArrayList<>();
    private final SecureRandom random = new SecureRandom();
    private final List<InetSocket> listeners = new ArrayList<>();
    private final BeatSockets beats;
    private final AtomicLong strangers = new AtomicLong();
    private final AtomicLong halfOpen = new AtomicLong();
    private final Entrance door = new Entrance();
    private long nextNs;
    private long heardNs = System.nanoTime();
    private boolean statusDue;
    private boolean bindRefusalLogged;

    /**
     * Makes the links; {@link #start} opens them.
     *
     * @param secret the cluster's, at least 16 bytes
     */
    public LivenessLinks(Reactor reactor, ClusterConfig cluster, byte[] secret, VirtualRouters routers, EventLog log) {
        this.reactor = reactor;
        this.cluster = cluster;
        this.secret = secret.clone();
        this.log = log;
        this.routers = routers;
        this.beats = new BeatSockets(reactor, this::onDatagram);
        int own = -1;
        for (int i = 0; i < cluster.members().size(); i++) {
            if (cluster.members().get(i).name().equals(cluster.self())) {
                own = i;
            }
        }
        if (own < 0) {
            throw new IllegalArgumentException("cluster.self " + cluster.self() + " is not among its members");
        }
        self = cluster.members().get(own);
        List<PeerLink> others = new ArrayList<>();
        for (int i = 0; i < cluster.members().size(); i++) {
            if (i != own) {
                others.add(new PeerLink(
                        reactor,
                        cluster,
                        self,
                        cluster.members().get(i),
                        this.secret,
                        own < i,
                        routers.all(),
                        log,
                        random));
            }
        }
        peers = others.toArray(new PeerLink[0]);
    }

    /** Begins; from any thread. */
    public void start() {
        reactor.execute(() -> {
            nextNs = System.nanoTime();
            reactor.add(this);
        });
    }

    /** Where each link stands; from any thread. */
    public List<LinkStatus> status() {
        return Arrays.stream(peers).map(PeerLink::status).toList();
    }

    /** How many peers there are. */
    public int peers() {
        return peers.length;
    }

    /** A peer's name, by its number from 0. */
    public String peerName(int peer) {
        return peers[peer].name();
    }

    /** Whether the link to that peer is up; reactor's thread. */
    public boolean isUp(int peer) {
        return peers[peer].isUp();
    }

    /** Connections refused before any secret was asked for: from other addresses, or too many at once. From any thread. */
    public long strangers() {
        return strangers.get();
    }

    /** Connections that proved nothing within two seconds; from any thread. */
    public long halfOpen() {
        return halfOpen.get();
    }

    @Override
    public void askToTake(VirtualRouter router, InetAddress peer) {
        send(PeerFrames.ASK, router, peer);
    }

    @Override
    public void tellTaken(VirtualRouter router, InetAddress peer) {
        send(PeerFrames.TOOK, router, peer);
    }

    @Override
    public void tellRefused(VirtualRouter router, InetAddress peer) {
        send(PeerFrames.REFUSED, router, peer);
    }

    @Override
    public boolean askToGive(VirtualRouter router) {
        for (int i = 0; i < peers.length; i++) {
            RouterNews news = peers[i].about(router);
            if (peers[i].isUp() && news != null && news.standing() == RouterNews.ACTIVE) {
                peers[i].send(PeerFrames.WANT, router, System.nanoTime());
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isActiveElsewhere(VirtualRouter router) {
        for (int i = 0; i < peers.length; i++) {
            RouterNews news = peers[i].about(router);
            if (peers[i].isUp() && news != null && news.standing() == RouterNews.ACTIVE) {
                return true;
            }
        }
        return false;
    }

    @Override
    public @Nullable InetAddress betterPeer(VirtualRouter router) {
        for (int i = 0; i < peers.length; i++) {
            RouterNews news = peers[i].about(router);
            if (peers[i].isUp()
                    && news != null
                    && news.standing() == RouterNews.READY
                    && news.priority() > router.priority()) {
                return news.source();
            }
        }
        return null;
    }

    @Override
    public boolean isStranger(VirtualRouter router, InetAddress source) {
        boolean all = true;
        for (int i = 0; i < peers.length; i++) {
            all &= peers[i].isUp();
            if (peers[i].speaksFor(router, source)) {
                return false;
            }
        }
        return all;
    }

    @Override
    public boolean isAnyUp() {
        for (int i = 0; i < peers.length; i++) {
            if (peers[i].isUp()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void stateChanged(VirtualRouter router) {
        // Said once, when this turn of the loop is over, however many routers have moved in it.
        statusDue = true;
    }

    private void send(int type, VirtualRouter router, InetAddress peer) {
        long nowNs = System.nanoTime();
        for (int i = 0; i < peers.length; i++) {
            if (peers[i].speaksFor(router, peer)) {
                peers[i].send(type, router, nowNs);
            }
        }
    }

    @Override
    public boolean wasGivenUp(long lateNs, long nowNs) {
        boolean givenUp = false;
        for (int i = 0; i < peers.length; i++) {
            givenUp |= peers[i].catchUp(nowNs) && lateNs >= silenceMs() * 1_000_000L;
        }
        return givenUp;
    }

    /** Told to the peers: after so much silence, with its connection still standing, this node counts as dead. */
    static int silenceMs() {
        return Integer.getInteger(
                "tandem.silence.ms", RealTime.isGranted() ? REAL_TIME_SILENCE_MS : ORDINARY_SILENCE_MS);
    }

    @Override
    public long nextWakeNs() {
        long next = nextNs;
        for (int i = 0; i < peers.length; i++) {
            long judged = peers[i].judgeAtNs();
            next = judged != Reactor.NEVER && judged - next < 0 ? judged : next;
        }
        return next;
    }

    @Override
    public void onTime(long nowNs) {
        if (statusDue) {
            statusDue = false;
            for (int i = 0; i < peers.length; i++) {
                if (peers[i].isUp()) {
                    peers[i].sendStatus(routers.all(), nowNs);
                }
            }
        }
        boolean heard = false;
        for (int i = 0; i < peers.length; i++) {
            long judged = peers[i].judgeAtNs();
            if (judged != Reactor.NEVER && nowNs - judged >= 0) {
                if (!heard) {
                    heard = true;
                    beats.hear(nowNs);
                }
                peers[i].judge(nowNs);
            }
        }
        if (nowNs - nextNs < 0) {
            return;
        }
        nextNs += HEARTBEAT_NS;
        if (nowNs - nextNs >= 0) {
            nextNs = nowNs + HEARTBEAT_NS;
        }
        if (listeners.isEmpty()) {
            bind(nowNs);
            return;
        }
        if (!heard && areBeatsDue(nowNs)) {
            heard = true;
            beats.hear(nowNs);
        }
        heardNs = heard ? nowNs : heardNs;
        for (int i = 0; i < peers.length; i++) {
            peers[i].tick(nowNs, beats);
            if (heard) {
                peers[i].judge(nowNs);
            }
        }
        for (int i = pending.size() - 1; i >= 0; i--) {
            if (pending.get(i).isLate(nowNs)) {
                door.refuse(pending.get(i), "silent");
            }
        }
    }

    /** Whether beats have not been read for a while, or a peer would have to be judged before the next of ours. */
    private boolean areBeatsDue(long nowNs) {
        boolean due = nowNs - heardNs >= HEAR_NS;
        for (int i = 0; i < peers.length; i++) {
            long judged = peers[i].judgeAtNs();
            due |= judged != Reactor.NEVER && judged - nextNs <= 0;
        }
        return due;
    }

    /** Says farewell and closes; from any thread, while the reactor runs. */
    @Override
    public void close() {
        reactor.execute(() -> {
            long nowNs = System.nanoTime();
            reactor.remove(this);
            for (PeerLink peer : peers) {
                peer.sayGoodbye(nowNs);
            }
            List.copyOf(pending).forEach(this::forget);
            closeSockets();
        });
    }

    private void bind(long nowNs) {
        try {
            for (int i = 0; i < self.addresses().size(); i++) {
                int network = i;
                InetSocket tcp = InetSocket.listen(self.addresses().get(i), cluster.livenessPort());
                listeners.add(tcp);
                InetSocket udp = InetSocket.datagram(self.addresses().get(i), cluster.livenessPort());
                beats.add(udp);
                reactor.register(tcp.fd(), Reactor.READABLE, (events, now) -> accept(tcp, network, now));
            }
        } catch (NetlinkException e) {
            closeSockets();
            nextNs = nowNs + BIND_RETRY_NS;
            if (!bindRefusalLogged) {
                bindRefusalLogged = true;
                log.warning("liveness: " + e.getMessage() + "; trying again every second");
            }
        }
    }

    // ---- Strangers

    private void accept(InetSocket tcp, int network, long nowNs) {
        InetSocket accepted = tcp.accept(USER_TIMEOUT_MS);
        if (accepted == null) {
            return;
        }
        byte[] source = accepted.remoteAddress();
        if (!mayCome(source, network)) {
            accepted.close();
            say(strangers.incrementAndGet(), "liveness stranger", source, ": no member's address, or too many at once");
            return;
        }
        Stranger stranger =
                new Stranger(accepted, network, source, nowNs + OPENING_NS, cluster, secret, random, reactor, door);
        pending.add(stranger);
        stranger.listen();
    }

    private boolean mayCome(byte[] source, int network) {
        boolean member = false;
        for (ClusterConfig.Member other : cluster.members()) {
            member |= other.addresses().size() > network
                    && Arrays.equals(other.addresses().get(network).getAddress(), source);
        }
        int ofThisOne = 0;
        for (int i = 0; i < pending.size(); i++) {
            ofThisOne += Arrays.equals(pending.get(i).source(), source) ? 1 : 0;
        }
        return member && ofThisOne < MAX_PENDING_OF_ONE && pending.size() < MAX_PENDING;
    }

    private final class Entrance implements Stranger.Door {
        @Override
        public @Nullable PeerLink initiatorNamed(String name) {
            for (PeerLink peer : peers) {
                if (peer.name().equals(name) && !peer.isInitiator()) {
                    return peer;
                }
            }
            return null;
        }

        @Override
        public void welcome(Stranger stranger) {
            release(stranger);
        }

        @Override
        public void refuse(Stranger stranger, String why) {
            switch (why) {
                case "silent" ->
                    say(halfOpen.incrementAndGet(), "liveness half-open", stranger.source(), ": nothing was said");
                case "unknown", "foreign" ->
                    say(
                            strangers.incrementAndGet(),
                            "liveness stranger",
                            stranger.source(),
                            ": no opening of this cluster");
                default -> {
                    // A wrong secret has been said by its peer; who left, left.
                }
            }
            forget(stranger);
        }
    }

    private void release(Stranger stranger) {
        pending.remove(stranger);
        reactor.unregister(stranger.socket().fd());
    }

    private void forget(Stranger stranger) {
        release(stranger);
        stranger.socket().close();
    }

    /** The 1st, 10th, 100th: others decide how often. */
    private void say(long count, String what, byte[] source, String why) {
        long power = 1;
        while (power < count) {
            power *= 10;
        }
        if (power == count) {
            log.warning(what + " count=" + count + " address=" + text(source) + why);
        }
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            return "?";
        }
    }

    private void onDatagram(long id, byte[] datagram, long arrivedNs) {
        for (int i = 0; i < peers.length; i++) {
            peers[i].onDatagram(id, datagram, arrivedNs);
        }
    }

    private void closeSockets() {
        for (InetSocket socket : listeners) {
            reactor.unregister(socket.fd());
            socket.close();
        }
        listeners.clear();
        beats.close();
    }
}

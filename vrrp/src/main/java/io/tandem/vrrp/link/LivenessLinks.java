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
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The liveness links of this node to every other member of its cluster.
 *
 * <p>One TCP and one UDP socket on the cluster's liveness port. Strangers can open at most {@value #MAX_PENDING} connections
 * at a time and have two seconds to prove themselves; a datagram costs one comparison unless it names a link and carries its
 * code. Owned by the reactor's thread.
 */
public final class LivenessLinks implements PeerLinks, Reactor.Timed, AutoCloseable {
    /** Between heartbeats. */
    static final long HEARTBEAT_NS = Long.getLong("tandem.heartbeat.ms", 5) * 1_000_000L;

    /** How long a node without real-time scheduling may be silent on a busy machine. */
    private static final int ORDINARY_SILENCE_MS = 250;

    /** The same with it. On one loaded machine even the packets of a bridge wait for 60 ms now and then. */
    private static final int REAL_TIME_SILENCE_MS = 150;

    private static final int MAX_PENDING = 8;
    private static final int MAX_DATAGRAMS_A_WAKE = 64;
    private static final long OPENING_NS = 2_000_000_000L;
    private static final long BIND_RETRY_NS = 1_000_000_000L;
    private static final int USER_TIMEOUT_MS = 1000;

    private final Reactor reactor;
    private final ClusterConfig cluster;
    private final byte[] secret;
    private final EventLog log;
    private final InetAddress self;
    private final List<PeerLink> peers = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private final SecureRandom random = new SecureRandom();
    private final byte[] datagram = new byte[256];
    private @Nullable InetSocket listener;
    private @Nullable InetSocket udp;
    private long nextNs;
    private boolean bindRefusalLogged;

    /** An accepted connection that has not proved itself. */
    private final class Pending {
        private final InetSocket socket;
        private final long deadlineNs;
        private final byte[] in = new byte[Handshake.MAX_BYTES];
        private final byte[] nonce = new byte[Handshake.NONCE];
        private int length;
        private @Nullable PeerLink peer;
        private Handshake.@Nullable Session session;

        Pending(InetSocket socket, long deadlineNs) {
            this.socket = socket;
            this.deadlineNs = deadlineNs;
        }

        void onReadable(long nowNs) {
            int received = length == in.length ? InetSocket.ENDED : socket.receive(in, length);
            if (received == InetSocket.AGAIN) {
                return;
            }
            if (received == InetSocket.ENDED) {
                refuse(this);
                return;
            }
            length += received;
            if (session == null && !answer()) {
                return;
            }
            verify(nowNs);
        }

        /** @return whether the session's keys are there */
        private boolean answer() {
            try {
                Handshake.Opening opening = Handshake.parse(in, length, true);
                if (opening == null) {
                    return false;
                }
                PeerLink from = initiatorNamed(opening.name());
                if (from == null || !opening.cluster().equals(cluster.name())) {
                    refuse(this);
                    return false;
                }
                random.nextBytes(nonce);
                Handshake.Session keys = Handshake.session(
                        secret, cluster.name(), opening.name(), opening.nonce(), cluster.self(), nonce);
                byte[] response = Handshake.respond(nonce, cluster.self(), keys.fromResponder());
                if (socket.send(response, response.length) != response.length) {
                    refuse(this);
                    return false;
                }
                peer = from;
                session = keys;
                System.arraycopy(in, opening.length(), in, 0, length - opening.length());
                length -= opening.length();
                return true;
            } catch (IllegalArgumentException e) {
                refuse(this);
                return false;
            }
        }

        private void verify(long nowNs) {
            PeerLink from = peer;
            Handshake.Session keys = session;
            if (from == null || keys == null || length < Handshake.PROOF) {
                return;
            }
            if (!Hmac.matches(keys.fromInitiator().proof(), in, 0, Handshake.PROOF)) {
                from.countRefusal("responder");
                refuse(this);
                return;
            }
            pending.remove(this);
            reactor.unregister(socket.fd());
            byte[] rest = new byte[length - Handshake.PROOF];
            System.arraycopy(in, Handshake.PROOF, rest, 0, rest.length);
            from.adopt(socket, keys, rest, rest.length, nowNs);
        }
    }

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
        int own = -1;
        for (int i = 0; i < cluster.members().size(); i++) {
            if (cluster.members().get(i).name().equals(cluster.self())) {
                own = i;
            }
        }
        if (own < 0) {
            throw new IllegalArgumentException("cluster.self " + cluster.self() + " is not among its members");
        }
        self = cluster.members().get(own).address();
        for (int i = 0; i < cluster.members().size(); i++) {
            if (i != own) {
                peers.add(new PeerLink(
                        reactor,
                        cluster,
                        cluster.members().get(i),
                        self,
                        this.secret,
                        own < i,
                        routers.all(),
                        log,
                        random));
            }
        }
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
        return peers.stream().map(PeerLink::status).toList();
    }

    @Override
    public void askToTake(VirtualRouter router, InetAddress peer) {
        peers.stream().filter(link -> link.speaksFor(router, peer)).forEach(link -> link.sendAsk(router));
    }

    @Override
    public void tellTaken(VirtualRouter router, InetAddress peer) {
        peers.stream().filter(link -> link.speaksFor(router, peer)).forEach(link -> link.sendTook(router));
    }

    @Override
    public void tellRefused(VirtualRouter router, InetAddress peer) {
        peers.stream().filter(link -> link.speaksFor(router, peer)).forEach(link -> link.sendRefused(router));
    }

    @Override
    public void stateChanged(VirtualRouter router) {
        for (int i = 0; i < peers.size(); i++) {
            if (peers.get(i).isUp()) {
                peers.get(i).sendStatus();
            }
        }
    }

    @Override
    public boolean wasGivenUp(long lateNs, long nowNs) {
        boolean givenUp = false;
        for (PeerLink peer : peers) {
            boolean wasUp = peer.isUp();
            peer.catchUp(nowNs);
            givenUp |= wasUp && peer.isSuspect() && lateNs >= silenceMs() * 1_000_000L;
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
        return nextNs;
    }

    @Override
    public void onTime(long nowNs) {
        if (nowNs - nextNs < 0) {
            return;
        }
        nextNs += HEARTBEAT_NS;
        if (nowNs - nextNs >= 0) {
            nextNs = nowNs + HEARTBEAT_NS;
        }
        InetSocket beats = udp;
        if (beats == null || listener == null) {
            bind(nowNs);
            return;
        }
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).tick(nowNs, beats, cluster.livenessPort());
        }
        for (int i = pending.size() - 1; i >= 0; i--) {
            if (nowNs - pending.get(i).deadlineNs >= 0) {
                refuse(pending.get(i));
            }
        }
    }

    /** Says farewell and closes; from any thread, while the reactor runs. */
    @Override
    public void close() {
        reactor.execute(() -> {
            reactor.remove(this);
            peers.forEach(PeerLink::sayGoodbye);
            List.copyOf(pending).forEach(this::refuse);
            closeSockets();
        });
    }

    private void bind(long nowNs) {
        try {
            InetSocket tcp = InetSocket.listen(self, cluster.livenessPort());
            listener = tcp;
            InetSocket beats = InetSocket.datagram(self, cluster.livenessPort());
            udp = beats;
            reactor.register(tcp.fd(), Reactor.READABLE, (events, now) -> accept(tcp, now));
            reactor.register(beats.fd(), Reactor.READABLE, (events, now) -> receive(beats, now));
        } catch (NetlinkException e) {
            closeSockets();
            nextNs = nowNs + BIND_RETRY_NS;
            if (!bindRefusalLogged) {
                bindRefusalLogged = true;
                log.warning("liveness: " + e.getMessage() + "; trying again every second");
            }
        }
    }

    private void accept(InetSocket tcp, long nowNs) {
        InetSocket accepted = tcp.accept(USER_TIMEOUT_MS);
        if (accepted == null) {
            return;
        }
        if (pending.size() >= MAX_PENDING) {
            accepted.close();
            return;
        }
        Pending stranger = new Pending(accepted, nowNs + OPENING_NS);
        pending.add(stranger);
        reactor.register(accepted.fd(), Reactor.READABLE, (events, now) -> stranger.onReadable(now));
    }

    private void refuse(Pending stranger) {
        pending.remove(stranger);
        reactor.unregister(stranger.socket.fd());
        stranger.socket.close();
    }

    private @Nullable PeerLink initiatorNamed(String name) {
        for (PeerLink peer : peers) {
            if (peer.name().equals(name) && !peer.isInitiator()) {
                return peer;
            }
        }
        return null;
    }

    private void receive(InetSocket beats, long nowNs) {
        for (int i = 0; i < MAX_DATAGRAMS_A_WAKE; i++) {
            int length = beats.receive(datagram, 0);
            if (length < 0) {
                return;
            }
            long id = HeartbeatCodec.idOf(datagram, length);
            for (int p = 0; id != 0 && p < peers.size(); p++) {
                if (peers.get(p).hasId(id)) {
                    peers.get(p).onHeartbeat(datagram, nowNs);
                }
            }
        }
    }

    private void closeSockets() {
        InetSocket tcp = listener;
        InetSocket beats = udp;
        if (tcp != null) {
            reactor.unregister(tcp.fd());
            tcp.close();
            listener = null;
        }
        if (beats != null) {
            reactor.unregister(beats.fd());
            beats.close();
            udp = null;
        }
    }
}

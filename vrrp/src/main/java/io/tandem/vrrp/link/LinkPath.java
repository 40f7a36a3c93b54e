// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.config.model.ClusterConfig;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.Hmac;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.socket.InetSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * The way to one peer over one network: a TCP connection for what must arrive, heartbeats by UDP beside it.
 *
 * <p>It knows bytes and deadlines; what an end or a silence means is for its {@link Owner} to say, who has the other ways
 * in view. Owned by the reactor's thread.
 */
final class LinkPath {
    private static final long RETRY_NS = 100_000_000L;
    private static final long RETRY_MAX_NS = 1_000_000_000L;
    private static final long OPENING_NS = 2_000_000_000L;
    private static final int USER_TIMEOUT_MS = 1000;

    /** How far the connection is. */
    enum Phase {
        /** No connection; the initiator dials again at its time. */
        IDLE,
        /** The initiator's connect is under way. */
        CONNECTING,
        /** The initiator waits for the responder's opening. */
        OPENING,
        /** Keys are agreed, frames flow. */
        UP,
        /** The connection ended without farewell; the heartbeats decide what that means. */
        SUSPECT
    }

    /** Who has all ways to the peer in view. */
    interface Owner {
        void onUp(LinkPath path, long nowNs);

        void onBeat(LinkPath path, long nowNs);

        void onFrame(LinkPath path, int type, ByteBuffer payload, long nowNs);

        /** The connection is over, and no farewell came. */
        void onEnd(LinkPath path, String reason, long nowNs);

        /** The other side did not know the secret. */
        void onRefusal(LinkPath path, String side);
    }

    private final Owner owner;
    private final Reactor reactor;
    private final ClusterConfig cluster;
    private final String peer;
    private final InetAddress self;
    private final InetAddress remote;
    private final byte[] secret;
    private final boolean initiator;
    private final EventLog log;
    private final SecureRandom random;
    private final byte[] in = new byte[2 * (FrameCodec.MAX_PAYLOAD + FrameCodec.OVERHEAD)];
    private int inLength;

    private Phase phase = Phase.IDLE;
    private @Nullable InetSocket socket;
    private final byte[] nonce = new byte[Handshake.NONCE];
    private @Nullable FrameCodec sending;
    private @Nullable FrameCodec receiving;
    private @Nullable HeartbeatCodec beatsOut;
    private @Nullable HeartbeatCodec beatsIn;
    private long linkId;
    private long lastBeatNs;
    private boolean heardBeats;
    private boolean beatsAfterEnd;
    private boolean silent;
    private long deadlineNs;
    private long retryNs = RETRY_NS;

    /** @param initiator which side dials is fixed by the order of the members, so that two links never cross */
    LinkPath(
            Owner owner,
            Reactor reactor,
            ClusterConfig cluster,
            String peer,
            InetAddress self,
            InetAddress remote,
            byte[] secret,
            boolean initiator,
            EventLog log,
            SecureRandom random) {
        this.owner = owner;
        this.reactor = reactor;
        this.cluster = cluster;
        this.peer = peer;
        this.self = self;
        this.remote = remote;
        this.secret = secret;
        this.initiator = initiator;
        this.log = log;
        this.random = random;
    }

    Phase phase() {
        return phase;
    }

    boolean isUp() {
        return phase == Phase.UP;
    }

    InetAddress remote() {
        return remote;
    }

    /** When the peer was last heard to live this way; the time of the opening before its first beat. */
    long lastBeatNs() {
        return lastBeatNs;
    }

    boolean heardBeats() {
        return heardBeats;
    }

    /** Whether the peer still beats although the connection has ended: somebody has cut it. */
    boolean beatsAfterEnd() {
        return beatsAfterEnd;
    }

    /** Whether the peer's silence here has been said. */
    boolean isSilent() {
        return silent;
    }

    void silent(boolean now) {
        silent = now;
    }

    /** Sends the heartbeat, dials where it is time, and looks after the deadlines of openings; once every heartbeat. */
    void tick(long nowNs, InetSocket udp) {
        HeartbeatCodec codec = beatsOut;
        if (codec != null) {
            // Also between two connections: as long as it beats, the peer knows that this process lives.
            udp.sendTo(codec.encode(), HeartbeatCodec.BYTES, remote, cluster.livenessPort());
        }
        boolean due = nowNs - deadlineNs >= 0;
        if (phase == Phase.IDLE && initiator && due) {
            dial(nowNs);
        } else if ((phase == Phase.CONNECTING || phase == Phase.OPENING) && due) {
            retryLater(nowNs);
        }
    }

    boolean hasId(long id) {
        return beatsIn != null && linkId == id;
    }

    void onHeartbeat(byte[] datagram, long arrivedNs) {
        if (beatsIn != null && beatsIn.accept(datagram)) {
            owner.onBeat(this, arrivedNs);
            lastBeatNs = arrivedNs - lastBeatNs > 0 ? arrivedNs : lastBeatNs;
            heardBeats = true;
            beatsAfterEnd |= phase == Phase.SUSPECT && arrivedNs - endedAtNs() > 0;
        }
    }

    /** This thread slept: the peer's silence during that time was ours. Reads what it has sent, its farewell included. */
    void catchUp(long nowNs) {
        InetSocket current = socket;
        if (phase == Phase.UP && current != null) {
            lastBeatNs = nowNs;
            onReadable(current, nowNs);
        }
    }

    /** The responder's side of an opening that ended well. */
    void adopt(InetSocket accepted, Handshake.Session session, byte[] rest, int restLength, long nowNs) {
        closeSocket();
        socket = accepted;
        become(session, nowNs);
        reactor.register(accepted.fd(), Reactor.READABLE, (events, now) -> onReadable(accepted, now));
        System.arraycopy(rest, 0, in, 0, restLength);
        inLength = restLength;
        takeFrames(nowNs);
    }

    /** A frame to the peer; a connection that does not take it at once is given up: frames are small and few. */
    void send(int type, byte[] payload, long nowNs) {
        FrameCodec codec = sending;
        InetSocket to = socket;
        if (phase == Phase.UP && codec != null && to != null) {
            byte[] frame = codec.encode(type, payload);
            if (to.send(frame, frame.length) != frame.length) {
                end("slow", nowNs);
            }
        }
    }

    /** Closes; dials again after a while. */
    void drop(long nowNs) {
        closeSocket();
        phase = Phase.IDLE;
        silent = false;
        inLength = 0;
        sending = null;
        receiving = null;
        beatsOut = null;
        beatsIn = null;
        deadlineNs = nowNs + RETRY_NS;
    }

    /** A connection that was cut is dialled again; the old heartbeats go on until the new one is up. */
    void dialAgain(long nowNs) {
        phase = Phase.IDLE;
        deadlineNs = nowNs;
    }

    // ---- The initiator's way up

    private void dial(long nowNs) {
        try {
            InetSocket dialled = InetSocket.connect(self, remote, cluster.livenessPort(), USER_TIMEOUT_MS);
            closeSocket();
            socket = dialled;
            phase = Phase.CONNECTING;
            deadlineNs = nowNs + OPENING_NS;
            reactor.register(dialled.fd(), Reactor.WRITABLE, (events, now) -> onConnected(dialled, now));
        } catch (NetlinkException e) {
            retryLater(nowNs);
        }
    }

    private void onConnected(InetSocket dialled, long nowNs) {
        if (dialled.connectError() != 0) {
            retryLater(nowNs);
            return;
        }
        reactor.unregister(dialled.fd());
        reactor.register(dialled.fd(), Reactor.READABLE, (events, now) -> onReadable(dialled, now));
        random.nextBytes(nonce);
        byte[] opening = Handshake.initiate(nonce, cluster.self(), cluster.name());
        phase = Phase.OPENING;
        inLength = 0;
        if (dialled.send(opening, opening.length) != opening.length) {
            retryLater(nowNs);
        }
    }

    private void takeOpening(InetSocket from, long nowNs) {
        Handshake.Opening opening;
        try {
            opening = Handshake.parse(in, inLength, false);
        } catch (IllegalArgumentException e) {
            retryLater(nowNs);
            return;
        }
        if (opening == null) {
            return;
        }
        Handshake.Session session =
                Handshake.session(secret, cluster.name(), cluster.self(), nonce, opening.name(), opening.nonce());
        byte[] proof = session.fromInitiator().proof();
        // Sent whether or not the other side's is right: it, too, shall know and count.
        boolean sent = from.send(proof, proof.length) == proof.length;
        boolean right = Hmac.matches(session.fromResponder().proof(), in, opening.length(), Handshake.PROOF);
        if (!right || !opening.name().equals(peer)) {
            owner.onRefusal(this, "initiator");
            retryNs = RETRY_MAX_NS;
            retryLater(nowNs);
        } else if (!sent) {
            retryLater(nowNs);
        } else {
            int used = opening.length() + Handshake.PROOF;
            int rest = inLength - used;
            System.arraycopy(in, used, in, 0, rest);
            become(session, nowNs);
            inLength = rest;
            takeFrames(nowNs);
        }
    }

    private void retryLater(long nowNs) {
        // Its heartbeats may still be on: an opening that fails says nothing about a link that was cut.
        closeSocket();
        phase = Phase.IDLE;
        deadlineNs = nowNs + retryNs;
        retryNs = Math.min(RETRY_MAX_NS, retryNs * 2);
    }

    // ---- Up

    private void become(Handshake.Session session, long nowNs) {
        Handshake.Keys out = initiator ? session.fromInitiator() : session.fromResponder();
        Handshake.Keys back = initiator ? session.fromResponder() : session.fromInitiator();
        sending = new FrameCodec(out.frameKey());
        receiving = new FrameCodec(back.frameKey());
        beatsOut = new HeartbeatCodec(out.heartbeatKey(), session.id());
        beatsIn = new HeartbeatCodec(back.heartbeatKey(), session.id());
        linkId = session.id();
        heardBeats = false;
        silent = false;
        inLength = 0;
        lastBeatNs = nowNs;
        phase = Phase.UP;
        retryNs = RETRY_NS;
        owner.onUp(this, nowNs);
    }

    private void onReadable(InetSocket from, long nowNs) {
        while (socket == from) {
            int received = from.receive(in, inLength);
            if (received == InetSocket.AGAIN) {
                return;
            }
            if (received == InetSocket.ENDED) {
                end("connection-ended", nowNs);
                return;
            }
            inLength += received;
            if (phase == Phase.OPENING) {
                takeOpening(from, nowNs);
            } else {
                takeFrames(nowNs);
            }
        }
    }

    private void takeFrames(long nowNs) {
        FrameCodec codec = receiving;
        if (codec == null || phase != Phase.UP) {
            return;
        }
        int used = codec.decode(in, inLength, (type, payload) -> owner.onFrame(this, type, payload, nowNs));
        if (used < 0) {
            log.warning("liveness link peer=" + peer + " address=" + remote.getHostAddress()
                    + " state=down reason=forged-or-damaged-frame");
            end("forged", nowNs);
        } else if (used > 0 && used <= inLength) {
            System.arraycopy(in, used, in, 0, inLength - used);
            inLength -= used;
        }
    }

    private void end(String reason, long nowNs) {
        if (phase != Phase.UP) {
            retryLater(nowNs);
            return;
        }
        closeSocket();
        phase = Phase.SUSPECT;
        beatsAfterEnd = false;
        deadlineNs = nowNs;
        owner.onEnd(this, reason, nowNs);
    }

    /** When the connection ended. */
    long endedAtNs() {
        return deadlineNs;
    }

    private void closeSocket() {
        InetSocket old = socket;
        if (old != null) {
            reactor.unregister(old.fd());
            old.close();
            socket = null;
        }
        inLength = 0;
    }
}

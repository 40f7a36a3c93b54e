// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.config.model.ClusterConfig;
import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.router.VirtualRouter;
import io.tandem.vrrp.socket.InetSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The liveness link to one peer: a TCP connection for what must arrive and whose end says that the process is dead, and
 * heartbeats by UDP beside it for what must be fast.
 *
 * <p>An end without farewell is believed once the heartbeats are missing as well: a connection can be cut by others. When
 * only the heartbeats stop, the peer is stopped or unreachable and is given the time
 * that it has told itself. Owned by the
 * reactor's thread.
 */
final class PeerLink {
    private static final int FRAME_STATUS = 1;
    private static final int FRAME_ASK = 2;
    private static final int FRAME_TOOK = 3;
    private static final int FRAME_REFUSED = 4;
    private static final int FRAME_BYE = 5;

    private static final long RETRY_NS = 100_000_000L;
    private static final long RETRY_MAX_NS = 1_000_000_000L;
    private static final long OPENING_NS = 2_000_000_000L;
    private static final long CONFIRM_NS = LivenessLinks.HEARTBEAT_NS * 3 / 2;
    private static final int USER_TIMEOUT_MS = 1000;
    private static final long MIN_SILENCE_NS = 2 * LivenessLinks.HEARTBEAT_NS;
    private static final long MAX_SILENCE_NS = 1_000_000_000L;

    private enum Phase {
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

    private final Reactor reactor;
    private final ClusterConfig cluster;
    private final ClusterConfig.Member member;
    private final InetAddress self;
    private final byte[] secret;
    private final boolean initiator;
    private final List<VirtualRouter> routers;
    private final EventLog log;
    private final SecureRandom random;
    private final byte[] in = new byte[2 * (FrameCodec.MAX_PAYLOAD + FrameCodec.OVERHEAD)];
    private int inLength;

    private Phase phase = Phase.IDLE;
    private @Nullable InetSocket socket;
    private byte[] nonce = new byte[Handshake.NONCE];
    private @Nullable FrameCodec sending;
    private @Nullable FrameCodec receiving;
    private @Nullable HeartbeatCodec beatsOut;
    private @Nullable HeartbeatCodec beatsIn;
    private long linkId;
    private long lastBeatNs;
    private long silenceNs = MAX_SILENCE_NS;
    private boolean heardBeats;
    private boolean beatsAfterEnd;
    private long deadlineNs;
    private long retryNs = RETRY_NS;
    private List<RouterNews> known = List.of();
    private boolean refusalLogged;

    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong losses = new AtomicLong();
    private volatile String shownState = "down"; // written by the reactor's thread, read by any

    PeerLink(
            Reactor reactor,
            ClusterConfig cluster,
            ClusterConfig.Member member,
            InetAddress self,
            byte[] secret,
            boolean initiator,
            List<VirtualRouter> routers,
            EventLog log,
            SecureRandom random) {
        this.reactor = reactor;
        this.cluster = cluster;
        this.member = member;
        this.self = self;
        this.secret = secret;
        this.initiator = initiator;
        this.routers = routers;
        this.log = log;
        this.random = random;
    }

    String name() {
        return member.name();
    }

    /** Which side dials is fixed by the order of the members, so that two links never cross. */
    boolean isInitiator() {
        return initiator;
    }

    boolean isUp() {
        return phase == Phase.UP;
    }

    /** Its connection ended without farewell. */
    boolean isSuspect() {
        return phase == Phase.SUSPECT;
    }

    LinkStatus status() {
        return new LinkStatus(
                member.name(), member.address().getHostAddress(), shownState, refused.get(), losses.get());
    }

    /** Whether the peer's advertisements for this router come from that address. */
    boolean speaksFor(VirtualRouter router, InetAddress source) {
        for (RouterNews news : known) {
            if (news.isAbout(router.config()) && source.equals(news.source())) {
                return true;
            }
        }
        return false;
    }

    /** Sends what this node's routers are; when the link comes up and whenever that changes. */
    void sendStatus() {
        List<RouterNews> all = new ArrayList<>();
        for (VirtualRouter router : routers) {
            if (all.size() < RouterNews.MAX_ROUTERS) {
                all.add(RouterNews.of(router));
            }
        }
        byte[] news = RouterNews.encode(all);
        ByteBuffer payload = ByteBuffer.allocate(2 + news.length);
        payload.putShort((short) LivenessLinks.silenceMs()).put(news);
        send(FRAME_STATUS, payload.array());
    }

    void sendAsk(VirtualRouter router) {
        send(FRAME_ASK, RouterNews.encode(List.of(RouterNews.of(router))));
    }

    void sendTook(VirtualRouter router) {
        send(FRAME_TOOK, RouterNews.encode(List.of(RouterNews.of(router))));
    }

    void sendRefused(VirtualRouter router) {
        send(FRAME_REFUSED, RouterNews.encode(List.of(RouterNews.of(router))));
    }

    /** Says farewell: the end that follows means nothing. */
    void sayGoodbye() {
        send(FRAME_BYE, new byte[0]);
        drop("down");
    }

    /** Dials where it is time, and looks after deadlines; once every heartbeat. */
    void tick(long nowNs, InetSocket udp, int port) {
        // Also between two connections: as long as it beats, the peer knows that this process lives.
        beat(udp, port);
        if (phase != Phase.UP && phase != Phase.SUSPECT && !known.isEmpty() && nowNs - lastBeatNs > silenceNs) {
            lose("gone-after-cut", nowNs);
        }
        switch (phase) {
            case IDLE -> {
                if (initiator && nowNs - deadlineNs >= 0) {
                    dial(nowNs);
                }
            }
            case CONNECTING, OPENING -> {
                if (nowNs - deadlineNs >= 0) {
                    retryLater(nowNs);
                }
            }
            case UP -> {
                if (heardBeats && nowNs - lastBeatNs > silenceNs) {
                    lose("silent", nowNs);
                }
            }
            case SUSPECT -> confirm(nowNs);
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

    boolean hasId(long id) {
        return beatsIn != null && linkId == id;
    }

    void onHeartbeat(byte[] datagram, long nowNs) {
        if (beatsIn != null && beatsIn.accept(datagram)) {
            lastBeatNs = nowNs;
            heardBeats = true;
            beatsAfterEnd = true;
        }
    }

    /** The responder's side of an opening that ended well. */
    void adopt(InetSocket accepted, Handshake.Session session, byte[] rest, int restLength, long nowNs) {
        replaceSocket();
        socket = accepted;
        inLength = 0;
        become(session, nowNs);
        reactor.register(accepted.fd(), Reactor.READABLE, (events, now) -> onReadable(accepted, now));
        System.arraycopy(rest, 0, in, 0, restLength);
        inLength = restLength;
        takeFrames(nowNs);
    }

    /** A peer by this name did not know the secret. */
    void countRefusal(String side) {
        refused.incrementAndGet();
        shownState = "refused";
        if (!refusalLogged) {
            refusalLogged = true;
            log.warning("liveness refused peer=" + member.name() + " address="
                    + member.address().getHostAddress() + " side=" + side
                    + ": its cluster secret differs from ours; make the secret files the same");
        }
    }

    void close() {
        drop("down");
    }

    // ---- The initiator's way up

    private void dial(long nowNs) {
        try {
            InetSocket dialled = InetSocket.connect(self, member.address(), cluster.livenessPort(), USER_TIMEOUT_MS);
            socket = dialled;
            phase = Phase.CONNECTING;
            shownState = refusalLogged ? "refused" : "connecting";
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
        if (!right || !opening.name().equals(member.name())) {
            countRefusal("initiator");
            retryNs = RETRY_MAX_NS;
            retryLater(nowNs);
        } else if (!sent) {
            retryLater(nowNs);
        } else {
            int used = opening.length() + Handshake.PROOF;
            System.arraycopy(in, used, in, 0, inLength - used);
            inLength -= used;
            become(session, nowNs);
            takeFrames(nowNs);
        }
    }

    private void retryLater(long nowNs) {
        drop(refusalLogged ? "refused" : "down");
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
        silenceNs = MAX_SILENCE_NS;
        lastBeatNs = nowNs;
        phase = Phase.UP;
        retryNs = RETRY_NS;
        refusalLogged = false;
        shownState = "up";
        log.info("liveness link peer=" + member.name() + " state=up");
        sendStatus();
    }

    private void onReadable(InetSocket from, long nowNs) {
        while (socket == from) {
            int received = from.receive(in, inLength);
            if (received == InetSocket.AGAIN) {
                return;
            }
            if (received == InetSocket.ENDED) {
                onEnd(nowNs);
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
        int used = codec.decode(in, inLength, (type, payload) -> onFrame(type, payload, nowNs));
        if (used < 0) {
            log.warning("liveness link peer=" + member.name() + " state=down reason=forged-or-damaged-frame");
            onEnd(nowNs);
        } else if (used > 0 && used <= inLength) {
            System.arraycopy(in, used, in, 0, inLength - used);
            inLength -= used;
        }
    }

    private void onFrame(int type, ByteBuffer payload, long nowNs) {
        switch (type) {
            case FRAME_STATUS -> {
                if (payload.remaining() >= 2) {
                    long told = (payload.getShort() & 0xffff) * 1_000_000L;
                    silenceNs = Math.max(MIN_SILENCE_NS, Math.min(MAX_SILENCE_NS, told));
                    learn(RouterNews.decode(payload), nowNs);
                }
            }
            case FRAME_ASK -> tell(payload, nowNs, Event.PeerReleasing::new);
            case FRAME_TOOK -> tell(payload, nowNs, Event.PeerTook::new);
            case FRAME_REFUSED -> tell(payload, nowNs, Event.PeerRefused::new);
            case FRAME_BYE -> {
                log.info("liveness link peer=" + member.name() + " state=down reason=farewell");
                forget(Event.PeerLeft::new, nowNs);
                deadlineNs = nowNs + RETRY_NS;
                drop("down");
            }
            default -> {
                // A newer version's word.
            }
        }
    }

    private interface EventOfPeer {
        Event of(InetAddress peer);
    }

    private void learn(List<RouterNews> news, long nowNs) {
        List<RouterNews> before = known;
        known = news;
        for (RouterNews old : before) {
            if (news.stream()
                    .noneMatch(now -> now.vrid() == old.vrid() && now.first().equals(old.first()))) {
                deliver(old, Event.PeerLeft::new, nowNs);
            }
        }
        for (RouterNews now : news) {
            if (now.standing() == RouterNews.READY) {
                deliver(now, peer -> new Event.PeerSeen(peer, now.priority()), nowNs);
            } else {
                deliver(now, Event.PeerLeft::new, nowNs);
            }
        }
    }

    private void tell(ByteBuffer payload, long nowNs, EventOfPeer event) {
        RouterNews.decode(payload).forEach(news -> deliver(news, event, nowNs));
    }

    private void deliver(RouterNews news, EventOfPeer event, long nowNs) {
        InetAddress source = news.source();
        if (source == null) {
            return;
        }
        for (VirtualRouter router : routers) {
            if (news.isAbout(router.config())) {
                router.deliver(event.of(source), nowNs);
            }
        }
    }

    private void send(int type, byte[] payload) {
        FrameCodec codec = sending;
        InetSocket to = socket;
        if (phase == Phase.UP && codec != null && to != null) {
            byte[] frame = codec.encode(type, payload);
            if (to.send(frame, frame.length) != frame.length) {
                // Frames are small and few: a full socket means that nobody reads. The silence will tell.
                shownState = "stuck";
            }
        }
    }

    private void beat(InetSocket udp, int port) {
        HeartbeatCodec codec = beatsOut;
        if (codec != null) {
            udp.sendTo(codec.encode(), HeartbeatCodec.BYTES, member.address(), port);
        }
    }

    // ---- The end

    private void onEnd(long nowNs) {
        if (phase != Phase.UP) {
            retryLater(nowNs);
            return;
        }
        replaceSocket();
        phase = Phase.SUSPECT;
        beatsAfterEnd = false;
        deadlineNs = nowNs;
        confirm(nowNs);
    }

    private void confirm(long nowNs) {
        if (!heardBeats || nowNs - lastBeatNs > CONFIRM_NS) {
            lose("connection-ended", nowNs);
        } else if (initiator && beatsAfterEnd && nowNs - deadlineNs > CONFIRM_NS) {
            // It lives: somebody cut the connection. Dial again; the old heartbeats go on until the new link is up.
            log.warning("liveness link peer=" + member.name() + " state=down reason=cut: the peer still beats");
            phase = Phase.IDLE;
            shownState = "down";
        }
    }

    private void lose(String reason, long nowNs) {
        losses.incrementAndGet();
        log.warning("liveness link peer=" + member.name() + " state=down reason=" + reason + " last-heartbeat-ms="
                + (nowNs - lastBeatNs) / 1e6);
        deadlineNs = nowNs + RETRY_NS;
        drop("down");
        forget(Event.PeerGone::new, nowNs);
    }

    private void forget(EventOfPeer event, long nowNs) {
        List<RouterNews> all = known;
        known = List.of();
        all.forEach(news -> deliver(news, event, nowNs));
    }

    private void drop(String state) {
        replaceSocket();
        phase = Phase.IDLE;
        shownState = state;
        inLength = 0;
        sending = null;
        receiving = null;
        beatsOut = null;
        beatsIn = null;
    }

    private void replaceSocket() {
        InetSocket old = socket;
        if (old != null) {
            reactor.unregister(old.fd());
            old.close();
            socket = null;
        }
    }
}

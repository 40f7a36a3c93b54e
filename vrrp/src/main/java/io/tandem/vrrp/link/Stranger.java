// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.config.model.ClusterConfig;
import io.tandem.vrrp.packet.Hmac;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.socket.InetSocket;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * An accepted connection that has not proved itself: it has until its deadline, and a buffer of a few hundred bytes. Owned by
 * the reactor's thread.
 */
final class Stranger {
    /** What becomes of it. */
    interface Door {
        /** The peer of that name which dials this node, or null. */
        @Nullable PeerLink initiatorNamed(String name);

        /** It has proved that it knows the secret: its socket is the peer's from here on. */
        void welcome(Stranger stranger);

        /** It is no peer, or too slow; closed by the door. */
        void refuse(Stranger stranger, String why);
    }

    private final InetSocket socket;
    private final int network;
    private final byte[] source;
    private final long deadlineNs;
    private final ClusterConfig cluster;
    private final byte[] secret;
    private final SecureRandom random;
    private final Reactor reactor;
    private final Door door;
    private final byte[] in = new byte[Handshake.MAX_BYTES];
    private final byte[] nonce = new byte[Handshake.NONCE];
    private int length;
    private @Nullable PeerLink peer;
    private Handshake.@Nullable Session session;

    /**
     * @param network which of this node's addresses it has reached
     * @param source where it comes from
     */
    Stranger(
            InetSocket socket,
            int network,
            byte[] source,
            long deadlineNs,
            ClusterConfig cluster,
            byte[] secret,
            SecureRandom random,
            Reactor reactor,
            Door door) {
        this.socket = socket;
        this.network = network;
        this.source = source;
        this.deadlineNs = deadlineNs;
        this.cluster = cluster;
        this.secret = secret;
        this.random = random;
        this.reactor = reactor;
        this.door = door;
    }

    InetSocket socket() {
        return socket;
    }

    byte[] source() {
        return source;
    }

    boolean isLate(long nowNs) {
        return nowNs - deadlineNs >= 0;
    }

    void listen() {
        reactor.register(socket.fd(), Reactor.READABLE, (events, now) -> onReadable(now));
    }

    private void onReadable(long nowNs) {
        int received = length == in.length ? InetSocket.ENDED : socket.receive(in, length);
        if (received == InetSocket.AGAIN) {
            return;
        }
        if (received == InetSocket.ENDED) {
            door.refuse(this, "ended");
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
            PeerLink from = door.initiatorNamed(opening.name());
            if (from == null || !opening.cluster().equals(cluster.name())) {
                door.refuse(this, "unknown");
                return false;
            }
            random.nextBytes(nonce);
            Handshake.Session keys =
                    Handshake.session(secret, cluster.name(), opening.name(), opening.nonce(), cluster.self(), nonce);
            byte[] response = Handshake.respond(nonce, cluster.self(), keys.fromResponder());
            if (socket.send(response, response.length) != response.length) {
                door.refuse(this, "ended");
                return false;
            }
            peer = from;
            session = keys;
            System.arraycopy(in, opening.length(), in, 0, length - opening.length());
            length -= opening.length();
            return true;
        } catch (IllegalArgumentException e) {
            door.refuse(this, "foreign");
            return false;
        }
    }

    private void verify(long nowNs) {
        PeerLink from = peer;
        Handshake.Session keys = session;
        if (from == null || keys == null || length < Handshake.PROOF) {
            return;
        }
        LinkPath path = from.path(network);
        if (!Hmac.matches(keys.fromInitiator().proof(), in, 0, Handshake.PROOF)) {
            from.onRefusal(path, "responder");
            door.refuse(this, "secret");
            return;
        }
        door.welcome(this);
        byte[] rest = new byte[length - Handshake.PROOF];
        System.arraycopy(in, Handshake.PROOF, rest, 0, rest.length);
        path.adopt(socket, keys, rest, rest.length, nowNs);
    }
}

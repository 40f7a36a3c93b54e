// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.socket.Datagrams;
import io.tandem.vrrp.socket.InetSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The sockets of the heartbeats, one for each network.
 *
 * <p>A beat that arrives wakes nobody: beats are read with every few of our own, and before a peer is judged; the kernel has
 * noted when they came. Only where more come than any cluster sends does their arrival wake the thread, so that a flood fills no
 * socket and real beats are not lost in it. Reactor's thread; reading allocates nothing.
 */
final class BeatSockets {
    private static final int MOST_AT_ONCE = 64;
    /** A beat is shorter: what has this length or more is none. */
    private static final int LONGEST = 64;

    private static final long FLOOD_NS = 1_000_000_000L;

    /** Takes a datagram that names a link. */
    interface Receiver {
        /** @param arrivedNs when the kernel had it, not after now */
        void onDatagram(long id, byte[] datagram, long arrivedNs);
    }

    private final Reactor reactor;
    private final Receiver receiver;
    private final Datagrams datagrams = new Datagrams(LONGEST);
    private final byte[] datagram = new byte[LONGEST];
    private final List<InetSocket> sockets = new ArrayList<>();
    private long heardNs = System.nanoTime();
    /** How far the wall clock was ahead of the monotonic one at the last look. */
    private long aheadNs;

    private boolean flooded;
    private long floodEndsNs;

    BeatSockets(Reactor reactor, Receiver receiver) {
        this.reactor = reactor;
        this.receiver = receiver;
    }

    void add(InetSocket socket) {
        sockets.add(socket);
    }

    /** That of a network. */
    InetSocket get(int network) {
        return sockets.get(network);
    }

    /** Reads what has come. */
    void hear(long nowNs) {
        boolean more = false;
        for (int i = 0; i < sockets.size(); i++) {
            more |= drain(sockets.get(i), nowNs);
        }
        heardNs = nowNs;
        if (more && !flooded) {
            flooded = true;
            sockets.forEach(socket -> reactor.register(socket.fd(), Reactor.READABLE, (events, now) -> hear(now)));
        } else if (flooded && !more && nowNs - floodEndsNs >= 0) {
            flooded = false;
            sockets.forEach(socket -> reactor.unregister(socket.fd()));
        }
        floodEndsNs = more ? nowNs + FLOOD_NS : floodEndsNs;
    }

    /** Answers whether there may be more than it has taken. */
    private boolean drain(InetSocket socket, long nowNs) {
        for (int total = 0; total < MOST_AT_ONCE; total += Datagrams.MOST) {
            int taken = datagrams.take(socket);
            if (taken > 0) {
                long ahead = datagrams.utcNs() - System.nanoTime();
                for (int i = 0; i < taken; i++) {
                    take(i, ahead, nowNs);
                }
                aheadNs = ahead;
            }
            if (taken < Datagrams.MOST) {
                return false;
            }
        }
        return true;
    }

    private void take(int i, long ahead, long nowNs) {
        int length = datagrams.length(i);
        if (length == HeartbeatCodec.BYTES) {
            datagrams.copyTo(i, datagram);
            long id = HeartbeatCodec.idOf(datagram, length);
            if (id != 0) {
                receiver.onDatagram(id, datagram, arrivedNs(datagrams.arrivedUtcNs(i), ahead, nowNs));
            }
        }
    }

    /** Between the last look and now: what was there then was read then, whichever way the wall clock has been set since. */
    private long arrivedNs(long utcNs, long ahead, long nowNs) {
        if (utcNs == 0) {
            return nowNs;
        }
        long before = utcNs - aheadNs;
        long at = before - heardNs >= 0 && nowNs - before >= 0 ? before : utcNs - ahead;
        if (at - heardNs < 0) {
            return heardNs;
        }
        return nowNs - at < 0 ? nowNs : at;
    }

    void close() {
        for (InetSocket socket : sockets) {
            reactor.unregister(socket.fd());
            socket.close();
        }
        sockets.clear();
        flooded = false;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.vrrp.packet.ArpPacket;
import io.tandem.vrrp.packet.MacAddress;
import io.tandem.vrrp.packet.NeighborAdvertisement;
import io.tandem.vrrp.socket.ArpSocket;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * One interface by which a router's addresses are announced: gratuitous ARP, as request and reply, the reply last, since a
 * kernel that still holds the address answers the request and would undo it; for IPv6 unsolicited neighbour advertisements
 * (RFC 4861 7.2.6). From a virtual MAC the reply alone: neighbours know the MAC, the switch learns from either, and what a
 * dead node's kernel answers to a request would teach it the wrong port.
 *
 * <p>Frames are made in advance. Without a pace a round leaves at once and allocates nothing; with one, what may not leave
 * yet waits, each frame at most once for each round. Owned by the reactor's thread.
 */
final class Outlet {
    /** More rounds than that wait for nobody: the first say it all. */
    private static final int MOST_ROUNDS = 8;

    private final ArpSocket socket;
    private final byte[][] frames;
    private final boolean[] isArp;
    private final long arpGapNs;
    private final long neighborGapNs;
    private final Pacer pacer;
    private final boolean elsewhere;
    private final boolean ownInterface;
    private int rounds;
    private int at;

    /**
     * @param mac the sender's
     * @param isRouter whether this host forwards IPv6
     * @param elsewhere whether no advertisements leave by this interface
     * @param ownInterface whether it is of the router's own
     */
    Outlet(
            ArpSocket socket,
            MacAddress mac,
            List<InetAddress> addresses,
            boolean isRouter,
            Pace pace,
            Pacer pacer,
            boolean elsewhere,
            boolean ownInterface) {
        this.socket = socket;
        this.arpGapNs = pace.arp().toNanos();
        this.neighborGapNs = pace.neighbor().toNanos();
        this.pacer = pacer;
        this.elsewhere = elsewhere;
        this.ownInterface = ownInterface;
        List<byte[]> made = new ArrayList<>();
        List<Boolean> arp = new ArrayList<>();
        for (InetAddress address : addresses) {
            if (address instanceof Inet4Address) {
                if (!ownInterface) {
                    made.add(ArpPacket.gratuitousRequest(mac, address));
                    arp.add(true);
                }
                made.add(ArpPacket.gratuitousReply(mac, address));
                arp.add(true);
            } else if (address instanceof Inet6Address six) {
                made.add(NeighborAdvertisement.encode(mac, six, isRouter));
                arp.add(false);
            }
        }
        frames = made.toArray(new byte[0][]);
        isArp = new boolean[frames.length];
        for (int i = 0; i < isArp.length; i++) {
            isArp[i] = arp.get(i);
        }
    }

    boolean isElsewhere() {
        return elsewhere;
    }

    boolean isOwnInterface() {
        return ownInterface;
    }

    void sendRound(long nowNs) {
        if (arpGapNs == 0 && neighborGapNs == 0) {
            for (byte[] frame : frames) {
                socket.send(frame);
            }
        } else if (frames.length > 0) {
            rounds = Math.min(MOST_ROUNDS, rounds + 1);
            onTime(nowNs);
        }
    }

    /** What waits is not said any more. */
    void forget() {
        rounds = 0;
        at = 0;
    }

    long nextWakeNs() {
        return rounds == 0 ? Reactor.NEVER : pacer.freeAtNs(isArp[at]);
    }

    void onTime(long nowNs) {
        while (rounds > 0 && pacer.take(isArp[at], isArp[at] ? arpGapNs : neighborGapNs, nowNs)) {
            socket.send(frames[at]);
            at++;
            if (at == frames.length) {
                at = 0;
                rounds--;
            }
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.packet.ArpPacket;
import io.tandem.vrrp.packet.MacAddress;
import io.tandem.vrrp.packet.NeighborAdvertisement;
import io.tandem.vrrp.socket.ArpSocket;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells switches and neighbours who has the virtual addresses: gratuitous ARP, as request and reply, the reply last, since
 * a kernel that still holds the address answers the request and would undo it; for IPv6 unsolicited neighbour
 * advertisements (RFC 4861 7.2.6).
 *
 * <p>The first block goes at 0, 10, 50, 200 ms, 1 s and then every second, as many as keepalived's {@code
 * garp_master_repeat} says; the second after {@code garp_master_delay}; then refreshes, if asked for. Owned by the
 * reactor's thread; frames are made in advance.
 */
final class Announcer {
    private static final long MS = 1_000_000L;
    private static final long[] FIRST_BLOCK = {0, 10 * MS, 50 * MS, 200 * MS, 1000 * MS};
    private static final long GAP_NS = 10 * MS;

    private final VirtualRouterConfig config;
    private final long[] offsetsNs;
    private byte[][] frames = new byte[0][];
    private @Nullable ArpSocket socket;
    private boolean running;
    private long startedAtNs;
    private int step;
    private long refreshAtNs = Reactor.NEVER;
    private long sent; // written by the reactor's thread, read by any

    Announcer(VirtualRouterConfig config) {
        this.config = config;
        this.offsetsNs = schedule(config.announce());
    }

    /**
     * Where to announce from.
     *
     * @param newSocket null while the interface is away
     * @param mac the sender's
     * @param isRouter whether this host forwards IPv6
     */
    void use(@Nullable ArpSocket newSocket, MacAddress mac, boolean isRouter) {
        socket = newSocket;
        List<byte[]> made = new ArrayList<>();
        for (List<VirtualAddress> addresses : List.of(config.addresses(), config.excludedAddresses())) {
            for (VirtualAddress virtual : addresses) {
                InetAddress address = virtual.address();
                if (address instanceof Inet4Address) {
                    made.add(ArpPacket.gratuitousRequest(mac, address));
                    made.add(ArpPacket.gratuitousReply(mac, address));
                } else if (address instanceof Inet6Address six) {
                    made.add(NeighborAdvertisement.encode(mac, six, isRouter));
                }
            }
        }
        frames = made.toArray(new byte[0][]);
    }

    /** Starts the schedule anew; its first round leaves at once. */
    void announce(long nowNs) {
        running = true;
        startedAtNs = nowNs;
        step = 0;
        long refresh = config.announce().refresh().toNanos();
        refreshAtNs = refresh > 0 ? nowNs + refresh : Reactor.NEVER;
        onTime(nowNs);
    }

    void stop() {
        running = false;
        refreshAtNs = Reactor.NEVER;
    }

    /** One round for every address, now. */
    void sendRound() {
        if (socket != null) {
            for (byte[] frame : frames) {
                socket.send(frame);
            }
            sent += frames.length;
        }
    }

    long sent() {
        return sent;
    }

    long nextWakeNs() {
        if (!running) {
            return Reactor.NEVER;
        }
        long next = step < offsetsNs.length ? startedAtNs + offsetsNs[step] : Reactor.NEVER;
        return refreshAtNs != Reactor.NEVER && (next == Reactor.NEVER || refreshAtNs - next < 0) ? refreshAtNs : next;
    }

    void onTime(long nowNs) {
        if (!running) {
            return;
        }
        boolean due = false;
        while (step < offsetsNs.length && nowNs - (startedAtNs + offsetsNs[step]) >= 0) {
            step++;
            due = true;
        }
        if (due) {
            sendRound();
        }
        if (refreshAtNs != Reactor.NEVER && nowNs - refreshAtNs >= 0) {
            refreshAtNs = nowNs + config.announce().refresh().toNanos();
            for (int i = 0; i < config.announce().refreshRepeat(); i++) {
                sendRound();
            }
        }
    }

    private static long[] schedule(VirtualRouterConfig.Announce announce) {
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < announce.repeat(); i++) {
            int last = FIRST_BLOCK.length - 1;
            offsets.add(i <= last ? FIRST_BLOCK[i] : FIRST_BLOCK[last] + (i - last) * 1000L * MS);
        }
        long second = announce.delay().toNanos();
        for (int i = 0; second > 0 && i < announce.repeat(); i++) {
            offsets.add(second + i * GAP_NS);
        }
        return offsets.stream().mapToLong(Long::longValue).sorted().toArray();
    }
}

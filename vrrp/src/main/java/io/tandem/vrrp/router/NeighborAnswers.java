// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.MacAddress;
import io.tandem.vrrp.packet.NeighborAdvertisement;
import io.tandem.vrrp.packet.NeighborSolicitation;
import io.tandem.vrrp.packet.NeighborSolicitation.Question;
import io.tandem.vrrp.socket.ArpSocket;
import io.tandem.vrrp.socket.NeighborSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Answers neighbour solicitations on one interface (RFC 4861 7.2.4) for addresses that the kernel does not answer for: those
 * that are on the TUN device alone. So nobody answers any more from the moment on when this process dies or is stopped.
 *
 * <p>Its groups are joined while the router is Backup too: a switch that watches for them has the port in its list before
 * the takeover. Of a flood at most {@value #BUDGET} questions are read in {@value #PERIOD_MS} ms; the rest waits in the
 * socket, and the kernel throws away what does not fit. Owned by the reactor's thread.
 */
final class NeighborAnswers implements Reactor.Timed, AutoCloseable {
    static final int BUDGET = 100;
    static final int PERIOD_MS = 20;

    private static final long PERIOD_NS = PERIOD_MS * 1_000_000L;
    /** As many as a filter in the kernel can tell. */
    private static final int ADDRESSES_A_SOCKET = 100;

    private static final int WARM_ROUNDS = 100;

    private final Reactor reactor;
    private final Netlink netlink;
    private final Place.Way way;
    private final ArpSocket out;
    private final boolean isRouter;
    private final Predicate<InetAddress> held;
    private final List<NeighborSocket> sockets = new ArrayList<>();
    private int left = BUDGET;
    private long periodEndsNs;
    private boolean paused;

    /**
     * @param out where answers leave by
     * @param isRouter whether this host forwards IPv6
     * @param held whether this host has an address now
     */
    NeighborAnswers(
            Reactor reactor,
            Netlink netlink,
            Place.Way way,
            ArpSocket out,
            boolean isRouter,
            Predicate<InetAddress> held) {
        this.reactor = reactor;
        this.netlink = netlink;
        this.way = way;
        this.out = out;
        this.isRouter = isRouter;
        this.held = held;
    }

    /** Opens the sockets; to be {@linkplain #close closed} whether that succeeds or not. */
    void open(List<InetAddress> addresses) throws NetlinkException {
        for (int from = 0; from < addresses.size(); from += ADDRESSES_A_SOCKET) {
            int to = Math.min(addresses.size(), from + ADDRESSES_A_SOCKET);
            sockets.add(NeighborSocket.ofQuestions(way.interfaceName(), way.index(), addresses.subList(from, to)));
        }
        listen();
    }

    private void listen() {
        paused = false;
        for (NeighborSocket socket : sockets) {
            reactor.register(socket.fd(), Reactor.READABLE, (events, now) -> read(socket, now));
        }
    }

    private void silence() {
        paused = true;
        sockets.forEach(socket -> reactor.unregister(socket.fd()));
    }

    private void read(NeighborSocket socket, long nowNs) {
        if (nowNs - periodEndsNs >= 0) {
            periodEndsNs = nowNs + PERIOD_NS;
            left = BUDGET;
        }
        while (left > 0 && socket.receive()) {
            left--;
            Question question = socket.question();
            if (question != null && held.test(question.target())) {
                answer(question);
            }
        }
        if (left == 0 && !paused) {
            silence();
        }
    }

    private void answer(Question question) {
        MacAddress mac = question.mac();
        if (mac == null && !question.asking().isAnyLocalAddress()) {
            // One who asks this host alone need not say (7.2.2): there was a word between them before.
            byte[] known = netlink.neighbors().macOf(question.asking(), way.index());
            if (known == null) {
                return; // it will ask all, and say
            }
            mac = MacAddress.of(known, 0);
        }
        out.send(NeighborAdvertisement.answer(
                way.mac(), question.target(), isRouter, question.asking(), mac == null ? MacAddress.ZERO : mac));
    }

    @Override
    public long nextWakeNs() {
        return paused ? periodEndsNs : Reactor.NEVER;
    }

    @Override
    public void onTime(long nowNs) {
        if (paused && nowNs - periodEndsNs >= 0) {
            listen();
        }
    }

    /** Runs the code without harm: the first who asks is not to wait for its compilation. */
    void warmUp(InetAddress of) {
        byte[] solicitation = NeighborSolicitation.encode(way.mac(), of, of);
        byte[] message = Arrays.copyOfRange(solicitation, NeighborAdvertisement.MESSAGE_AT, solicitation.length);
        for (int i = 0; i < WARM_ROUNDS; i++) {
            Question question = NeighborSolicitation.decode(message, message.length, of, of);
            if (question != null) {
                NeighborAdvertisement.answer(way.mac(), question.target(), isRouter, of, way.mac());
            }
        }
    }

    @Override
    public void close() {
        if (!paused) {
            silence();
        }
        sockets.forEach(NeighborSocket::close);
        sockets.clear();
    }
}

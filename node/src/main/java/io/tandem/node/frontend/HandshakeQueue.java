// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannelConfig;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Accepted connections of one loop whose TLS handshake has yet to begin. A handshake costs as much as fifty requests: only a few
 * begin in a row, so that requests under way and the sockets that listen have their turn. While more clients come than handshakes
 * can be made, the newest is served first and the oldest, whose client may have given up, waits: new clients see no delay, and
 * no line is left to be worked off once the rush is over. A connection that waits is bound by its own time-outs
 * ({@code timeout client-hs}, {@code timeout client}) and counts against {@code maxconn}.
 */
final class HandshakeQueue {
    private static final LoopLocal<HandshakeQueue> OF_LOOP = new LoopLocal<>(HandshakeQueue::new);

    /** So many begin at a time: about 2 ms of work. */
    private static final int AT_A_TIME = 4;

    private static final int TURN_MS = 1;

    /** Beyond so many the oldest is reset: its client hears of it while it may still try again. */
    private static final int MOST = 1024;

    private final Loop loop;
    private final ArrayDeque<Channel> waiting = new ArrayDeque<>();
    private int begun;
    private long turnNs;

    private HandshakeQueue(Loop loop) {
        this.loop = loop;
        turnNs = loop.nowNs();
    }

    static HandshakeQueue of(Loop loop) {
        return OF_LOOP.of(loop);
    }

    /** @param channel reads by itself, and nobody stops it before its handshake is over */
    void enter(Channel channel) {
        if (waiting.isEmpty() && loop.nowNs() - turnNs >= TimeUnit.MILLISECONDS.toNanos(TURN_MS)) {
            turnNs = loop.nowNs();
            begun = 0;
        }
        if (begun < AT_A_TIME) {
            begun++;
            return;
        }
        channel.config().setAutoRead(false);
        if (waiting.isEmpty()) {
            scheduleTurn();
        } else if (waiting.size() >= MOST) {
            reset(waiting.removeFirst());
        }
        waiting.addLast(channel);
    }

    private void scheduleTurn() {
        loop.eventLoop().schedule(this::turn, TURN_MS, TimeUnit.MILLISECONDS);
    }

    private void turn() {
        turnNs = loop.tick();
        begun = 0;
        while (begun < AT_A_TIME && !waiting.isEmpty()) {
            Channel newest = waiting.removeLast();
            if (newest.isActive()) {
                begun++;
                newest.config().setAutoRead(true);
            }
        }
        if (!waiting.isEmpty()) {
            scheduleTurn();
        }
    }

    private static void reset(Channel oldest) {
        if (oldest.isActive() && oldest.config() instanceof SocketChannelConfig tcp) {
            tcp.setSoLinger(0);
        }
        oldest.close();
    }
}

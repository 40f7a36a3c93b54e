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
 * Accepted connections of one loop whose TLS handshake has yet to begin. A handshake costs as much as fifty requests: one begins
 * in a turn of the loop, so that requests under way and the sockets that listen have theirs in between. While more clients come than handshakes
 * can be made, the newest is served first and the oldest, whose client may have given up, waits: new clients see no delay, and
 * no line is left to be worked off once the rush is over. A connection that waits is bound by its own time-outs
 * ({@code timeout client-hs}, {@code timeout client}) and counts against {@code maxconn}.
 */
final class HandshakeQueue {
    private static final LoopLocal<HandshakeQueue> OF_LOOP = new LoopLocal<>(HandshakeQueue::new);

    /** Due as soon as the loop has looked at its sockets. */
    private static final int NEXT_TURN_NS = 1;

    /** Beyond so many the oldest is reset: its client hears of it while it may still try again. */
    private static final int MOST = 1024;

    private final Loop loop;
    private final ArrayDeque<Channel> waiting = new ArrayDeque<>();
    /** Whether one has begun in this turn; the next one ends that. */
    private boolean begun;

    private HandshakeQueue(Loop loop) {
        this.loop = loop;
    }

    static HandshakeQueue of(Loop loop) {
        return OF_LOOP.of(loop);
    }

    /** @param channel reads by itself, and nobody stops it before its handshake is over */
    void enter(Channel channel) {
        if (!begun) {
            onBegun();
            return;
        }
        channel.config().setAutoRead(false);
        if (waiting.size() >= MOST) {
            reset(waiting.removeFirst());
        }
        waiting.addLast(channel);
    }

    private void onBegun() {
        begun = true;
        loop.eventLoop().schedule(this::turn, NEXT_TURN_NS, TimeUnit.NANOSECONDS);
    }

    private void turn() {
        loop.tick();
        begun = false;
        while (!begun && !waiting.isEmpty()) {
            Channel newest = waiting.removeLast();
            if (newest.isActive()) {
                onBegun();
                newest.config().setAutoRead(true);
            }
        }
    }

    private static void reset(Channel oldest) {
        if (oldest.isActive() && oldest.config() instanceof SocketChannelConfig tcp) {
            tcp.setSoLinger(0);
        }
        oldest.close();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.tandem.node.loop.Loop;
import io.tandem.node.rules.Facts;

/** What becomes of bytes that clients send without asking for anything: a frontend with one has no backend. */
public interface Receiver {
    /** A client's connection. */
    abstract class Stream extends ChannelInboundHandlerAdapter implements ClientConnection {}

    /**
     * A client has connected; its handshakes are over, or under way before the handler.
     *
     * @param end to be run once, when the connection has ended
     */
    Stream open(Facts facts, Runnable end);

    /** A datagram has come. Called on {@code loop}; the buffer is the caller's. */
    void datagram(Loop loop, ByteBuf bytes);
}

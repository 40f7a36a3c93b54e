// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is said on a connection before its own bytes, TLS included: the request to a SOCKS4 proxy and its answer, and a PROXY
 * protocol header. Lives on the connection's loop.
 *
 * <pre>
 * request  | 4 | 1 | port, 2 bytes | IPv4 address, 4 bytes | user name | 0 |
 * answer   | 0 | 90 granted, 91 refused … | 6 bytes to skip |
 * </pre>
 *
 * @see <a href="https://www.openssh.com/txt/socks4.protocol">SOCKS 4</a>
 */
public final class Greeting extends ChannelInboundHandlerAdapter {
    private static final byte[] USER = "HAProxy".getBytes(StandardCharsets.US_ASCII);
    private static final int ANSWER = 8;
    private static final int GRANTED = 90;

    /** Hears whether the way is free. */
    public interface Outcome {
        void onGreeted(boolean success);
    }

    private final byte @Nullable [] header;
    private final Outcome outcome;
    private final byte[] answer = new byte[ANSWER];
    private int received;
    private boolean over;

    private Greeting(byte @Nullable [] header, Outcome outcome) {
        this.header = header;
        this.outcome = outcome;
    }

    /**
     * Begins on a channel that is connected; {@code outcome} hears of it, perhaps before this returns.
     *
     * @param through the server, where {@code channel} leads to a SOCKS proxy; null where it leads to the server
     * @param header what the server wants first, or null
     */
    public static void on(
            Channel channel, @Nullable InetSocketAddress through, byte @Nullable [] header, Outcome outcome) {
        if (through == null) {
            send(channel, header);
            outcome.onGreeted(true);
        } else if (through.getAddress() instanceof Inet4Address four) {
            channel.pipeline().addFirst(new Greeting(header, outcome));
            ByteBuffer request = ByteBuffer.allocate(ANSWER + USER.length + 1);
            request.put((byte) 4).put((byte) 1).putShort((short) through.getPort());
            request.put(four.getAddress()).put(USER);
            send(channel, request.array());
        } else {
            outcome.onGreeted(false); // the protocol has room for four bytes
        }
    }

    /** Below all handlers: it is not for TLS to encrypt. */
    private static void send(Channel channel, byte @Nullable [] bytes) {
        if (bytes != null) {
            channel.unsafe().write(Unpooled.directBuffer(bytes.length).writeBytes(bytes), channel.newPromise());
            channel.unsafe().flush();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (over) {
            context.fireChannelRead(in);
            return;
        }
        int count = Math.min(in.readableBytes(), ANSWER - received);
        in.readBytes(answer, received, count);
        received += count;
        if (received < ANSWER) {
            in.release();
            return;
        }
        over = true;
        boolean granted = answer[0] == 0 && answer[1] == GRANTED && !in.isReadable();
        in.release();
        if (granted) {
            send(context.channel(), header);
        }
        context.pipeline().remove(this);
        outcome.onGreeted(granted);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (over) {
            context.fireChannelInactive();
        } else {
            over = true;
            outcome.onGreeted(false);
        }
    }
}

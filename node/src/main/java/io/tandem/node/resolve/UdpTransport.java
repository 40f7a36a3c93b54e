// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.tandem.node.loop.Loop;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams to one name server, from sockets that are connected to it: the kernel drops what comes from elsewhere. A socket,
 * and with it its port, serves {@value #QUERIES} questions, so that who wants to forge an answer has to guess port and id.
 */
final class UdpTransport implements Transport {
    static final int QUERIES = 32;
    /** How many sockets may be left from before, waiting for late answers. */
    static final int OLD_SOCKETS = 64;

    private final Loop loop;
    private final InetSocketAddress server;
    private final int payloadSize;
    private final int patienceMs;
    private final Receiver receiver;
    private final Deque<Channel> old = new ArrayDeque<>();
    private @Nullable Channel socket;
    private int left;
    private boolean closed;

    /** @param patienceMs how long answers to the last question of a socket are waited for */
    UdpTransport(Loop loop, InetSocketAddress server, int payloadSize, int patienceMs, Receiver receiver) {
        this.loop = loop;
        this.server = server;
        this.payloadSize = payloadSize;
        this.patienceMs = patienceMs;
        this.receiver = receiver;
    }

    @Override
    public boolean send(byte[] message, int id) {
        Channel channel = socket();
        if (channel == null) {
            return false;
        }
        left--;
        ByteBuf out = Unpooled.wrappedBuffer(message);
        ChannelFuture sent = channel.writeAndFlush(new DatagramPacket(out, server));
        if (sent.isDone()) {
            return sent.isSuccess();
        }
        sent.addListener((ChannelFutureListener) future -> {
            if (!future.isSuccess()) {
                receiver.onSendFailed();
            }
        });
        return true;
    }

    /** The socket for the next question; null where there is none to be had now. */
    private @Nullable Channel socket() {
        Channel present = socket;
        if (closed || (present != null && left > 0 && present.isOpen())) {
            return closed ? null : present;
        }
        if (present != null) {
            socket = null;
            retire(present);
        }
        Channel fresh;
        try {
            fresh = new EpollDatagramChannel();
        } catch (ChannelException noDescriptor) {
            return null;
        }
        // one octet more than we take, so that a longer message shows
        fresh.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(payloadSize + 1));
        fresh.pipeline().addLast(new Receiving());
        loop.eventLoop().register(fresh);
        // at once, for this is its loop: a bootstrap would connect behind the first question
        ChannelFuture connected = fresh.connect(server);
        if (!connected.isSuccess()) { // without a route, say: an unconnected socket would take answers from anywhere
            fresh.close();
            return null;
        }
        socket = fresh;
        left = QUERIES;
        return fresh;
    }

    private void retire(Channel before) {
        old.addLast(before);
        if (old.size() > OLD_SOCKETS) {
            old.removeFirst().close();
        }
        loop.eventLoop()
                .schedule(
                        () -> {
                            old.remove(before);
                            before.close();
                        },
                        patienceMs,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed = true;
        Channel present = socket;
        if (present != null) {
            present.close();
        }
        old.forEach(Channel::close);
        old.clear();
    }

    private final class Receiving extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            loop.tick();
            ByteBuf in = packet.content();
            if (in.readableBytes() > payloadSize) {
                receiver.onTooBig();
                return;
            }
            byte[] message = new byte[in.readableBytes()];
            in.readBytes(message);
            receiver.onMessage(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            loop.failed(cause); // nobody listens there, most likely: the time to wait tells
        }
    }
}

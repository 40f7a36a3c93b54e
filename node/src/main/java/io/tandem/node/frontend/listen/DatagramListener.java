// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.ReferenceCountUtil;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.Receiver;
import io.tandem.node.loop.KernelBuffers;
import io.tandem.node.loop.Loop;
import io.tandem.node.socket.SocketOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A socket that receives datagrams for a frontend that is no proxy. Opened and closed by the thread that loads; receives on one loop. */
public final class DatagramListener {
    /** As long as a datagram can be. */
    private static final int LARGEST = 65_536;

    private final int descriptor;
    private final Channel channel;
    private volatile @Nullable Receiver receiver; // written by the thread that loads, read by the loop

    private DatagramListener(int descriptor, SocketAddress address, Loop loop) {
        this.descriptor = descriptor;
        channel = address instanceof DomainSocketAddress
                ? new EpollDomainDatagramChannel(descriptor)
                : new EpollDatagramChannel(descriptor);
        channel.config().setAutoRead(false);
        channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(LARGEST));
        channel.pipeline().addLast(new Inbound(loop));
        loop.eventLoop().register(channel).syncUninterruptibly();
    }

    /** @param adopted a descriptor that another process gave, or none */
    static DatagramListener open(Bind bind, List<Integer> adopted, Loop loop) throws IOException {
        SocketAddress address = bind.address().socket();
        try {
            int descriptor = !adopted.isEmpty()
                    ? adopted.get(0)
                    : address == null ? bind.address().fd() : ListeningSocket.forDatagrams(address, bind.settings());
            SocketOptions.nonBlocking(descriptor);
            return new DatagramListener(
                    descriptor, Objects.requireNonNullElse(address, new InetSocketAddress(0)), loop);
        } catch (IOException failure) {
            String message = String.valueOf(failure.getMessage());
            throw new IOException(
                    "cannot bind socket ("
                            + message.substring(message.lastIndexOf(": ") + 1).trim() + ") for ["
                            + bind.address().written() + "]",
                    failure);
        }
    }

    /** From now on datagrams are for that frontend; called again after each reload. */
    public void serve(Frontend frontend, Bind bind) {
        KernelBuffers buffers = bind.settings().buffers;
        if (buffers != null) {
            buffers.applyTo(channel.config());
        }
        receiver = frontend.receiver();
        channel.config().setAutoRead(true);
    }

    public List<Integer> descriptors() {
        return isOpen() ? List.of(descriptor) : List.of();
    }

    public boolean isOpen() {
        return channel.isOpen();
    }

    /** Where it receives: the port where 0 was asked for. */
    public @Nullable SocketAddress localAddress() {
        return channel.localAddress();
    }

    public void close() {
        channel.close().awaitUninterruptibly();
    }

    private final class Inbound extends ChannelInboundHandlerAdapter {
        private final Loop loop;

        Inbound(Loop loop) {
            this.loop = loop;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Receiver present = receiver;
            if (present != null && message instanceof AddressedEnvelope<?, ?> packet) {
                present.datagram(loop, (ByteBuf) packet.content());
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // an ICMP error about something we never sent: the next datagram is as good as any
        }
    }
}

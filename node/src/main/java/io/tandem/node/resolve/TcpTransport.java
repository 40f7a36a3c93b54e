// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.tandem.node.loop.Loop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one name server (RFC 1035 section 4.2.2, RFC 7766): {@value #PIPELINE} questions at once on each, numbered
 * from 1; a connection that has been idle for {@value #IDLE_MS} ms is closed. What was asked on a connection that breaks is
 * lost, and asked again when its time is over.
 *
 * <pre>
 * length 2 | message
 * </pre>
 */
final class TcpTransport implements Transport {
    static final int PIPELINE = 4;
    static final int IDLE_MS = 5000;
    private static final int CONNECT_MS = 5000;
    /** Where {@code maxconn} says nothing: more questions than these are kept waiting are not asked. */
    private static final int MOST_CONNECTIONS = 256;

    private final Loop loop;
    private final InetSocketAddress server;
    private final @Nullable InetAddress source;
    private final int mostConnections;
    private final int payloadSize;
    private final Receiver receiver;
    private final List<Connection> connections = new ArrayList<>();
    private boolean closed;

    TcpTransport(Loop loop, InetSocketAddress server, NameserverSettings settings, int payloadSize, Receiver receiver) {
        this.loop = loop;
        this.server = server;
        this.source = settings.source();
        this.mostConnections = settings.maxConnections() > 0 ? settings.maxConnections() : MOST_CONNECTIONS;
        this.payloadSize = payloadSize;
        this.receiver = receiver;
    }

    @Override
    public boolean send(byte[] message, int id) {
        if (closed) {
            return false;
        }
        for (Connection connection : connections) {
            if (connection.waiting.size() < PIPELINE) {
                return connection.send(message, id);
            }
        }
        return open().send(message, id);
    }

    private Connection open() {
        if (connections.size() >= mostConnections) {
            Connection oldest = connections.get(0); // nobody answers there: its questions have had their time
            if (oldest.waiting.size() < PIPELINE * 4) {
                return oldest;
            }
            oldest.close();
        }
        Connection connection = new Connection();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.eventLoop())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MS)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(connection);
        connection.opening = source == null
                ? bootstrap.connect(server)
                : bootstrap.connect(server, new InetSocketAddress(source, 0));
        connections.add(connection);
        return connection;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(connections).forEach(Connection::close);
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        /** The ids of questions on their way, by their numbers on this connection. */
        final Map<Integer, Integer> waiting = new HashMap<>();

        @Nullable ChannelFuture opening;

        private byte[] held = new byte[0];
        private int last;
        private long activeNs;
        private boolean watched;

        boolean send(byte[] message, int id) {
            ChannelFuture channel = opening;
            if (channel == null || (channel.isDone() && !channel.isSuccess())) {
                close();
                return false;
            }
            last = last % 0xffff + 1;
            waiting.put(last, id);
            activeNs = loop.nowNs();
            byte[] numbered = message.clone();
            numbered[0] = (byte) (last >>> 8);
            numbered[1] = (byte) last;
            ByteBuf out = Unpooled.buffer(numbered.length + 2);
            out.writeShort(numbered.length).writeBytes(numbered);
            if (channel.isDone()) {
                channel.channel().writeAndFlush(out);
            } else {
                channel.addListener((ChannelFutureListener) done -> {
                    if (done.isSuccess()) {
                        done.channel().writeAndFlush(out);
                    } else {
                        out.release();
                        receiver.onSendFailed();
                        close();
                    }
                });
            }
            watch();
            return true;
        }

        private void watch() {
            if (!watched) {
                watched = true;
                loop.eventLoop().schedule(this::lookWhetherIdle, IDLE_MS, TimeUnit.MILLISECONDS);
            }
        }

        private void lookWhetherIdle() {
            watched = false;
            if (System.nanoTime() - activeNs >= TimeUnit.MILLISECONDS.toNanos(IDLE_MS)) {
                close();
            } else if (connections.contains(this)) {
                watch();
            }
        }

        void close() {
            connections.remove(this);
            ChannelFuture channel = opening;
            if (channel != null) {
                channel.channel().close();
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            loop.tick();
            ByteBuf in = (ByteBuf) message;
            byte[] all = new byte[held.length + in.readableBytes()];
            System.arraycopy(held, 0, all, 0, held.length);
            in.readBytes(all, held.length, in.readableBytes());
            in.release();
            held = messagesOf(all);
        }

        /** Hands the whole messages on; answers what is left over, never more than one message. */
        private byte[] messagesOf(byte[] all) {
            int at = 0;
            while (all.length - at >= 2) {
                int length = (all[at] & 0xff) << 8 | (all[at + 1] & 0xff);
                if (all.length - at - 2 < length) {
                    break;
                }
                byte[] message = new byte[length];
                System.arraycopy(all, at + 2, message, 0, length);
                at += 2 + length;
                received(message);
            }
            byte[] rest = new byte[all.length - at];
            System.arraycopy(all, at, rest, 0, rest.length);
            return rest;
        }

        private void received(byte[] message) {
            activeNs = loop.nowNs();
            Integer id = waiting.remove(ResponseReader.id(message));
            if (message.length > payloadSize) {
                receiver.onTooBig();
                return;
            }
            if (id != null) {
                message[0] = (byte) (id >>> 8);
                message[1] = (byte) (int) id;
                receiver.onMessage(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            connections.remove(this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            loop.failed(cause);
            close();
        }
    }
}

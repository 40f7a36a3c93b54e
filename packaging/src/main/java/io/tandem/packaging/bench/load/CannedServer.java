// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The web server behind the proxies: counts empty lines in what it reads and sends one canned reply for each, by the first
 * letter of the path: {@code /b…} one MiB, {@code /1…} 10 240 bytes, otherwise 5. One event loop, almost no work.
 */
public final class CannedServer implements AutoCloseable {
    public static final int BIG_BYTES = 1 << 20;

    private static final ByteBuf SMALL = reply("pong\n".getBytes(StandardCharsets.US_ASCII));
    private static final ByteBuf MEDIUM = reply(new byte[10_240]);
    private static final ByteBuf BIG = reply(new byte[BIG_BYTES]);

    /** Where the first letter of the path stands in {@code GET /big}. */
    private static final int LETTER = 5;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("canned-server", true), EpollIoHandler.newFactory());
    private final Channel listener;

    public CannedServer() {
        this(new InetSocketAddress("127.0.0.1", 0));
    }

    /** @throws io.netty.channel.ChannelException if the address cannot be had */
    public CannedServer(InetSocketAddress address) {
        listener = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Replies());
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static ByteBuf reply(byte[] body) {
        String head = "HTTP/1.1 200 OK\r\nServer: canned\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\n"
                + "Content-Type: text/plain\r\nContent-Length: " + body.length + "\r\n\r\n";
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                        .writeBytes(head.getBytes(StandardCharsets.US_ASCII))
                        .writeBytes(body))
                .asReadOnly();
    }

    /** One connection: its place in the request's head. */
    private static final class Replies extends ChannelInboundHandlerAdapter {
        private int position;
        private byte letter;
        private int matched;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                while (in.isReadable()) {
                    take(ctx, in);
                }
            } finally {
                in.release();
            }
        }

        private void take(ChannelHandlerContext ctx, ByteBuf in) {
            for (; position <= LETTER && in.isReadable(); position++) {
                letter = in.readByte();
            }
            while (in.isReadable()) {
                if (matched == 0) { // jump from line end to line end
                    int lf = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
                    if (lf < 0) {
                        in.readerIndex(in.writerIndex());
                        return;
                    }
                    in.readerIndex(lf + 1);
                    matched = 1;
                }
                if (!in.isReadable()) {
                    return;
                }
                byte b = in.readByte();
                if (b == '\n') {
                    matched = 0;
                    position = 0;
                    ctx.write(replyFor(letter).duplicate(), ctx.voidPromise());
                    return;
                }
                matched = b == '\r' ? 1 : 0;
            }
        }

        private static ByteBuf replyFor(byte letter) {
            return switch (letter) {
                case 'b' -> BIG;
                case '1' -> MEDIUM;
                default -> SMALL;
            };
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Override
    public void close() {
        listener.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}

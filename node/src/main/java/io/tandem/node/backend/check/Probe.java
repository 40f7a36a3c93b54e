// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import io.tandem.node.backend.CheckPlan;
import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.backend.Dialing;
import io.tandem.node.backend.pool.Dialer;
import io.tandem.node.backend.pool.Greeting;
import io.tandem.node.backend.tls.ServerTls;
import io.tandem.node.proxyprotocol.ProxyHeader;
import io.tandem.node.tls.Session;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One health check under way: connects, asks, listens, reports once. Owned by its event loop. */
final class Probe extends SimpleChannelInboundHandler<ByteBuf> {
    /** More than this without the end of a line is no answer. */
    private static final int LONGEST_LINE = 16 * 1024;

    /** What the kernel said, in the message of Netty's exception. */
    private static final Pattern ERRNO = Pattern.compile("failed(?: with error\\(-?[0-9]+\\))?: ([A-Z][A-Za-z ()/-]+)");

    private static final String HANDSHAKE_FAILED = "SSL handshake failure";

    private final CheckPlan plan;
    private final CheckSettings settings;
    private final Session session = new Session();
    private final int readTimeoutMs;
    private final Consumer<CheckReport> report;
    private final long startNs = System.nanoTime();
    private final ByteBuf answer = Unpooled.buffer(256, LONGEST_LINE + 1);
    private @Nullable Channel channel;
    private @Nullable Future<?> timeout;
    private boolean connected;
    private boolean secured;
    private boolean done;

    private Probe(CheckPlan plan, CheckSettings settings, int readTimeoutMs, Consumer<CheckReport> report) {
        this.plan = plan;
        this.settings = settings;
        this.readTimeoutMs = readTimeoutMs;
        this.report = report;
    }

    /**
     * Starts a check on {@code loop}, the calling thread's.
     *
     * @param address where to
     * @param readTimeoutMs time for the answer once connected; 0: {@code connectTimeoutMs} is for everything
     * @param report called once, on the loop
     */
    static Probe start(
            EventLoop loop,
            CheckSettings settings,
            InetSocketAddress address,
            CheckPlan plan,
            int connectTimeoutMs,
            int readTimeoutMs,
            Consumer<CheckReport> report) {
        Probe probe = new Probe(plan, settings, readTimeoutMs, report);
        probe.timeout = loop.schedule(probe::onTimeout, connectTimeoutMs, TimeUnit.MILLISECONDS);
        Dialing dialing = settings.dialing();
        InetSocketAddress socks = dialing.socks(true);
        SocketAddress target = Dialer.target(dialing, socks, address, null);
        DuplexChannel channel;
        try {
            channel = Dialer.open(dialing, target, null);
        } catch (IOException refused) {
            loop.execute(() -> probe.onConnect(refused));
            return probe;
        } catch (ChannelException none) { // no descriptor: it is not the server's fault, but nothing is known of it
            loop.execute(probe::onNoSocket);
            return probe;
        }
        channel.config().setConnectTimeoutMillis(0);
        channel.config().setOption(ChannelOption.SO_LINGER, 0); // no TIME_WAIT for each check
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.pipeline().addLast(probe);
        loop.register(channel);
        probe.channel = channel;
        ProxyHeader header = dialing.checkHeader();
        Dialer.connect(channel, target).addListener(done -> {
            if (done.isSuccess() && !probe.done) {
                Greeting.on(
                        channel,
                        socks == null ? null : address,
                        header == null ? null : header.local(),
                        granted -> probe.onConnect(granted ? null : new IOException("Connection refused")));
            } else {
                probe.onConnect(done.cause());
            }
        });
        return probe;
    }

    private void onNoSocket() {
        if (!done) {
            finish(Status.SOCKERR, 0, "", false);
        }
    }

    private void onConnect(@Nullable Throwable failure) {
        if (done) {
            return;
        }
        if (failure != null) {
            finish(Status.L4CON, 0, errno(failure), false);
            return;
        }
        connected = true;
        ServerTls tls = settings.tls();
        if (tls == null || channel == null) {
            ask(Status.L4OK);
        } else {
            if (!tls.secure(channel, settings.serverName(), session, null)) {
                cancel(); // another configuration checks the server now
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !done) {
            if (handshake.isSuccess()) {
                secured = true;
                ask(Status.L6OK);
            } else {
                onHandshakeFailed();
            }
        }
    }

    private void onHandshakeFailed() {
        String words = session.findings().words(!settings.serverName().isEmpty());
        finish(Status.L6RSP, 0, words.isEmpty() ? HANDSHAKE_FAILED : words, false);
    }

    private boolean isInHandshake() {
        return settings.tls() != null && !secured;
    }

    /** @param enough the result where a connection is all that was wanted */
    private void ask(Status enough) {
        if (!plan.asks()) {
            finish(enough, 0, "", true);
            return;
        }
        if (readTimeoutMs > 0) {
            restartTimeout();
        }
        if (channel != null) {
            channel.writeAndFlush(Unpooled.wrappedBuffer(plan.request()));
        }
    }

    private void restartTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (channel != null) {
            timeout = channel.eventLoop().schedule(this::onTimeout, readTimeoutMs, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (done) {
            return;
        }
        answer.writeBytes(bytes, Math.min(bytes.readableBytes(), answer.maxWritableBytes()));
        if (StatusLine.isComplete(answer) || answer.readableBytes() > LONGEST_LINE) {
            judge();
        }
    }

    private void judge() {
        StatusLine line = StatusLine.isComplete(answer) ? StatusLine.parse(answer) : null;
        if (line == null) {
            finish(Status.L7RSP, 0, "", false);
        } else if (plan.accepts(line.status())) {
            finish(Status.L7OK, line.status(), "", true);
        } else {
            finish(Status.L7STS, line.status(), line.reason(), false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (connected && !done) {
            if (isInHandshake()) {
                onHandshakeFailed();
            } else {
                judge();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (connected && !done) {
            if (isInHandshake()) {
                onHandshakeFailed();
            } else {
                finish(Status.L7RSP, 0, errno(cause), false);
            }
        }
    }

    private void onTimeout() {
        if (!done) {
            Status late = !connected ? Status.L4TOUT : isInHandshake() ? Status.L6TOUT : Status.L7TOUT;
            finish(late, 0, "", false);
        }
    }

    private void finish(Status status, int code, String info, boolean passed) {
        cancel();
        report.accept(new CheckReport(status, code, (System.nanoTime() - startNs) / 1_000_000, info, passed));
    }

    /** Ends it without a report. */
    void cancel() {
        done = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (channel != null) {
            channel.close();
        }
        answer.release();
    }

    boolean isDone() {
        return done;
    }

    private static String errno(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        Matcher matcher = ERRNO.matcher(message);
        return matcher.find() ? matcher.group(1).strip() : message;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.backend.Dialing;
import io.tandem.node.backend.pool.Dialer;
import io.tandem.node.backend.pool.Greeting;
import io.tandem.node.backend.tls.ServerTls;
import io.tandem.node.frontend.Peer;
import io.tandem.node.proxyprotocol.ProxyHeader;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.ServerEnd;
import io.tandem.node.tls.Session;
import io.tandem.vrrp.netlink.Errno;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One connection of a check: connects, secures, sends, receives. Owned by its event loop. */
final class CheckConnection extends SimpleChannelInboundHandler<ByteBuf> implements ServerEnd {
    /** What the kernel said, in the message of Netty's exception. */
    private static final Pattern ERRNO = Pattern.compile("failed(?: with error\\(-?[0-9]+\\))?: ([A-Z][A-Za-z ()/-]+)");

    private static final String HANDSHAKE_FAILED = "SSL handshake failure";

    /** Hears how it goes, until it is closed. */
    interface Listener {
        /** It can be used. */
        void onReady();

        /** It cannot. */
        void onRefused(Status status, String why);

        void onBytes(ByteBuf in);

        /** @param error what the kernel said, or empty where the server has simply closed */
        void onEnd(String error);

        /** Something is wrong with this program. */
        void onMistake(Throwable mistake);
    }

    /**
     * Where to and how.
     *
     * @param dialing how the socket is made
     * @param throughSocks whether it goes through the SOCKS proxy that {@code dialing} knows
     * @param sendsHeader whether a PROXY protocol header comes first
     * @param neverLocal whether that names both ends in version 2, too
     * @param tls what secures it, or null
     * @param serverName the name TLS asks for; empty for none
     * @param lingers whether it ends with a FIN
     */
    record Plan(
            InetSocketAddress address,
            Dialing dialing,
            boolean throughSocks,
            boolean sendsHeader,
            boolean neverLocal,
            @Nullable ServerTls tls,
            String serverName,
            boolean lingers) {}

    private final Plan plan;
    private final Listener listener;
    private final Session session = new Session();
    private @Nullable Channel channel;
    private boolean connected;
    private boolean secured;
    private boolean sent;
    private boolean closed;

    private CheckConnection(Plan plan, Listener listener) {
        this.plan = plan;
        this.listener = listener;
    }

    /** Begins on {@code loop}, the calling thread's; {@code listener} hears of it after this has returned. */
    static CheckConnection open(EventLoop loop, Plan plan, Listener listener) {
        CheckConnection connection = new CheckConnection(plan, listener);
        InetSocketAddress socks = plan.throughSocks ? plan.dialing.socks(false) : null;
        SocketAddress target = Dialer.target(plan.dialing, socks, plan.address, null);
        DuplexChannel made;
        try {
            made = Dialer.open(plan.dialing, target, null);
        } catch (IOException refused) {
            loop.execute(() -> connection.refuse(target, refused));
            return connection;
        } catch (ChannelException none) { // no descriptor: it is not the server's fault, but nothing is known of it
            loop.execute(() -> connection.refuse(Status.SOCKERR, ""));
            return connection;
        }
        made.config().setConnectTimeoutMillis(0);
        made.config().setOption(ChannelOption.TCP_NODELAY, true);
        made.pipeline().addLast(connection);
        loop.register(made);
        connection.channel = made;
        ChannelFuture attempt = Dialer.connect(made, target);
        ChannelFutureListener onEnd = done -> connection.onAttempt(made, done, target, socks);
        if (attempt.isDone()) { // to a unix socket, say; nobody knows the connection yet
            loop.execute(() -> attempt.addListener(onEnd));
        } else {
            attempt.addListener(onEnd);
        }
        return connection;
    }

    private void onAttempt(
            Channel made, ChannelFuture attempt, SocketAddress target, @Nullable InetSocketAddress socks) {
        if (attempt.isSuccess() && !closed) {
            greet(made, socks == null ? null : plan.address);
        } else if (!closed) {
            refuse(target, attempt.cause());
        }
    }

    /** A unix socket is refused by the system itself, at once: HAProxy does not call that the server's answer. */
    private void refuse(SocketAddress target, @Nullable Throwable why) {
        if (target instanceof DomainSocketAddress) {
            refuse(Status.SOCKERR, "General socket error (" + ofUnixSocket(why) + ")");
        } else {
            refuse(Status.L4CON, errno(why));
        }
    }

    private static String ofUnixSocket(@Nullable Throwable failure) {
        String text = failure instanceof FileNotFoundException ? Errno.name(Errno.ENOENT) : errno(failure);
        return switch (text.substring(text.lastIndexOf(' ') + 1)) {
            case "ENOENT" -> "No such file or directory";
            case "ECONNREFUSED" -> "Connection refused";
            case "EAGAIN" -> "Resource temporarily unavailable";
            default -> text;
        };
    }

    private void greet(Channel made, @Nullable InetSocketAddress through) {
        Greeting.on(made, through, header(made), granted -> {
            if (closed) {
                return;
            }
            if (!granted) {
                refuse(Status.L4CON, "Connection refused");
                return;
            }
            connected = true;
            ServerTls tls = plan.tls;
            if (tls == null) {
                listener.onReady();
            } else if (!tls.secure(made, plan.serverName, session, null)) {
                close(false); // another configuration checks the server now
            }
        });
    }

    private byte @Nullable [] header(Channel made) {
        if (!plan.sendsHeader) {
            return null;
        }
        Peer from = new Peer();
        Peer to = new Peer();
        if (made.localAddress() instanceof InetSocketAddress local
                && made.remoteAddress() instanceof InetSocketAddress remote) {
            from.set(local.getAddress().getAddress(), local.getPort());
            to.set(remote.getAddress().getAddress(), remote.getPort());
        }
        ProxyHeader header = plan.dialing.header();
        return header == null ? ProxyHeader.firstVersion(from, to) : header.ofOurs(from, to, plan.neverLocal);
    }

    private void refuse(Status status, String why) {
        if (!closed) {
            close(false);
            listener.onRefused(status, why);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !closed) {
            if (handshake.isSuccess()) {
                secured = true;
                listener.onReady();
            } else {
                onHandshakeFailed();
            }
        }
    }

    private void onHandshakeFailed() {
        String words = session.findings().words(!plan.serverName.isEmpty());
        refuse(Status.L6RSP, words.isEmpty() ? HANDSHAKE_FAILED : words);
    }

    /** Whether it is TLS that is not agreed upon yet. */
    boolean isInHandshake() {
        return connected && plan.tls != null && !secured;
    }

    boolean isConnected() {
        return connected;
    }

    /** Whether something was said on it. */
    boolean hasSent() {
        return sent;
    }

    boolean isSecured() {
        return secured;
    }

    /** What TLS knows; for the protocol agreed upon. */
    Session session() {
        return session;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (!closed) {
            listener.onBytes(bytes);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        onEnd("");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof RuntimeException) {
            listener.onMistake(cause);
        }
        onEnd(errno(cause));
    }

    private void onEnd(String error) {
        if (connected && !closed) {
            if (isInHandshake()) {
                onHandshakeFailed();
            } else {
                listener.onEnd(error);
            }
        }
    }

    /** Queued until {@link #flush}. */
    void write(byte[] bytes) {
        Channel present = channel;
        if (present != null && !closed) {
            sent = true;
            present.write(Unpooled.wrappedBuffer(bytes), present.voidPromise());
        }
    }

    void flush() {
        Channel present = channel;
        if (present != null && !closed) {
            present.flush();
        }
    }

    /** Sends what is queued, then runs {@code next}, whatever became of it. */
    void flush(Runnable next) {
        Channel present = channel;
        if (present == null || closed) {
            next.run();
        } else {
            present.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> next.run());
        }
    }

    /**
     * Ends it.
     *
     * @param politely with a FIN; otherwise as the step says, or with a RST: no TIME_WAIT for each check
     */
    void close(boolean politely) {
        closed = true;
        Channel present = channel;
        if (present != null) {
            if (!politely && !plan.lingers && present.isOpen()) {
                present.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            present.close();
        }
    }

    // ---- what rules may ask

    @Override
    public @Nullable InetSocketAddress destination() {
        return plan.address;
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return channel != null && channel.localAddress() instanceof InetSocketAddress local ? local : null;
    }

    @Override
    public int httpMajor() {
        return 1;
    }

    @Override
    public Channel socket() {
        if (channel == null) {
            throw new IllegalStateException("never opened");
        }
        return channel;
    }

    /** Tells rules of it. */
    void tell(Facts facts) {
        facts.serverEnd = channel == null ? null : this;
        facts.serverTls = plan.tls == null ? null : session;
        facts.connectedNs = connected ? 1 : 0;
    }

    private static String errno(@Nullable Throwable failure) {
        String message = failure == null ? "" : String.valueOf(failure.getMessage());
        Matcher matcher = ERRNO.matcher(message);
        return matcher.find() ? matcher.group(1).strip() : message;
    }
}

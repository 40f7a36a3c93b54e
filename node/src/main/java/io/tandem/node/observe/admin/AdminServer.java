// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import static io.tandem.vrrp.netlink.Libc.C;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tandem.node.loop.GuardedEpoll;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Listens on the admin sockets. Has one thread of its own: it must answer while every event loop of the proxy is busy.
 */
public final class AdminServer implements AutoCloseable {
    private static final String GET_SOCKETS = "_getsocks\n";
    private static final int F_DUPFD_CLOEXEC = 1030;

    private final Commands commands;
    private final @Nullable IntConsumer giver;
    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("tandem-admin", true), GuardedEpoll.factory());
    private final Map<AdminSocket, Channel> open = new HashMap<>();
    private final AtomicInteger sessions = new AtomicInteger();
    private volatile int timeoutMs = 10_000;
    private volatile int maxSessions = 10;

    /** @param giver gives the listening sockets over the connection whose descriptor it is handed, and closes that; or null */
    public AdminServer(Commands commands, @Nullable IntConsumer giver) {
        this.commands = commands;
        this.giver = giver;
    }

    /** The thread's scheduler, for periodic work of the observers. */
    public EventLoopGroup group() {
        return group;
    }

    /**
     * Opens what is new and closes what is gone; sockets that stay are not touched. A socket file replaces its
     * predecessor in one step. Called by the thread that loads.
     *
     * @throws IOException with the address in it if one cannot be opened: then nothing has changed
     */
    public void apply(AdminFeature.Settings settings) throws IOException {
        timeoutMs = settings.timeoutMs();
        maxSessions = settings.maxConnections();
        Map<AdminSocket, Channel> fresh = new HashMap<>();
        try {
            for (AdminSocket socket : settings.sockets()) {
                if (!open.containsKey(socket)) {
                    fresh.put(socket, open(socket));
                }
            }
        } catch (IOException e) {
            fresh.values().forEach(Channel::close);
            throw e;
        }
        for (Iterator<Map.Entry<AdminSocket, Channel>> i = open.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<AdminSocket, Channel> entry = i.next();
            if (!settings.sockets().contains(entry.getKey())) {
                entry.getValue().close();
                i.remove();
            }
        }
        open.putAll(fresh);
    }

    private Channel open(AdminSocket socket) throws IOException {
        String address = socket.address();
        if (address.startsWith("fd@")) {
            return bind(socket, null, Integer.parseInt(address.substring(3)));
        }
        if (address.startsWith("abns@")) {
            return bind(socket, new DomainSocketAddress("\0" + address.substring(5)), -1);
        }
        if (address.startsWith("unix@") || address.startsWith("/") || address.indexOf(':') < 0) {
            return openFile(socket, Path.of(address.startsWith("unix@") ? address.substring(5) : address));
        }
        return bind(socket, inet(address), -1);
    }

    private static InetSocketAddress inet(String address) {
        String bare = address.replaceFirst("^ipv[46]@", "");
        int colon = bare.lastIndexOf(':');
        String host = bare.substring(0, colon);
        int port = Integer.parseInt(bare.substring(colon + 1));
        return host.isEmpty() || host.equals("*") ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    /** Binds beside the wanted path and renames over it, so that no client ever finds the path missing. */
    private Channel openFile(AdminSocket socket, Path path) throws IOException {
        Path beside = Path.of(path + "." + ProcessHandle.current().pid() + ".tmp");
        Files.deleteIfExists(beside);
        Channel channel = bind(socket, new DomainSocketAddress(beside.toString()), -1);
        try {
            own(socket, beside);
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return channel;
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(beside);
            throw e;
        }
    }

    private static void own(AdminSocket socket, Path file) throws IOException {
        var users = file.getFileSystem().getUserPrincipalLookupService();
        var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (socket.mode() >= 0) {
            view.setPermissions(permissions(socket.mode()));
        }
        if (socket.group() != null) {
            view.setGroup(users.lookupPrincipalByGroupName(socket.group()));
        }
        if (socket.user() != null) {
            view.setOwner(users.lookupPrincipalByName(socket.user()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // owner rwx, group rwx, others rwx
        for (int i = 0; i < all.length; i++) {
            if ((mode & (0400 >> i)) != 0) {
                permissions.add(all[i]);
            }
        }
        return permissions;
    }

    private Channel bind(AdminSocket socket, @Nullable SocketAddress address, int fd) throws IOException {
        boolean inet = address instanceof InetSocketAddress
                || (fd >= 0 && new Socket(fd).localAddress() != null); // null where it is a unix socket
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> channel(inet, fd))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, socket);
                    }
                });
        var future = (fd >= 0 ? bootstrap.register() : bootstrap.bind(address)).awaitUninterruptibly();
        if (future.cause() != null) {
            throw new IOException(
                    "cannot bind UNIX socket [" + socket.address() + "]: "
                            + future.cause().getMessage(),
                    future.cause());
        }
        return future.channel();
    }

    private static ServerChannel channel(boolean inet, int fd) {
        if (inet) {
            return fd >= 0 ? new EpollServerSocketChannel(fd) : new EpollServerSocketChannel();
        }
        return fd >= 0 ? new EpollServerDomainSocketChannel(fd) : new EpollServerDomainSocketChannel();
    }

    private void accept(Channel channel, AdminSocket socket) {
        if (sessions.incrementAndGet() > maxSessions) {
            sessions.decrementAndGet();
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> sessions.decrementAndGet());
        channel.pipeline()
                .addLast(new IdleStateHandler(0, 0, timeoutMs, TimeUnit.MILLISECONDS))
                .addLast(new Conversation(
                        new Session(commands, socket.level()),
                        socket.exposesListeners() && socket.level() == Level.ADMIN ? giver : null));
    }

    /** Bytes of one connection to text of one session and back. */
    private static final class Conversation extends ChannelInboundHandlerAdapter {
        private final Session session;
        private final @Nullable IntConsumer giver;
        private final AtomicBoolean called = new AtomicBoolean();
        private @Nullable Feed feed;
        private Runnable watcher = () -> {};

        Conversation(Session session, @Nullable IntConsumer giver) {
            this.session = session;
            this.giver = giver;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf received = (ByteBuf) message;
            String text = received.toString(StandardCharsets.ISO_8859_1);
            received.release();
            if (session.ended()) {
                return;
            }
            IntConsumer present = giver;
            if (present != null && text.equals(GET_SOCKETS) && ctx.channel() instanceof UnixChannel unix) {
                // A descriptor of its own: this channel closes, what the other process is given goes on.
                present.accept(C.fcntl(unix.fd().intValue(), F_DUPFD_CLOEXEC, 0));
                ctx.close();
                return;
            }
            String answer = session.receive(text);
            if (!answer.isEmpty()) {
                ctx.write(Unpooled.copiedBuffer(answer, charset(answer)));
            }
            follow(ctx, session.feed());
            if (session.ended()) {
                closeOnceWritten(ctx);
            } else {
                ctx.flush();
            }
        }

        /** From now on what the feed brings is sent; null for nothing any more. */
        private void follow(ChannelHandlerContext ctx, @Nullable Feed next) {
            Feed present = feed;
            if (present == next) {
                return;
            }
            if (present != null) {
                present.unwatch(watcher);
            }
            feed = next;
            if (next != null) {
                watcher = () -> {
                    if (!called.get() && called.compareAndSet(false, true)) {
                        ctx.executor().execute(() -> onNews(ctx));
                    }
                };
                next.watch(watcher);
                onNews(ctx); // what came between
            }
        }

        private void onNews(ChannelHandlerContext ctx) {
            called.set(false);
            Feed present = feed;
            if (present == null) {
                return;
            }
            StringBuilder news = new StringBuilder();
            while (ctx.channel().isWritable()) {
                present.read(news);
                if (news.isEmpty()) {
                    break;
                }
                ctx.writeAndFlush(Unpooled.copiedBuffer(news, StandardCharsets.ISO_8859_1));
                news.setLength(0);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            onNews(ctx);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            follow(ctx, null);
        }

        /** A configuration's text has one byte a character; what has others comes from certificates and the like. */
        private static Charset charset(String answer) {
            return StandardCharsets.ISO_8859_1.newEncoder().canEncode(answer)
                    ? StandardCharsets.ISO_8859_1
                    : StandardCharsets.UTF_8;
        }

        private static void closeOnceWritten(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof IdleStateEvent) {
                ctx.close();
            } else if (event instanceof ChannelInputShutdownEvent) {
                closeOnceWritten(ctx); // the operator has asked all there is to ask, and still reads
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // the operator's program went away
        }
    }

    /** Closes every socket; conversations end. */
    @Override
    public void close() {
        open.values().forEach(Channel::close);
        open.clear();
        group.shutdownGracefully(0, 200, TimeUnit.MILLISECONDS);
    }
}

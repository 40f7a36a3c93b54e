// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.EventLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of one address: one SO_REUSEPORT socket on each loop, or a single one whose connections are dealt out where
 * the kernel cannot spread them (unix sockets, inherited descriptors).
 *
 * <p>Opened and closed by the thread that loads; accepts on the loops.
 */
final class Listener {
    private static final int DEFAULT_BACKLOG = 4096;

    private final Loops loops;
    private final ConnectionOpener opener;
    private final BindAddress address;
    private final List<Channel> channels = new ArrayList<>();
    private volatile ListenTarget target; // written by the thread that loads, read by the loops
    private volatile List<ConnectionLimit> limits; // written by the thread that loads, read by the loops
    private final AtomicLong acceptFailures = new AtomicLong();

    Listener(Loops loops, ConnectionOpener opener, ListenTarget target, List<ConnectionLimit> limits) {
        this.loops = loops;
        this.opener = opener;
        this.target = target;
        this.limits = List.copyOf(limits);
        address = target.bind().address();
    }

    BindAddress address() {
        return address;
    }

    ListenTarget target() {
        return target;
    }

    /** From now on connections are accepted for {@code next}. */
    void target(ListenTarget next, List<ConnectionLimit> nextLimits) {
        target = next;
        limits = List.copyOf(nextLimits);
    }

    List<ConnectionLimit> limits() {
        return limits;
    }

    ConnectionOpener opener() {
        return opener;
    }

    void acceptFailed(Throwable cause) {
        if (acceptFailures.getAndIncrement() == 0) {
            target.configuration()
                    .node()
                    .events()
                    .tell(
                            EventLog.Level.WARNING,
                            target.frontend().name(),
                            "Proxy " + target.frontend().name() + " cannot accept connections at " + address.written()
                                    + ": " + cause.getMessage());
        }
    }

    /**
     * Binds and listens; accepts nothing before {@link #accept}.
     *
     * @throws ListenException naming frontend, address and the system's reason; nothing is left open
     */
    void open() throws ListenException {
        try {
            SocketAddress socket = address.socket();
            if (address.fd() >= 0) {
                adopt(address.fd());
            } else if (socket instanceof DomainSocketAddress unix) {
                openUnix(unix);
            } else if (socket instanceof InetSocketAddress) {
                for (Loop loop : loops.all()) {
                    EpollServerSocketChannel channel = new EpollServerSocketChannel();
                    channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
                    channel.config().setOption(EpollChannelOption.IP_FREEBIND, true);
                    channel.config().setReuseAddress(true);
                    register(channel, loop, false);
                    bind(channel, socket);
                }
            }
        } catch (IOException | RuntimeException failure) {
            close();
            throw new ListenException(target.frontend().name(), address.written(), failure);
        }
    }

    /** Takes over a socket that is bound, and perhaps listening, already. */
    private void adopt(int fd) throws IOException {
        Socket socket = new Socket(fd);
        socket.listen(backlog());
        boolean inet = socket.localAddress() != null;
        Channel channel = inet ? new EpollServerSocketChannel(fd) : new EpollServerDomainSocketChannel(fd);
        register(channel, loops.get(0), true);
    }

    private void openUnix(DomainSocketAddress unix) throws IOException {
        Path path = Path.of(unix.path());
        Files.deleteIfExists(path);
        Channel channel = new EpollServerDomainSocketChannel();
        register(channel, loops.get(0), true);
        bind(channel, unix);
        @Nullable String mode = target.bind().mode();
        if (mode != null) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions(mode)));
        }
    }

    private static String permissions(String octal) {
        StringBuilder text = new StringBuilder();
        for (char digit : octal.substring(octal.length() - 3).toCharArray()) {
            int bits = digit - '0';
            text.append((bits & 4) != 0 ? 'r' : '-')
                    .append((bits & 2) != 0 ? 'w' : '-')
                    .append((bits & 1) != 0 ? 'x' : '-');
        }
        return text.toString();
    }

    private int backlog() {
        int backlog = target.bind().backlog();
        return backlog > 0 ? backlog : DEFAULT_BACKLOG;
    }

    private void register(Channel channel, Loop loop, boolean spread) {
        channels.add(channel);
        channel.config().setAutoRead(false);
        channel.config().setOption(ChannelOption.SO_BACKLOG, backlog());
        channel.pipeline().addLast(new Acceptor(this, loop, loops, spread));
        loop.eventLoop().register(channel).syncUninterruptibly();
    }

    private static void bind(Channel channel, SocketAddress socket) throws IOException {
        ChannelFuture bound = channel.bind(socket).awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause instanceof IOException failure) {
            throw failure;
        }
        if (cause != null) {
            throw new IOException(cause);
        }
    }

    /** Begins to accept. */
    void accept() {
        channels.forEach(channel -> channel.config().setAutoRead(true));
    }

    /** Where it listens in fact: the port where 0 was asked for; null for unix sockets and inherited ones. */
    @Nullable SocketAddress localAddress() {
        return channels.isEmpty() ? null : channels.get(0).localAddress();
    }

    /** Its sockets' descriptors, to hand over to another process. */
    List<Integer> descriptors() {
        List<Integer> fds = new ArrayList<>();
        for (Channel channel : channels) {
            if (channel instanceof UnixChannel unix && channel.isOpen()) {
                fds.add(unix.fd().intValue());
            }
        }
        return fds;
    }

    int sockets() {
        return channels.size();
    }

    void close() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
        channels.clear();
    }
}

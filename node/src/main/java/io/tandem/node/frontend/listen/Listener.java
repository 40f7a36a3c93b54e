// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.EventLog;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
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
public final class Listener {
    private static final int SOL_IP = 0;
    private static final int IP_FREEBIND = 15;
    private static final int DEFAULT_BACKLOG = 4096;

    private final ListenerFactory factory;
    private final BindAddress address;
    private final ConnectionLimit own;
    private final List<Channel> channels = new ArrayList<>();
    private final AtomicLong acceptFailures = new AtomicLong();
    private volatile @Nullable ListenTarget target; // written by the thread that loads, read by the loops
    private volatile List<ConnectionLimit> limits = List.of(); // written by the thread that loads, read by the loops

    Listener(ListenerFactory factory, Bind bind) {
        this.factory = factory;
        address = bind.address();
        own = new ConnectionLimit(bind.maxConnections());
    }

    /** From now on new connections belong to this frontend and bind line; called again after each reload. */
    public void serve(Frontend frontend, Bind bind) {
        own.max(bind.maxConnections());
        limits = factory.limits(frontend, own);
        boolean first = target == null;
        target = new ListenTarget(factory.node().configuration(), frontend, bind);
        if (first) {
            factory.node().listeners().incrementAndGet();
            channels.forEach(channel -> channel.config().setAutoRead(true));
        }
    }

    /** Whom it serves; asked once it has begun to. */
    ListenTarget target() {
        ListenTarget present = target;
        if (present == null) {
            throw new IllegalStateException("a connection was accepted before there was anybody to serve");
        }
        return present;
    }

    List<ConnectionLimit> limits() {
        return limits;
    }

    ConnectionOpener opener() {
        return factory.opener();
    }

    void acceptFailed(Throwable cause) {
        if (acceptFailures.getAndIncrement() == 0) {
            String frontend = target().frontend().name();
            factory.node()
                    .events()
                    .tell(
                            EventLog.Level.ALERT,
                            frontend,
                            "Proxy " + frontend + " cannot accept connections at " + address.written() + ": "
                                    + cause.getMessage());
        }
    }

    /** Binds and listens, or takes over; nothing is left open when it fails. */
    void open(Bind bind, List<Integer> adopted) throws IOException {
        try {
            SocketAddress socket = address.socket();
            if (!adopted.isEmpty()) {
                adoptAll(adopted, bind);
            } else if (address.fd() >= 0) {
                adopt(address.fd(), bind, factory.loops().get(0), true);
            } else if (socket instanceof DomainSocketAddress unix) {
                openUnix(unix, bind);
            } else if (socket instanceof InetSocketAddress) {
                for (Loop loop : factory.loops().all()) {
                    adopt(listenAt(LinuxSocket.newSocketStream(), socket, bind), bind, loop, false);
                }
            }
        } catch (IOException | RuntimeException failure) {
            close();
            throw new IOException(complaint(failure), failure);
        }
    }

    private String complaint(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        String reason = message.substring(message.lastIndexOf(": ") + 1).trim();
        return address.socket() instanceof DomainSocketAddress
                ? "cannot bind UNIX socket (" + reason + ") [" + address.written() + "]"
                : "cannot bind socket (" + reason + ") for [" + address.written() + "]";
    }

    /** As many sockets as there are loops go one to each; any other number is shared out connection by connection. */
    private void adoptAll(List<Integer> descriptors, Bind bind) throws IOException {
        boolean spread = descriptors.size() != factory.loops().count();
        for (int i = 0; i < descriptors.size(); i++) {
            adopt(
                    descriptors.get(i),
                    bind,
                    factory.loops().get(i % factory.loops().count()),
                    spread);
        }
    }

    /** Takes over a socket that is bound, and perhaps listening, already. */
    private void adopt(int fd, Bind bind, Loop loop, boolean spread) throws IOException {
        Socket socket = new Socket(fd);
        socket.listen(backlog(bind));
        boolean inet = socket.localAddress() != null;
        Channel channel = inet ? new EpollServerSocketChannel(fd) : new EpollServerDomainSocketChannel(fd);
        register(channel, bind, loop, spread);
    }

    private void openUnix(DomainSocketAddress unix, Bind bind) throws IOException {
        Path path = Path.of(unix.path());
        Files.deleteIfExists(path);
        adopt(
                listenAt(LinuxSocket.newSocketDomain(), unix, bind),
                bind,
                factory.loops().get(0),
                true);
        String mode = bind.mode();
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

    private static int backlog(Bind bind) {
        int backlog = bind.backlog();
        return backlog > 0 ? backlog : DEFAULT_BACKLOG;
    }

    private void register(Channel channel, Bind bind, Loop loop, boolean spread) {
        channels.add(channel);
        channel.config().setAutoRead(false);
        channel.config().setOption(ChannelOption.SO_BACKLOG, backlog(bind));
        channel.pipeline().addLast(new Acceptor(this, loop, factory.loops(), spread));
        loop.eventLoop().register(channel).syncUninterruptibly();
    }

    /** Binds on the calling thread: after user and group have been given up it is the only one that may at low ports. */
    private static int listenAt(LinuxSocket socket, SocketAddress where, Bind bind) throws IOException {
        try {
            if (where instanceof InetSocketAddress) {
                socket.setReuseAddress(true);
                socket.setReusePort(true);
                freeBind(socket.intValue());
            }
            socket.bind(where);
            socket.listen(backlog(bind));
            return socket.intValue();
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    /** The address need not be there yet: a virtual one comes later. */
    private static void freeBind(int fd) throws IOException {
        NativeBuffer on = new NativeBuffer(4);
        on.bytes().putInt(0, 1);
        if (Libc.C.setsockopt(fd, SOL_IP, IP_FREEBIND, on.address(), 4) != 0) {
            throw new IOException("setsockopt IP_FREEBIND: " + Errno.name(Libc.errno()));
        }
    }

    /** Where it listens in fact: the port where 0 was asked for; null for unix sockets and inherited ones. */
    public @Nullable SocketAddress localAddress() {
        return channels.isEmpty() ? null : channels.get(0).localAddress();
    }

    /** Its sockets' descriptors, to hand over to another process. */
    public List<Integer> descriptors() {
        List<Integer> fds = new ArrayList<>();
        for (Channel channel : channels) {
            if (channel instanceof UnixChannel unix && channel.isOpen()) {
                fds.add(unix.fd().intValue());
            }
        }
        return fds;
    }

    /** Accepts no more; connections in flight go on. */
    public void close() {
        if (target != null) {
            target = null;
            factory.node().listeners().decrementAndGet();
        }
        channels.forEach(channel -> channel.close().awaitUninterruptibly());
        channels.clear();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Dialing;
import io.tandem.node.backend.PortRange;
import io.tandem.node.backend.SourceAddress;
import io.tandem.node.frontend.Peer;
import io.tandem.node.frontend.SocketMarks;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import io.tandem.node.socket.Namespaces;
import io.tandem.node.socket.SocketOptions;
import io.tandem.node.socket.UnixName;
import io.tandem.vrrp.netlink.Errno;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Makes the sockets of connections to servers as their {@link Dialing} wants them. Called on the connection's loop. */
public final class Dialer {
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(16 * 1024, 32 * 1024);

    private Dialer() {}

    /** Where to connect in fact: a unix socket, the client's own destination, the SOCKS proxy, or {@code address}. */
    public static SocketAddress target(
            Dialing dialing, @Nullable InetSocketAddress socks, InetSocketAddress address, @Nullable Facts facts) {
        if (dialing.unix() != null) {
            return dialing.unix();
        }
        if (socks != null) {
            return socks;
        }
        return destination(dialing, address, facts);
    }

    /** The server itself, whoever is in between. */
    public static InetSocketAddress destination(Dialing dialing, InetSocketAddress address, @Nullable Facts facts) {
        if (!dialing.toTheClientsDestination() || facts == null || facts.destination.length() == 0) {
            return address;
        }
        Peer wanted = facts.destination;
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(wanted.copyOfAddress()),
                    address.getPort() == 0 ? wanted.port() : address.getPort());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + wanted.length() + " bytes", e);
        }
    }

    /**
     * A channel that can be connected to {@code target}; one to an abstract name is connected already.
     *
     * @throws IOException if an option was refused, a port range is used up or a namespace is gone; no socket is left
     */
    public static DuplexChannel open(Dialing dialing, SocketAddress target, @Nullable Facts facts) throws IOException {
        if (dialing == Dialing.PLAIN) {
            return new EpollSocketChannel();
        }
        if (target instanceof DomainSocketAddress unix) {
            return UnixName.isAbstract(unix)
                    ? new EpollDomainSocketChannel(UnixName.connect(unix))
                    : new EpollDomainSocketChannel();
        }
        InetSocketAddress inet = (InetSocketAddress) target;
        boolean six = inet.getAddress() instanceof Inet6Address;
        EpollSocketChannel[] made = new EpollSocketChannel[1];
        Namespaces.Inside make = () -> {
            EpollSocketChannel channel =
                    new EpollSocketChannel(six ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET);
            made[0] = channel;
            return prepare(channel, dialing, six, facts);
        };
        String namespace = dialing.namespace(facts);
        try {
            if (namespace == null) {
                make.call();
            } else {
                Namespaces.in(namespace, make);
            }
        } catch (IOException refused) {
            if (made[0] != null) {
                made[0].unsafe().closeForcibly();
            }
            throw refused;
        }
        return made[0];
    }

    /** Sets how an exchange reads and writes, and what the backend's options say about its sockets. */
    static void configure(DuplexChannel channel, Loop loop, Facts facts) {
        Backend backend = facts.backend;
        if (backend != null) {
            backend.keepAlive().applyTo(channel);
            if (backend.http().has(HttpOption.NO_LINGER)) {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
            }
        }
        channel.config()
                .setRecvByteBufAllocator(loop.receiveBuffer())
                .setConnectTimeoutMillis(0)
                .setWriteBufferWaterMark(WATER_MARK);
        if (channel.config() instanceof EpollSocketChannelConfig tcp) {
            tcp.setTcpNoDelay(true);
        }
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        Tuning.of(facts.configuration.drafts()).ofServers().applyTo(channel.config());
        if (facts.serverMark >= 0) {
            SocketMarks.mark(channel, (int) facts.serverMark);
        }
        if (facts.serverTos >= 0) {
            SocketMarks.tos(channel, facts.serverTos);
        }
    }

    /** Connects a channel that {@link #open} made. */
    public static ChannelFuture connect(DuplexChannel channel, SocketAddress target) {
        return channel.isActive() ? channel.newSucceededFuture() : channel.connect(target);
    }

    private static int prepare(EpollSocketChannel channel, Dialing dialing, boolean six, @Nullable Facts facts)
            throws IOException {
        int fd = ((UnixChannel) channel).fd().intValue();
        if (dialing.fastOpen()) {
            SocketOptions.fastOpenConnect(fd);
        }
        if (dialing.userTimeoutMs() > 0) {
            SocketOptions.userTimeout(fd, dialing.userTimeoutMs());
        }
        SourceAddress source = dialing.source();
        if (source != null) {
            bind(channel, fd, source, six, facts);
        }
        return fd;
    }

    private static void bind(
            EpollSocketChannel channel, int fd, SourceAddress source, boolean six, @Nullable Facts facts)
            throws IOException {
        String device = source.device();
        if (device != null) {
            SocketOptions.device(fd, device);
        }
        InetSocketAddress foreign = source.foreign(facts);
        if (foreign != null) {
            SocketOptions.transparent(fd, six);
            SocketOptions.reuseAddress(fd);
            bind(fd, foreign);
            return;
        }
        InetAddress ours = source.address();
        PortRange ports = source.ports();
        if (ports != null) {
            SocketOptions.reuseAddress(fd);
            bindToPortOf(ports, channel, fd, ours);
        } else if (ours != null && !ours.isAnyLocalAddress()) {
            SocketOptions.portAtConnect(fd);
            bind(fd, new InetSocketAddress(ours, 0));
        }
    }

    /** A port that somebody else has is put back, and the next one tried: each at most once. */
    private static void bindToPortOf(PortRange ports, EpollSocketChannel channel, int fd, @Nullable InetAddress ours)
            throws IOException {
        for (int tries = ports.size(); tries > 0; tries--) {
            Integer port = ports.take();
            if (port == null) {
                break;
            }
            try {
                bind(fd, new InetSocketAddress(ours, port));
                channel.closeFuture().addListener(closed -> ports.giveBack(port));
                return;
            } catch (IOException taken) {
                ports.giveBack(port);
            }
        }
        throw new IOException("source ports " + ports + ": " + Errno.name(Errno.EADDRNOTAVAIL));
    }

    private static void bind(int fd, InetSocketAddress address) throws IOException {
        new Socket(fd).bind(address);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.host;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/**
 * The hosts' /dev/log: what arrives there is appended to the host's /var/log/haproxy.log. One thread for all
 * hosts; it ends with the process.
 */
public final class SystemLog {
    /** The file under a host's /var/log. */
    public static final String FILE = "haproxy.log";

    /** Also where a proxy in the usual chroot looks for it, as Debian's haproxy package arranges it with rsyslog. */
    private static final List<String> SOCKETS = List.of("/dev/log", "/var/lib/haproxy/dev/log");

    private static final int TIMESTAMP_LENGTH = 15;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    /** Starts listening for that host. */
    public void serve(Host host) throws IOException {
        Path file = host.logs().resolve(FILE);
        Files.writeString(file, ""); // there from the start, for tail -f
        for (String socket : SOCKETS) {
            listen(host.file(socket), host, file);
        }
    }

    private void listen(Path socket, Host host, Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(socket.getParent()));
        Channel channel = new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new Writer(host.name(), file))
                .bind(new DomainSocketAddress(socket.toString()))
                .syncUninterruptibly()
                .channel();
        if (!channel.isActive()) {
            throw new IOException("cannot listen on " + socket + " of " + host.name());
        }
        // Programs write to it after they have given up root.
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    /** Puts the host's name where a system logger puts it: {@code Jul 20 03:45:14 lb1 haproxy[32063]: …}. */
    static String line(String datagram, String host) {
        int end = datagram.startsWith("<") ? datagram.indexOf('>') + 1 : 0;
        String text = datagram.substring(end).stripTrailing();
        boolean stamped = text.length() > TIMESTAMP_LENGTH
                && text.charAt(TIMESTAMP_LENGTH) == ' '
                && text.charAt(TIMESTAMP_LENGTH - 3) == ':';
        return stamped
                ? text.substring(0, TIMESTAMP_LENGTH) + ' ' + host + text.substring(TIMESTAMP_LENGTH) + '\n'
                : host + ' ' + text + '\n';
    }

    private static final class Writer extends SimpleChannelInboundHandler<DomainDatagramPacket> {
        private final String host;
        private final Path file;

        Writer(String host, Path file) {
            this.host = host;
            this.file = file;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) throws IOException {
            String line = line(packet.content().toString(StandardCharsets.UTF_8), host);
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }
}

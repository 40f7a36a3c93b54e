// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import static io.tandem.vrrp.netlink.Libc.C;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.tandem.node.guardian.GuardianLink;
import io.tandem.node.socket.Namespaces;
import io.tandem.node.socket.SocketOptions;
import io.tandem.node.socket.UnixName;
import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Opens one listening socket as a {@code bind} line wants it. On the calling thread: after user and group have been given up it
 * is the only one that may at low ports.
 */
final class ListeningSocket {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_UNIX = 1;
    private static final int STREAM_NONBLOCK_CLOEXEC = 1 | 0x800 | 0x80000;
    private static final int DATAGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
    private static final int DEFAULT_BACKLOG = 4096;
    private static final int DEFER_SECONDS = 1;

    /** Whether a guardian started this process, and so the addresses may move away. */
    private static final boolean GUARDED = System.getenv(GuardianLink.ENVIRONMENT) != null;

    private ListeningSocket() {}

    static int backlog(ListenSettings settings) {
        return settings.backlog > 0
                ? settings.backlog
                : settings.maxConnections > 0 ? settings.maxConnections : DEFAULT_BACKLOG;
    }

    /** A socket that receives datagrams at {@code where}. */
    static int forDatagrams(SocketAddress where, ListenSettings settings) throws IOException {
        String namespace = settings.namespace;
        Namespaces.Inside open = () -> where instanceof InetSocketAddress inet
                ? openDatagrams(inet, settings)
                : datagramsAt((DomainSocketAddress) where, settings);
        return namespace == null ? open.call() : Namespaces.in(namespace, open);
    }

    private static int openDatagrams(InetSocketAddress where, ListenSettings settings) throws IOException {
        boolean six = where.getAddress() instanceof Inet6Address;
        Socket socket = create(six ? AF_INET6 : AF_INET, DATAGRAM_NONBLOCK_CLOEXEC);
        int fd = socket.intValue();
        try {
            place(fd, six, settings);
            socket.bind(where);
            return fd;
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    /** What any socket on an address is told before it is bound. */
    private static void place(int fd, boolean six, ListenSettings settings) throws IOException {
        SocketOptions.reuse(fd);
        SocketOptions.freeBind(fd);
        String device = settings.device;
        if (device != null) {
            SocketOptions.device(fd, device);
        }
        if (settings.transparent) {
            SocketOptions.transparent(fd, six);
        }
        if (six && settings.families != ListenSettings.Families.AS_THE_SYSTEM) {
            SocketOptions.onlyIpv6(fd, settings.families == ListenSettings.Families.ONLY_IPV6);
        }
    }

    private static int datagramsAt(DomainSocketAddress where, ListenSettings settings) throws IOException {
        Socket socket = create(AF_UNIX, DATAGRAM_NONBLOCK_CLOEXEC);
        try {
            if (UnixName.isAbstract(where)) {
                UnixName.bind(socket.intValue(), where);
                return socket.intValue();
            }
            Path path = Path.of(where.path());
            Files.deleteIfExists(path);
            socket.bind(where);
            own(path, settings);
            return socket.intValue();
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    /** A socket that listens at {@code where}. */
    static int at(InetSocketAddress where, ListenSettings settings) throws IOException {
        String namespace = settings.namespace;
        return namespace == null ? open(where, settings) : Namespaces.in(namespace, () -> open(where, settings));
    }

    private static int open(InetSocketAddress where, ListenSettings settings) throws IOException {
        boolean six = where.getAddress() instanceof Inet6Address;
        Socket socket = create(six ? AF_INET6 : AF_INET);
        int fd = socket.intValue();
        try {
            place(fd, six, settings);
            if (GUARDED && !settings.transparent) {
                answerAfterTheAddressHasGone(fd, six);
            }
            tune(fd, settings);
            socket.bind(where);
            socket.listen(backlog(settings));
            return fd;
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    /**
     * Connections inherit this: a request that came before a virtual address moved away is answered from that address although
     * it is another node's by then. The kernel would refuse to send it otherwise. Without the right to, it stays so.
     */
    private static void answerAfterTheAddressHasGone(int fd, boolean six) {
        try {
            SocketOptions.transparent(fd, six);
            if (six) {
                SocketOptions.transparent(fd, false); // it serves IPv4 too
            }
        } catch (IOException withoutTheRight) {
            // CAP_NET_ADMIN; a fail-over by intention then loses the requests of its last millisecond
        }
    }

    /** What may change while it listens; a socket taken over from another process gets it, too. */
    static void tune(int fd, ListenSettings settings) throws IOException {
        if (settings.segment != 0) {
            SocketOptions.maximumSegment(fd, segment(fd, settings.segment));
        }
        if (settings.deferAccept) {
            SocketOptions.deferAccept(fd, DEFER_SECONDS);
        }
        if (settings.userTimeoutMs > 0) {
            SocketOptions.userTimeout(fd, settings.userTimeoutMs);
        }
        if (settings.fastOpen) {
            SocketOptions.fastOpen(fd, backlog(settings));
        }
    }

    /** The size to announce; what a negative one is taken off is told by a socket that nobody has told anything. */
    private static int segment(int fd, int wanted) throws IOException {
        if (wanted > 0) {
            return wanted;
        }
        Socket fresh = create(SocketOptions.isIpv6(fd) ? AF_INET6 : AF_INET);
        try {
            return Math.max(1, SocketOptions.maximumSegment(fresh.intValue()) + wanted);
        } finally {
            fresh.close();
        }
    }

    /** Applies to a socket that stays what a reload says otherwise than before. */
    static void retune(int fd, ListenSettings before, ListenSettings now) throws IOException {
        if (backlog(now) != backlog(before)) {
            new Socket(fd).listen(backlog(now));
        }
        if (SocketOptions.isUnix(fd)) {
            return;
        }
        if (now.segment != 0 && now.segment != before.segment) {
            SocketOptions.maximumSegment(fd, segment(fd, now.segment));
        }
        if (now.deferAccept != before.deferAccept) {
            SocketOptions.deferAccept(fd, now.deferAccept ? DEFER_SECONDS : 0);
        }
        if (now.userTimeoutMs != before.userTimeoutMs) {
            SocketOptions.userTimeout(fd, now.userTimeoutMs);
        }
        if (now.fastOpen != before.fastOpen) {
            SocketOptions.fastOpen(fd, now.fastOpen ? backlog(now) : 0);
        }
        if (now.transparent && !before.transparent) {
            SocketOptions.transparent(fd, SocketOptions.isIpv6(fd));
        }
    }

    /**
     * A socket of the file system. It appears under its name at once, with its owner and permissions, in the place of one that
     * was there: a client finds the old one or the new one.
     */
    static int at(DomainSocketAddress where, ListenSettings settings) throws IOException {
        Socket socket = create(AF_UNIX);
        try {
            if (UnixName.isAbstract(where)) {
                UnixName.bind(socket.intValue(), where);
                socket.listen(backlog(settings));
                return socket.intValue();
            }
            Path path = Path.of(where.path());
            Path fresh = Path.of(where.path() + "." + C.getpid() + ".tmp");
            Files.deleteIfExists(fresh);
            try {
                socket.bind(UnixName.path(fresh.toString()));
                own(fresh, settings);
                socket.listen(backlog(settings));
                Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
            return socket.intValue();
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    static void own(Path path, ListenSettings settings) throws IOException {
        if (settings.uid >= 0 || settings.gid >= 0) {
            check("chown " + path, C.chown(path.toString(), settings.uid, settings.gid));
        }
        if (settings.mode >= 0) {
            check("chmod " + path, C.chmod(path.toString(), settings.mode));
        }
    }

    private static Socket create(int family) throws IOException {
        return create(family, STREAM_NONBLOCK_CLOEXEC);
    }

    private static Socket create(int family, int type) throws IOException {
        return new Socket(check("socket", C.socket(family, type, 0)));
    }

    private static int check(String operation, int result) throws IOException {
        if (result < 0) {
            throw new IOException(operation + ": " + Errno.name(Libc.errno()));
        }
        return result;
    }
}

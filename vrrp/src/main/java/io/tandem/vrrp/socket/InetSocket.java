// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** A non-blocking TCP or UDP socket by system calls, for threads that wait in poll and may not allocate. */
public final class InetSocket implements AutoCloseable {
    /** {@link #receive} and {@link #send}: nothing to do now. */
    public static final int AGAIN = -1;

    /** {@link #receive} and {@link #send}: the connection is over. */
    public static final int ENDED = -2;

    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_ERROR = 4;
    private static final int SO_TIMESTAMPNS = 35;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int TCP_USER_TIMEOUT = 18;
    private static final int EINPROGRESS = 115;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int BACKLOG = 16;
    private static final int BUFFER = 4096;

    private final int fd;
    private final NativeBuffer buffer = new NativeBuffer(BUFFER);
    private final NativeBuffer option = new NativeBuffer(32);
    /** A socket address, and of whom: of heartbeats always the same. */
    private final NativeBuffer target = new NativeBuffer(32);

    private @Nullable InetAddress targetOf;
    private int targetPort;
    private int targetLength;

    private InetSocket(int fd) {
        this.fd = fd;
    }

    /** A listening TCP socket. */
    public static InetSocket listen(InetAddress address, int port) throws NetlinkException {
        InetSocket socket = open(SOCK_STREAM, address, "listen on " + address.getHostAddress() + ":" + port);
        socket.set(SOL_SOCKET, SO_REUSEADDR, 1);
        socket.freeBind(address);
        socket.check(socket.bind(address, port), "listen on " + address.getHostAddress() + ":" + port);
        socket.check(C.listen(socket.fd, BACKLOG), "listen on " + address.getHostAddress() + ":" + port);
        return socket;
    }

    /** A UDP socket; the kernel notes when its datagrams arrive, for {@link Datagrams}. */
    public static InetSocket datagram(InetAddress address, int port) throws NetlinkException {
        InetSocket socket = open(SOCK_DGRAM, address, "udp " + address.getHostAddress() + ":" + port);
        socket.freeBind(address);
        socket.check(socket.bind(address, port), "udp " + address.getHostAddress() + ":" + port);
        socket.set(SOL_SOCKET, SO_TIMESTAMPNS, 1);
        return socket;
    }

    /** A TCP connection under way: writable when it is made or refused; see {@link #connectError}. */
    public static InetSocket connect(InetAddress from, InetAddress to, int port, int userTimeoutMs)
            throws NetlinkException {
        InetSocket socket = open(SOCK_STREAM, to, "connect to " + to.getHostAddress() + ":" + port);
        socket.tune(userTimeoutMs);
        socket.freeBind(from);
        socket.bind(from, 0);
        int length = writeAddress(to, port, socket.option);
        if (C.connect(socket.fd, socket.option.address(), length) != 0 && Libc.errno() != EINPROGRESS) {
            int errno = Libc.errno();
            socket.close();
            throw new NetlinkException("connect to " + to.getHostAddress() + ":" + port, errno);
        }
        return socket;
    }

    /** The next connection of a listening socket, or null. */
    public @Nullable InetSocket accept(int userTimeoutMs) {
        int accepted = C.accept4(fd, 0, 0, NONBLOCK_CLOEXEC);
        if (accepted < 0) {
            return null;
        }
        InetSocket socket = new InetSocket(accepted);
        socket.tune(userTimeoutMs);
        return socket;
    }

    public int fd() {
        return fd;
    }

    /** The other end's address, 4 or 16 bytes; empty when the connection is gone already. */
    public byte[] remoteAddress() {
        buffer.bytes().putInt(0, 32);
        if (C.getpeername(fd, buffer.address() + 8, buffer.address()) != 0) {
            return new byte[0];
        }
        boolean six = buffer.bytes().getShort(8) == 10;
        byte[] address = new byte[six ? 16 : 4];
        buffer.bytes().get(six ? 16 : 12, address);
        return address;
    }

    /** The errno of a finished attempt to connect, 0 for success. */
    public int connectError() {
        option.bytes().putInt(0, 0).putInt(4, 4);
        return C.getsockopt(fd, SOL_SOCKET, SO_ERROR, option.address(), option.address() + 4) == 0
                ? option.bytes().getInt(0)
                : Libc.errno();
    }

    /**
     * Sends on a connection.
     *
     * @param length at most 4096
     * @return the bytes taken, {@link #AGAIN} or {@link #ENDED}
     */
    public int send(byte[] bytes, int length) {
        buffer.bytes().put(0, bytes, 0, length);
        return outcome(C.sendto(fd, buffer.address(), length, MSG_NOSIGNAL, 0, 0));
    }

    /** Sends a datagram of a few bytes; a lost one is lost. */
    public void sendTo(byte[] bytes, int length, InetAddress to, int port) {
        buffer.copyFrom(bytes, length);
        if (!to.equals(targetOf) || port != targetPort) {
            targetLength = writeAddress(to, port, target);
            targetOf = to;
            targetPort = port;
        }
        C.sendto(fd, buffer.address(), length, MSG_NOSIGNAL, target.address(), targetLength);
    }

    /**
     * Receives from a connection.
     *
     * @return the bytes received, {@link #AGAIN}, or {@link #ENDED} at the end of a connection and after an error
     */
    public int receive(byte[] bytes, int offset) {
        int room = Math.min(BUFFER, bytes.length - offset);
        long length = C.recvfrom(fd, buffer.address(), room, 0, 0, 0);
        if (length > 0) {
            buffer.bytes().get(0, bytes, offset, (int) length);
        }
        return length == 0 ? ENDED : outcome(length);
    }

    @Override
    public void close() {
        C.close(fd);
    }

    private static InetSocket open(int type, InetAddress family, String what) throws NetlinkException {
        int fd = C.socket(family instanceof Inet6Address ? 10 : 2, type | NONBLOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new NetlinkException(what, Libc.errno());
        }
        return new InetSocket(fd);
    }

    private static int outcome(long result) {
        if (result >= 0) {
            return (int) result;
        }
        int errno = Libc.errno();
        return errno == Errno.EAGAIN || errno == Errno.EINTR ? AGAIN : ENDED;
    }

    private void tune(int userTimeoutMs) {
        set(IPPROTO_TCP, TCP_NODELAY, 1);
        set(IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMs);
    }

    /** IP_FREEBIND or IPV6_FREEBIND: the address may appear later. */
    private void freeBind(InetAddress address) {
        boolean six = address instanceof Inet6Address;
        set(six ? 41 : 0, six ? 78 : 15, 1);
    }

    private void set(int level, int name, int value) {
        option.bytes().putInt(0, value);
        C.setsockopt(fd, level, name, option.address(), 4);
    }

    private int bind(InetAddress address, int port) {
        return C.bind(fd, option.address(), writeAddress(address, port, option));
    }

    private void check(int result, String what) throws NetlinkException {
        if (result != 0) {
            int errno = Libc.errno();
            close();
            throw new NetlinkException(what, errno, "CAP_NET_BIND_SERVICE");
        }
    }

    /** sockaddr_in or sockaddr_in6; returns its length. */
    private static int writeAddress(InetAddress address, int port, NativeBuffer into) {
        byte[] bytes = address.getAddress();
        boolean six = bytes.length == 16;
        into.bytes().putShort(0, (short) (six ? 10 : 2)).putShort(2, Short.reverseBytes((short) port));
        into.bytes().putInt(4, 0).put(six ? 8 : 4, bytes);
        if (six) {
            into.bytes().putInt(24, ((Inet6Address) address).getScopeId());
        } else {
            into.bytes().putLong(8, 0);
        }
        return six ? 28 : 16;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;

/** Options of sockets that Netty has no name for. Each method throws with the option and errno where the kernel refuses. */
public final class SocketOptions {
    private static final int FIONREAD = 0x541B;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_IP = 0;
    private static final int SOL_TCP = 6;
    private static final int SOL_IPV6 = 41;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int SO_BINDTODEVICE = 25;
    private static final int SO_MARK = 36;
    private static final int SO_DOMAIN = 39;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    private static final short BPF_RETURN = 6;
    private static final int AF_UNIX = 1;
    private static final int AF_INET6 = 10;
    private static final int IP_FREEBIND = 15;
    private static final int IP_TRANSPARENT = 19;
    private static final int IP_BIND_ADDRESS_NO_PORT = 24;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_TRANSPARENT = 75;
    private static final int TCP_MAXSEG = 2;
    private static final int TCP_DEFER_ACCEPT = 9;
    private static final int TCP_USER_TIMEOUT = 18;
    private static final int TCP_FASTOPEN = 23;
    private static final int TCP_FASTOPEN_CONNECT = 30;
    private static final int LONGEST_NAME = 16;

    /** One word of memory for each thread that sets options: connections to servers set some, too. */
    private static final ThreadLocal<NativeBuffer> WORD = ThreadLocal.withInitial(() -> new NativeBuffer(LONGEST_NAME));

    private SocketOptions() {}

    /** The number the next descriptor will have: about how many are open; the greatest integer where there can be no more. */
    public static int nextDescriptor() {
        int next = C.eventfd(0, 0);
        if (next < 0) {
            return Integer.MAX_VALUE;
        }
        C.close(next);
        return next;
    }

    /** What another program has opened may wait for what there is not: a loop must not. */
    public static void nonBlocking(int fd) throws IOException {
        check("O_NONBLOCK", C.fcntl(fd, F_SETFL, C.fcntl(fd, F_GETFL, 0) | O_NONBLOCK));
    }

    public static void reuse(int fd) throws IOException {
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
        set(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
    }

    public static void reuseAddress(int fd) throws IOException {
        set(fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR");
    }

    /**
     * From now on the kernel gives all new connections of a group of sockets (SO_REUSEPORT) to its first one, by a program of
     * one instruction: {@code ret 0}.
     */
    public static void steerToTheFirst(int fd) throws IOException {
        NativeBuffer program = new NativeBuffer(8);
        program.bytes().putShort(0, BPF_RETURN);
        NativeBuffer described = new NativeBuffer(16);
        described.bytes().putShort(0, (short) 1).putLong(8, program.address());
        try {
            check(
                    "SO_ATTACH_REUSEPORT_CBPF",
                    C.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, described.address(), 16));
        } finally {
            Reference.reachabilityFence(program);
        }
    }

    /** Whether bytes have arrived that nobody has read: whoever closes now, resets the connection. */
    public static boolean hasUnread(int fd) {
        NativeBuffer word = word();
        word.bytes().putInt(0, 0);
        return C.ioctl(fd, FIONREAD, word.address()) == 0 && word.bytes().getInt(0) > 0;
    }

    /** The address need not be there yet: a virtual one comes later. */
    public static void freeBind(int fd) throws IOException {
        set(fd, SOL_IP, IP_FREEBIND, 1, "IP_FREEBIND");
    }

    /** It was for binding only. */
    public static void noFreeBind(int fd) throws IOException {
        set(fd, SOL_IP, IP_FREEBIND, 0, "IP_FREEBIND");
    }

    /** The address may be anybody's. Needs CAP_NET_ADMIN. */
    public static void transparent(int fd, boolean six) throws IOException {
        if (six) {
            set(fd, SOL_IPV6, IPV6_TRANSPARENT, 1, "IPV6_TRANSPARENT");
        } else {
            set(fd, SOL_IP, IP_TRANSPARENT, 1, "IP_TRANSPARENT");
        }
    }

    /** The port is chosen when it connects, so that all 64511 serve for each destination. */
    public static void portAtConnect(int fd) throws IOException {
        set(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1, "IP_BIND_ADDRESS_NO_PORT");
    }

    public static void onlyIpv6(int fd, boolean only) throws IOException {
        set(fd, SOL_IPV6, IPV6_V6ONLY, only ? 1 : 0, "IPV6_V6ONLY");
    }

    public static boolean isOnlyIpv6(int fd) throws IOException {
        NativeBuffer word = word();
        word.bytes().putInt(4, 4);
        check("IPV6_V6ONLY", C.getsockopt(fd, SOL_IPV6, IPV6_V6ONLY, word.address(), word.address() + 4));
        return word.bytes().getInt(0) != 0;
    }

    /** Nobody waits for longer than this, be it to send or to receive. */
    public static void patience(int fd, int seconds) throws IOException {
        NativeBuffer word = word();
        word.bytes().putLong(0, seconds).putLong(8, 0);
        check("SO_RCVTIMEO", C.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, word.address(), 16));
        check("SO_SNDTIMEO", C.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, word.address(), 16));
    }

    public static void maximumSegment(int fd, int bytes) throws IOException {
        set(fd, SOL_TCP, TCP_MAXSEG, bytes, "TCP_MAXSEG");
    }

    public static int maximumSegment(int fd) throws IOException {
        NativeBuffer word = word();
        word.bytes().putInt(4, 4);
        check("TCP_MAXSEG", C.getsockopt(fd, SOL_TCP, TCP_MAXSEG, word.address(), word.address() + 4));
        return word.bytes().getInt(0);
    }

    /** Whether it is a unix socket. */
    public static boolean isUnix(int fd) throws IOException {
        return domain(fd) == AF_UNIX;
    }

    /** Whether it is a socket of IPv6. */
    public static boolean isIpv6(int fd) throws IOException {
        return domain(fd) == AF_INET6;
    }

    private static int domain(int fd) throws IOException {
        NativeBuffer word = word();
        word.bytes().putInt(4, 4);
        check("SO_DOMAIN", C.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, word.address(), word.address() + 4));
        return word.bytes().getInt(0);
    }

    /** Accepted once the client has said something, or after {@code seconds}. */
    public static void deferAccept(int fd, int seconds) throws IOException {
        set(fd, SOL_TCP, TCP_DEFER_ACCEPT, seconds, "TCP_DEFER_ACCEPT");
    }

    public static void userTimeout(int fd, int ms) throws IOException {
        set(fd, SOL_TCP, TCP_USER_TIMEOUT, ms, "TCP_USER_TIMEOUT");
    }

    /** @param queue handshakes that may be pending */
    public static void fastOpen(int fd, int queue) throws IOException {
        set(fd, SOL_TCP, TCP_FASTOPEN, queue, "TCP_FASTOPEN");
    }

    public static void fastOpenConnect(int fd) throws IOException {
        set(fd, SOL_TCP, TCP_FASTOPEN_CONNECT, 1, "TCP_FASTOPEN_CONNECT");
    }

    /** The mark that routing rules see. Needs CAP_NET_ADMIN. */
    public static void mark(int fd, int mark) throws IOException {
        set(fd, SOL_SOCKET, SO_MARK, mark, "SO_MARK");
    }

    /** Only packets of that interface. */
    public static void device(int fd, String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length >= LONGEST_NAME) {
            throw new IOException("SO_BINDTODEVICE " + name + ": " + Errno.name(Errno.ENODEV));
        }
        NativeBuffer word = word();
        word.bytes().put(0, bytes).put(bytes.length, (byte) 0);
        check(
                "SO_BINDTODEVICE " + name,
                C.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, word.address(), bytes.length + 1));
    }

    private static void set(int fd, int level, int option, int value, String name) throws IOException {
        NativeBuffer word = word();
        word.bytes().putInt(0, value);
        check(name, C.setsockopt(fd, level, option, word.address(), 4));
    }

    private static NativeBuffer word() {
        return WORD.get();
    }

    private static void check(String name, int result) throws IOException {
        if (result != 0) {
            throw new IOException("setsockopt " + name + ": " + Errno.name(Libc.errno()));
        }
    }
}

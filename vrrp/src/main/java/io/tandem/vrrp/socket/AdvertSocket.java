// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The raw socket (protocol 112) of one IPv4 virtual router.
 *
 * <p>Bound to its interface; TTL 255, TOS 0xc0, no loop-back. A filter in the kernel keeps other virtual routers' packets
 * away, so that hundreds on one interface do not wake each other.
 */
public final class AdvertSocket implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
    private static final int PROTOCOL = 112;
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int SO_PRIORITY = 12;
    private static final int IPPROTO_IP = 0;
    private static final int IP_TOS = 1;
    private static final int IP_TTL = 2;
    private static final int IP_MULTICAST_IF = 32;
    private static final int IP_MULTICAST_TTL = 33;
    private static final int IP_MULTICAST_LOOP = 34;
    private static final int IP_ADD_MEMBERSHIP = 35;
    private static final int IP_MULTICAST_ALL = 49;
    private static final int MAX_PACKET = 2048;

    private final int fd;
    private final String what;
    private final NativeBuffer out = new NativeBuffer(MAX_PACKET);
    private final NativeBuffer in = new NativeBuffer(MAX_PACKET);
    private final NativeBuffer option = new NativeBuffer(16);

    /**
     * Opens it.
     *
     * @param source where advertisements come from
     * @param group the multicast group, or null for unicast
     * @throws NetlinkException with CAP_NET_RAW named where that is what is missing
     */
    public AdvertSocket(
            String interfaceName, int interfaceIndex, int vrid, InetAddress source, @Nullable InetAddress group)
            throws NetlinkException {
        what = "vrrp: raw socket for vrid " + vrid + " on " + interfaceName;
        fd = C.socket(AF_INET, SOCK_RAW_NONBLOCK_CLOEXEC, PROTOCOL);
        if (fd < 0) {
            throw new NetlinkException(what, Libc.errno(), "CAP_NET_RAW");
        }
        try {
            PacketFilter.vrid(vrid).attachTo(fd);
            NativeBuffer name = NativeBuffer.ofString(interfaceName);
            check(C.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.address(), name.capacity()));
            set(SOL_SOCKET, SO_PRIORITY, 6);
            set(IPPROTO_IP, IP_TOS, 0xc0);
            set(IPPROTO_IP, IP_TTL, 255);
            if (group == null) {
                bindTo(source);
            } else {
                set(IPPROTO_IP, IP_MULTICAST_TTL, 255);
                set(IPPROTO_IP, IP_MULTICAST_LOOP, 0);
                set(IPPROTO_IP, IP_MULTICAST_ALL, 0);
                membership(IP_MULTICAST_IF, group, source, interfaceIndex);
                membership(IP_ADD_MEMBERSHIP, group, source, interfaceIndex);
            }
        } catch (NetlinkException e) {
            C.close(fd);
            throw e;
        }
    }

    public int fd() {
        return fd;
    }

    /**
     * Sends one message.
     *
     * @param message the VRRP message, without IP header
     * @return 0 or the errno
     */
    public int send(byte[] message, InetAddress destination) {
        out.bytes().put(0, message);
        writeAddress(destination);
        long sent = C.sendto(fd, out.address(), message.length, 0, option.address(), 16);
        return sent == message.length ? 0 : Libc.errno();
    }

    /**
     * Takes one packet out of the socket.
     *
     * @param packet filled with IP header and message, at most its length
     * @return the bytes received, or −1 if there is none
     */
    public int receive(byte[] packet) {
        long length;
        do {
            length = C.recvfrom(fd, in.address(), Math.min(packet.length, MAX_PACKET), 0, 0, 0);
        } while (length < 0 && Libc.errno() == Errno.EINTR);
        if (length < 0) {
            return -1;
        }
        in.bytes().get(0, packet, 0, (int) length);
        return (int) length;
    }

    @Override
    public void close() {
        C.close(fd);
    }

    private void bindTo(InetAddress source) throws NetlinkException {
        writeAddress(source);
        check(C.bind(fd, option.address(), 16));
    }

    /** sockaddr_in. */
    private void writeAddress(InetAddress address) {
        option.bytes().putShort(0, (short) AF_INET).putShort(2, (short) 0).putLong(8, 0);
        option.bytes().putInt(4, Integer.reverseBytes(toInt(address)));
    }

    /** ip_mreqn: group, source, interface. */
    private void membership(int name, InetAddress group, InetAddress source, int interfaceIndex)
            throws NetlinkException {
        option.bytes()
                .putInt(0, Integer.reverseBytes(toInt(group)))
                .putInt(4, Integer.reverseBytes(toInt(source)))
                .putInt(8, interfaceIndex);
        check(C.setsockopt(fd, IPPROTO_IP, name, option.address(), 12));
    }

    private void set(int level, int name, int value) throws NetlinkException {
        option.bytes().putInt(0, value);
        check(C.setsockopt(fd, level, name, option.address(), 4));
    }

    private void check(int result) throws NetlinkException {
        if (result != 0) {
            throw new NetlinkException(what, Libc.errno(), "CAP_NET_RAW");
        }
    }

    /** The address as a big-endian number. */
    static int toInt(InetAddress address) {
        if (!(address instanceof Inet4Address)) {
            throw new IllegalArgumentException(address + " is not an IPv4 address");
        }
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }
}

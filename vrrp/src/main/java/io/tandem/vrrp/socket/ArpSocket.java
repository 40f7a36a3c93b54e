// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import java.net.InetAddress;
import java.util.List;

/**
 * An AF_PACKET socket that sends ARP and neighbour discovery frames on one interface, and hears by ARP who claims some IPv4
 * addresses.
 */
public final class ArpSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
    private static final int ETH_P_ARP = 0x0806;
    private static final int ETH_P_IPV6 = 0x86dd;
    private static final int ETHERTYPE_AT = 12;
    private static final int SOCKADDR_LL = 20;
    private static final int MAX_FRAME = 128;

    private final int fd;
    private final NativeBuffer neighbors = new NativeBuffer(SOCKADDR_LL);
    private final NativeBuffer out = new NativeBuffer(MAX_FRAME);
    private final NativeBuffer in = new NativeBuffer(MAX_FRAME);

    /** @param addresses the IPv4 addresses whose claims are of interest */
    public ArpSocket(String interfaceName, int interfaceIndex, List<InetAddress> addresses) throws NetlinkException {
        String what = "vrrp: packet socket on " + interfaceName;
        // Protocol 0 until filter and address are set: no stray frames of other interfaces.
        fd = C.socket(AF_PACKET, SOCK_RAW_NONBLOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new NetlinkException(what, Libc.errno(), "CAP_NET_RAW");
        }
        if (addresses.size() <= PacketFilter.MAX_ADDRESSES) {
            PacketFilter.arpFor(addresses.stream().map(Ipv4AdvertSocket::toInt).toList())
                    .attachTo(fd);
        }
        link(neighbors, ETH_P_IPV6, interfaceIndex);
        NativeBuffer address = new NativeBuffer(SOCKADDR_LL);
        link(address, ETH_P_ARP, interfaceIndex);
        if (C.bind(fd, address.address(), SOCKADDR_LL) != 0) {
            int errno = Libc.errno();
            C.close(fd);
            throw new NetlinkException(what, errno, "CAP_NET_RAW");
        }
    }

    /** sockaddr_ll. */
    private static void link(NativeBuffer address, int protocol, int interfaceIndex) {
        address.bytes()
                .putShort(0, (short) AF_PACKET)
                .putShort(2, Short.reverseBytes((short) protocol))
                .putInt(4, interfaceIndex);
    }

    public int fd() {
        return fd;
    }

    /**
     * Sends a frame, ARP or IPv6 as its type says.
     *
     * @return 0 or the errno
     */
    public int send(byte[] frame) {
        out.bytes().put(0, frame);
        boolean arp = (frame[ETHERTYPE_AT] & 0xff) == ETH_P_ARP >>> 8;
        long sent = arp
                ? C.sendto(fd, out.address(), frame.length, 0, 0, 0)
                : C.sendto(fd, out.address(), frame.length, 0, neighbors.address(), SOCKADDR_LL);
        return sent == frame.length ? 0 : Libc.errno();
    }

    /**
     * Takes one frame out of the socket.
     *
     * @return the bytes received, or −1 if there is none
     */
    public int receive(byte[] frame) {
        long length;
        do {
            length = C.recvfrom(fd, in.address(), Math.min(frame.length, MAX_FRAME), 0, 0, 0);
        } while (length < 0 && Libc.errno() == Errno.EINTR);
        if (length < 0) {
            return -1;
        }
        in.bytes().get(0, frame, 0, (int) length);
        return (int) length;
    }

    @Override
    public void close() {
        C.close(fd);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.Claim;
import io.tandem.vrrp.packet.NeighborAdvertisement;
import io.tandem.vrrp.packet.NeighborSolicitation;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ICMPv6 raw socket that hears on one interface who claims some IPv6 addresses (RFC 4861 7.2.5), or who asks for them
 * (7.2.3): then it is in the groups that this is asked in, as long as it is open.
 */
public final class NeighborSocket implements AutoCloseable {
    private static final int AF_INET6 = 10;
    private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
    private static final int IPPROTO_ICMPV6 = 58;
    private static final int IPPROTO_IPV6 = 41;
    private static final int ICMPV6_FILTER = 1;
    private static final int FILTER_BYTES = 32;
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int IPV6_ADD_MEMBERSHIP = 20;
    private static final int MAX_MESSAGE = 256;
    private static final int HOPS = 255;

    private final int fd;
    private final Ipv6Receiver receiver = new Ipv6Receiver(MAX_MESSAGE);
    private int length;

    /** @param addresses those whose claims are of interest */
    public NeighborSocket(String interfaceName, List<InetAddress> addresses) throws NetlinkException {
        this(interfaceName, addresses, NeighborAdvertisement.TYPE);
    }

    /**
     * One that hears who asks.
     *
     * @param addresses those that are asked for
     */
    public static NeighborSocket ofQuestions(String interfaceName, int interfaceIndex, List<InetAddress> addresses)
            throws NetlinkException {
        NeighborSocket socket = new NeighborSocket(interfaceName, addresses, NeighborSolicitation.TYPE);
        NativeBuffer request = new NativeBuffer(20); // ipv6_mreq
        for (InetAddress group :
                addresses.stream().map(NeighborSolicitation::group).distinct().toList()) {
            request.bytes().put(0, group.getAddress()).putInt(16, interfaceIndex);
            if (C.setsockopt(socket.fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, request.address(), 20) != 0) {
                int errno = Libc.errno();
                socket.close();
                throw new NetlinkException(
                        "vrrp: join " + group.getHostAddress() + " on " + interfaceName,
                        errno,
                        "fewer addresses, or a greater net.core.optmem_max");
            }
        }
        return socket;
    }

    private NeighborSocket(String interfaceName, List<InetAddress> addresses, int type) throws NetlinkException {
        String what = "vrrp: ICMPv6 socket on " + interfaceName;
        fd = C.socket(AF_INET6, SOCK_RAW_NONBLOCK_CLOEXEC, IPPROTO_ICMPV6);
        if (fd < 0) {
            throw new NetlinkException(what, Libc.errno(), "CAP_NET_RAW");
        }
        NativeBuffer only = new NativeBuffer(FILTER_BYTES); // a bit that is set keeps a type away
        for (int i = 0; i < FILTER_BYTES; i += 4) {
            only.bytes().putInt(i, -1);
        }
        only.bytes().putInt(type / 32 * 4, ~(1 << (type % 32)));
        if (addresses.size() <= PacketFilter.MAX_ADDRESSES) {
            PacketFilter.neighborsWith(addresses).attachTo(fd);
        }
        NativeBuffer name = NativeBuffer.ofString(interfaceName);
        NativeBuffer on = new NativeBuffer(4);
        on.bytes().putInt(0, 1);
        if (C.setsockopt(fd, IPPROTO_ICMPV6, ICMPV6_FILTER, only.address(), FILTER_BYTES) != 0
                || C.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.address(), name.capacity()) != 0
                || C.setsockopt(fd, IPPROTO_IPV6, Ipv6Receiver.RECVHOPLIMIT, on.address(), 4) != 0
                || C.setsockopt(fd, IPPROTO_IPV6, Ipv6Receiver.RECVPKTINFO, on.address(), 4) != 0) {
            int errno = Libc.errno();
            C.close(fd);
            throw new NetlinkException(what, errno, "CAP_NET_RAW");
        }
    }

    public int fd() {
        return fd;
    }

    /** Whether a message came; {@link #claim} or {@link #question} reads it. */
    public boolean receive() {
        length = receiver.receive(fd);
        return length >= 0;
    }

    /** What the message received last claims; null for one that a router must not have let through, or is none. */
    public @Nullable Claim claim() {
        return receiver.hopLimit() == HOPS ? NeighborAdvertisement.decode(receiver.message(), length) : null;
    }

    /** What the message received last asks; null for one that a router must not have let through, or is none. */
    public NeighborSolicitation.@Nullable Question question() {
        return receiver.hopLimit() == HOPS
                ? NeighborSolicitation.decode(receiver.message(), length, receiver.source(), receiver.destination())
                : null;
    }

    @Override
    public void close() {
        C.close(fd);
    }
}

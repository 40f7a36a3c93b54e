// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.Claim;
import io.tandem.vrrp.packet.NeighborAdvertisement;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An ICMPv6 raw socket that hears who claims some IPv6 addresses on one interface (RFC 4861 7.2.5). */
public final class NeighborSocket implements AutoCloseable {
    private static final int AF_INET6 = 10;
    private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
    private static final int IPPROTO_ICMPV6 = 58;
    private static final int IPPROTO_IPV6 = 41;
    private static final int ICMPV6_FILTER = 1;
    private static final int FILTER_BYTES = 32;
    private static final int SOL_SOCKET = 1;
    private static final int SO_BINDTODEVICE = 25;
    private static final int MAX_MESSAGE = 256;
    private static final int HOPS = 255;

    private final int fd;
    private final Ipv6Receiver receiver = new Ipv6Receiver(MAX_MESSAGE);
    private int length;

    /** @param addresses those whose claims are of interest */
    public NeighborSocket(String interfaceName, List<InetAddress> addresses) throws NetlinkException {
        String what = "vrrp: ICMPv6 socket on " + interfaceName;
        fd = C.socket(AF_INET6, SOCK_RAW_NONBLOCK_CLOEXEC, IPPROTO_ICMPV6);
        if (fd < 0) {
            throw new NetlinkException(what, Libc.errno(), "CAP_NET_RAW");
        }
        NativeBuffer onlyAdvertisements = new NativeBuffer(FILTER_BYTES); // a bit that is set keeps a type away
        for (int i = 0; i < FILTER_BYTES; i += 4) {
            onlyAdvertisements.bytes().putInt(i, -1);
        }
        int word = NeighborAdvertisement.TYPE / 32 * 4;
        onlyAdvertisements.bytes().putInt(word, ~(1 << (NeighborAdvertisement.TYPE % 32)));
        if (addresses.size() <= PacketFilter.MAX_ADDRESSES) {
            PacketFilter.neighborsWith(addresses).attachTo(fd);
        }
        NativeBuffer name = NativeBuffer.ofString(interfaceName);
        NativeBuffer on = new NativeBuffer(4);
        on.bytes().putInt(0, 1);
        if (C.setsockopt(fd, IPPROTO_ICMPV6, ICMPV6_FILTER, onlyAdvertisements.address(), FILTER_BYTES) != 0
                || C.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.address(), name.capacity()) != 0
                || C.setsockopt(fd, IPPROTO_IPV6, Ipv6Receiver.RECVHOPLIMIT, on.address(), 4) != 0) {
            int errno = Libc.errno();
            C.close(fd);
            throw new NetlinkException(what, errno, "CAP_NET_RAW");
        }
    }

    public int fd() {
        return fd;
    }

    /** Whether a message came; {@link #claim} reads it. */
    public boolean receive() {
        length = receiver.receive(fd);
        return length >= 0;
    }

    /** What the message received last claims; null for one that a router must not have let through, or is none. */
    public @Nullable Claim claim() {
        return receiver.hopLimit() == HOPS ? NeighborAdvertisement.decode(receiver.message(), length) : null;
    }

    @Override
    public void close() {
        C.close(fd);
    }
}

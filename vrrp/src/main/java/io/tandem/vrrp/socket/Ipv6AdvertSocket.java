// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.AdvertisementDecoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import io.tandem.vrrp.packet.Decoded;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An IPv6 raw socket: the kernel hands over messages without their IP header, and tells hop limit and addresses beside them
 * (RFC 3542 4). Bound to its source in either way of sending: the checksum covers it (RFC 9568 5.2.8).
 */
final class Ipv6AdvertSocket extends AdvertSocket {
    private static final int AF_INET6 = 10;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_UNICAST_HOPS = 16;
    private static final int IPV6_MULTICAST_IF = 17;
    private static final int IPV6_MULTICAST_HOPS = 18;
    private static final int IPV6_MULTICAST_LOOP = 19;
    private static final int IPV6_ADD_MEMBERSHIP = 20;
    private static final int IPV6_MULTICAST_ALL = 29;
    private static final int IPV6_TCLASS = 67;
    private static final int IPV6_FREEBIND = 78;

    private final int interfaceIndex;
    private final Ipv6Receiver receiver = new Ipv6Receiver(MAX_PACKET);

    Ipv6AdvertSocket(String interfaceName, int interfaceIndex, int vrid) throws NetlinkException {
        super(AF_INET6, interfaceName, vrid, PacketFilter.vridOfIpv6(vrid));
        this.interfaceIndex = interfaceIndex;
    }

    @Override
    void prepare(int index, InetAddress source, @Nullable InetAddress group) throws NetlinkException {
        set(IPPROTO_IPV6, IPV6_TCLASS, CLASS);
        set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, HOPS);
        set(IPPROTO_IPV6, Ipv6Receiver.RECVHOPLIMIT, 1);
        set(IPPROTO_IPV6, Ipv6Receiver.RECVPKTINFO, 1);
        if (group != null) {
            set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, HOPS);
            set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
            set(IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
            set(IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
            option.bytes().put(0, group.getAddress()).putInt(16, index); // ipv6_mreq
            setOption(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, 20);
        }
        // A macvlan sends from the address of the interface below it.
        set(IPPROTO_IPV6, IPV6_FREEBIND, 1);
        bindTo(source);
    }

    @Override
    void setHops(int hops) throws NetlinkException {
        set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops);
    }

    @Override
    PacketFilter strictFilter(AdvertisementFormat format) {
        return PacketFilter.strictForIpv6(format);
    }

    @Override
    PacketFilter looseFilter(int vrid) {
        return PacketFilter.vridOfIpv6(vrid);
    }

    @Override
    public @Nullable Decoded receive(AdvertisementDecoder decoder) {
        int length = receiver.receive(fd());
        return length < 0
                ? null
                : decoder.decodeIpv6(
                        receiver.message(),
                        length,
                        receiver.hopLimit(),
                        receiver.source(),
                        receiver.destination(),
                        System.currentTimeMillis());
    }

    @Override
    public String lastSource() {
        return receiver.source().getHostAddress();
    }

    /** sockaddr_in6; the scope is the interface's, which the kernel regards for addresses that need one. */
    @Override
    int writeAddress(InetAddress address, NativeBuffer into) {
        into.bytes().putShort(0, (short) AF_INET6).putShort(2, (short) 0).putInt(4, 0);
        into.bytes().put(8, address.getAddress()).putInt(24, interfaceIndex);
        return 28;
    }
}

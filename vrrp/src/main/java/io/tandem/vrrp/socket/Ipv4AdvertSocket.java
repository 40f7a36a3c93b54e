// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.AdvertisementDecoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import io.tandem.vrrp.packet.Decoded;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An IPv4 raw socket: the kernel hands over packets with their IP header. */
final class Ipv4AdvertSocket extends AdvertSocket {
    private static final int AF_INET = 2;
    private static final int IPPROTO_IP = 0;
    private static final int IP_TOS = 1;
    private static final int IP_TTL = 2;
    private static final int IP_MULTICAST_IF = 32;
    private static final int IP_MULTICAST_TTL = 33;
    private static final int IP_MULTICAST_LOOP = 34;
    private static final int IP_ADD_MEMBERSHIP = 35;
    private static final int IP_MULTICAST_ALL = 49;

    private final NativeBuffer in = new NativeBuffer(MAX_PACKET);
    private final byte[] packet = new byte[MAX_PACKET];
    private int length;

    Ipv4AdvertSocket(String interfaceName, int vrid) throws NetlinkException {
        super(AF_INET, interfaceName, vrid, PacketFilter.vridOfIpv4(vrid));
    }

    @Override
    void prepare(int interfaceIndex, InetAddress source, @Nullable InetAddress group) throws NetlinkException {
        set(IPPROTO_IP, IP_TOS, CLASS);
        set(IPPROTO_IP, IP_TTL, HOPS);
        if (group == null) {
            bindTo(source);
        } else {
            set(IPPROTO_IP, IP_MULTICAST_TTL, HOPS);
            set(IPPROTO_IP, IP_MULTICAST_LOOP, 0);
            set(IPPROTO_IP, IP_MULTICAST_ALL, 0);
            membership(IP_MULTICAST_IF, group, source, interfaceIndex);
            membership(IP_ADD_MEMBERSHIP, group, source, interfaceIndex);
        }
    }

    @Override
    void setHops(int hops) throws NetlinkException {
        set(IPPROTO_IP, IP_TTL, hops);
    }

    @Override
    PacketFilter strictFilter(AdvertisementFormat format) {
        return PacketFilter.strictForIpv4(format);
    }

    @Override
    PacketFilter looseFilter(int vrid) {
        return PacketFilter.vridOfIpv4(vrid);
    }

    @Override
    public @Nullable Decoded receive(AdvertisementDecoder decoder) {
        long received;
        do {
            received = C.recvfrom(fd(), in.address(), MAX_PACKET, 0, 0, 0);
        } while (received < 0 && Libc.errno() == Errno.EINTR);
        if (received < 0) {
            return null;
        }
        length = (int) received;
        in.bytes().get(0, packet, 0, length);
        return decoder.decodeIpv4(packet, length, System.currentTimeMillis());
    }

    @Override
    public String lastSource() {
        return length < 16
                ? "?"
                : (packet[12] & 0xff) + "." + (packet[13] & 0xff) + "." + (packet[14] & 0xff) + "."
                        + (packet[15] & 0xff);
    }

    /** sockaddr_in. */
    @Override
    int writeAddress(InetAddress address, NativeBuffer into) {
        into.bytes().putShort(0, (short) AF_INET).putShort(2, (short) 0).putLong(8, 0);
        into.bytes().putInt(4, Integer.reverseBytes(toInt(address)));
        return 16;
    }

    /** ip_mreqn: group, source, interface. */
    private void membership(int name, InetAddress group, InetAddress source, int interfaceIndex)
            throws NetlinkException {
        option.bytes()
                .putInt(0, Integer.reverseBytes(toInt(group)))
                .putInt(4, Integer.reverseBytes(toInt(source)))
                .putInt(8, interfaceIndex);
        setOption(IPPROTO_IP, name, 12);
    }

    /** The address as a big-endian number. */
    static int toInt(InetAddress address) {
        if (!(address instanceof Inet4Address)) {
            throw new IllegalArgumentException(address + " is not an IPv4 address");
        }
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }
}

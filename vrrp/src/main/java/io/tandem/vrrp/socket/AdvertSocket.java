// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import io.tandem.vrrp.packet.AdvertisementDecoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import io.tandem.vrrp.packet.Decoded;
import java.net.Inet4Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The raw socket (protocol 112) of one virtual router.
 *
 * <p>Bound to its interface; TTL or hop limit 255, TOS or traffic class 0xc0, no loop-back. A filter in the kernel keeps
 * other virtual routers' packets away, so that hundreds on one interface do not wake each other.
 */
public abstract sealed class AdvertSocket implements AutoCloseable permits Ipv4AdvertSocket, Ipv6AdvertSocket {
    static final int PROTOCOL = 112;
    static final int CLASS = 0xc0;
    static final int HOPS = 255;
    /** Room for an IP header and an advertisement of 255 IPv6 addresses. */
    static final int MAX_PACKET = 4160;

    private static final int SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0x800 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PRIORITY = 12;
    private static final int SO_BINDTODEVICE = 25;
    private static final int KERNELS_OWN = -1;

    /** For socket addresses and options. */
    final NativeBuffer option = new NativeBuffer(32);

    private final int fd;
    private final String what;
    private boolean isStrict;
    private final NativeBuffer out = new NativeBuffer(MAX_PACKET);
    /** A socket address, and of whom: nearly always the same. */
    private final NativeBuffer destination = new NativeBuffer(32);

    private @Nullable InetAddress destinationOf;
    private int destinationLength;

    AdvertSocket(int family, String interfaceName, int vrid, PacketFilter filter) throws NetlinkException {
        what = "vrrp: raw socket for vrid " + vrid + " on " + interfaceName;
        fd = C.socket(family, SOCK_RAW_NONBLOCK_CLOEXEC, PROTOCOL);
        if (fd < 0) {
            throw new NetlinkException(what, Libc.errno(), "CAP_NET_RAW");
        }
        filter.attachTo(fd);
        NativeBuffer name = NativeBuffer.ofString(interfaceName);
        try {
            check(C.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.address(), name.capacity()));
            set(SOL_SOCKET, SO_PRIORITY, 6);
        } catch (NetlinkException e) {
            C.close(fd);
            throw e;
        }
    }

    /**
     * Opens the socket of a virtual router.
     *
     * @param source where advertisements come from; its family is the socket's
     * @param group the multicast group, or null for unicast
     * @throws NetlinkException with CAP_NET_RAW named where that is what is missing
     */
    public static AdvertSocket open(
            String interfaceName, int interfaceIndex, int vrid, InetAddress source, @Nullable InetAddress group)
            throws NetlinkException {
        AdvertSocket opened = source instanceof Inet4Address
                ? new Ipv4AdvertSocket(interfaceName, vrid)
                : new Ipv6AdvertSocket(interfaceName, interfaceIndex, vrid);
        try {
            opened.prepare(interfaceIndex, source, group);
        } catch (NetlinkException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    public final int fd() {
        return fd;
    }

    /**
     * Sends one message.
     *
     * @param message the VRRP message, without IP header
     * @return 0 or the errno
     */
    public final int send(byte[] message, InetAddress to) {
        out.bytes().put(0, message);
        if (!to.equals(destinationOf)) {
            destinationLength = writeAddress(to, destination);
            destinationOf = to;
        }
        long sent = C.sendto(fd, out.address(), message.length, 0, destination.address(), destinationLength);
        return sent == message.length ? 0 : Libc.errno();
    }

    /** Takes one packet out of the socket and reads it; null if there is none. */
    public abstract @Nullable Decoded receive(AdvertisementDecoder decoder);

    /** Takes one packet out of the socket and throws it away; false if there was none. */
    public final boolean skip() {
        return C.recvfrom(fd, out.address(), 1, 0, 0, 0) >= 0;
    }

    /**
     * Lets the kernel throw away what cannot be an advertisement of this format, but for one packet in {@value
     * PacketFilter#SAMPLE}, so that a flood costs nothing and is still noticed; or ends that.
     *
     * @return whether the kernel took the filter
     */
    public final boolean filterStrictly(AdvertisementFormat format, boolean strict) {
        isStrict = strict;
        return (strict ? strictFilter(format) : looseFilter(format.vrid())).attachTo(fd);
    }

    /** Whether {@link #filterStrictly} said so last. */
    public final boolean isStrict() {
        return isStrict;
    }

    abstract PacketFilter strictFilter(AdvertisementFormat format);

    abstract PacketFilter looseFilter(int vrid);

    /** Where the packet received last came from, for the log. */
    public abstract String lastSource();

    @Override
    public final void close() {
        C.close(fd);
    }

    /** How far unicast advertisements go: 1..255, or 0 for the kernel's own setting. */
    public final void limitHops(int hops) throws NetlinkException {
        setHops(hops == 0 ? KERNELS_OWN : hops);
    }

    abstract void setHops(int hops) throws NetlinkException;

    /** What a family asks for: hops, class, the group or the source. */
    abstract void prepare(int interfaceIndex, InetAddress source, @Nullable InetAddress group) throws NetlinkException;

    /** Puts the socket address into the buffer; returns its length. */
    abstract int writeAddress(InetAddress address, NativeBuffer into);

    final void bindTo(InetAddress source) throws NetlinkException {
        int length = writeAddress(source, option);
        check(C.bind(fd, option.address(), length));
    }

    final void set(int level, int name, int value) throws NetlinkException {
        option.bytes().putInt(0, value);
        setOption(level, name, 4);
    }

    /** Sets an option to the first bytes of {@link #option}. */
    final void setOption(int level, int name, int length) throws NetlinkException {
        check(C.setsockopt(fd, level, name, option.address(), length));
    }

    private void check(int result) throws NetlinkException {
        if (result != 0) {
            throw new NetlinkException(what, Libc.errno(), "CAP_NET_RAW");
        }
    }
}

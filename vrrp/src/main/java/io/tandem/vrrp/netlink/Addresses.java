// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.NetlinkMessage.ACK;
import static io.tandem.vrrp.netlink.NetlinkMessage.CREATE;
import static io.tandem.vrrp.netlink.NetlinkMessage.DUMP;
import static io.tandem.vrrp.netlink.NetlinkMessage.REPLACE;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Addresses on interfaces: add, renew, remove, list.
 *
 * <p>Adding what is there and removing what is not are successes. The methods that take an index send one message and
 * allocate nothing but the exception of a refusal: they serve the takeover.
 */
public final class Addresses {
    /** IFA_PROTO of the addresses that Tandem holds as virtual addresses (Linux 5.18 and later keep it). */
    public static final int TAG = 0xb4;

    /** Lifetime without end. */
    public static final int FOREVER = -1;

    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_LABEL = 3;
    private static final int IFA_CACHEINFO = 6;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_PROTO = 11;
    private static final int NODAD = 2;
    private static final int DAD_FAILED = 8;
    private static final int TENTATIVE = 0x40;
    private static final int FIXED_PART = 8;

    private final NetlinkSocket socket;
    private final Links links;

    Addresses(NetlinkSocket socket, Links links) {
        this.socket = socket;
        this.links = links;
    }

    /** Adds an ordinary address (no tag, no end) to the interface of that name. */
    public void add(InetAddress address, int prefixLength, String interfaceName) throws NetlinkException {
        int errno = add(address, prefixLength, links.get(interfaceName).index(), null, 0, FOREVER, 0);
        if (errno != 0) {
            throw refusal("add", address, prefixLength, "to " + interfaceName, errno);
        }
    }

    public void remove(InetAddress address, int prefixLength, String interfaceName) throws NetlinkException {
        int errno = remove(address, prefixLength, links.get(interfaceName).index());
        if (errno != 0) {
            throw refusal("remove", address, prefixLength, "from " + interfaceName, errno);
        }
    }

    /**
     * Adds or renews an address. IPv6 goes without duplicate address detection.
     *
     * @param label alias, or null
     * @param validSeconds after which the kernel removes it unless renewed, or {@link #FOREVER}
     * @param tag IFA_PROTO, 0 for none
     * @return 0, or the errno
     */
    public int add(
            InetAddress address,
            int prefixLength,
            int interfaceIndex,
            @Nullable String label,
            int scope,
            int validSeconds,
            int tag) {
        boolean six = address instanceof Inet6Address;
        NetlinkMessage message = socket.message()
                .begin(RTM_NEWADDR, CREATE | REPLACE | ACK)
                .addressPart(six ? AF_INET6 : AF_INET, prefixLength, six ? NODAD : 0, scope, interfaceIndex)
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, address);
        if (six) {
            message.attribute(IFA_FLAGS, NODAD);
        } else if (label != null) {
            message.textAttribute(IFA_LABEL, label);
        }
        if (validSeconds != FOREVER) {
            message.lifetime(IFA_CACHEINFO, validSeconds);
        }
        if (tag != 0) {
            message.byteAttribute(IFA_PROTO, tag);
        }
        int errno = socket.request();
        return errno == Errno.EEXIST ? 0 : errno;
    }

    /** Removes an address; returns 0, also when it was not there, or the errno. */
    public int remove(InetAddress address, int prefixLength, int interfaceIndex) {
        boolean six = address instanceof Inet6Address;
        socket.message()
                .begin(RTM_DELADDR, ACK)
                .addressPart(six ? AF_INET6 : AF_INET, prefixLength, 0, 0, interfaceIndex)
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, address);
        int errno = socket.request();
        return errno == Errno.EADDRNOTAVAIL || errno == Errno.ENODEV ? 0 : errno;
    }

    public List<AddressEntry> list() throws NetlinkException {
        List<AddressEntry> found = new ArrayList<>();
        socket.message().begin(RTM_GETADDR, DUMP).addressPart(0, 0, 0, 0, 0);
        socket.dump("netlink: list addresses", body -> {
            AddressEntry entry = parse(body);
            if (entry != null) {
                found.add(entry);
            }
        });
        return found;
    }

    /** The exception for a refused add or remove. */
    public static NetlinkException refusal(
            String operation, InetAddress address, int prefixLength, String where, int errno) {
        return new NetlinkException(
                "netlink: " + operation + " " + address.getHostAddress() + "/" + prefixLength + " " + where, errno);
    }

    /** The address of a received message, or null for another family. {@code body} begins with ifaddrmsg. */
    static @Nullable AddressEntry parse(ByteBuffer body) {
        InetAddress address = null;
        String label = "";
        int tag = 0;
        int flags = body.get(2);
        long valid = FOREVER;
        Attributes attributes = new Attributes(body, FIXED_PART);
        while (attributes.next()) {
            switch (attributes.type()) {
                // IFA_ADDRESS is the peer's on a point-to-point link; IFA_LOCAL, where present, is ours.
                case IFA_LOCAL -> address = addressOf(attributes.value());
                case IFA_ADDRESS -> address = address == null ? addressOf(attributes.value()) : address;
                case IFA_LABEL -> label = attributes.text();
                case IFA_FLAGS -> flags = attributes.word(0);
                case IFA_PROTO -> tag = attributes.byteValue();
                case IFA_CACHEINFO -> valid = attributes.word(1);
                default -> {}
            }
        }
        return address == null
                ? null
                : new AddressEntry(
                        address,
                        body.get(1) & 0xff,
                        body.getInt(4),
                        label,
                        body.get(3) & 0xff,
                        tag,
                        valid,
                        (flags & (TENTATIVE | DAD_FAILED)) != 0);
    }

    private static @Nullable InetAddress addressOf(byte[] value) {
        try {
            return value.length == 4 || value.length == 16 ? InetAddress.getByAddress(value) : null;
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("address of " + value.length + " bytes", impossible);
        }
    }
}

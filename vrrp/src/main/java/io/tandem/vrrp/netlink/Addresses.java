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
 * <p>Adding what is there and removing what is not are successes. Takeovers send many at once ({@link NetlinkBatch}).
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
    private static final int IFA_BROADCAST = 4;
    private static final int IFA_CACHEINFO = 6;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_PROTO = 11;
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
        return add(new AddressRequest(
                address,
                prefixLength,
                interfaceIndex,
                label,
                scope,
                address instanceof Inet6Address ? AddressRequest.NODAD : 0,
                validSeconds,
                validSeconds,
                tag,
                null,
                null));
    }

    /** Adds or renews an address; returns 0, or the errno. */
    public int add(AddressRequest request) {
        encodeAdd(socket.message().begin(RTM_NEWADDR, CREATE | REPLACE | ACK), request);
        int errno = socket.request();
        return errno == Errno.EEXIST ? 0 : errno;
    }

    /** Removes an address; returns 0, also when it was not there, or the errno. */
    public int remove(InetAddress address, int prefixLength, int interfaceIndex) {
        encodeRemove(socket.message().begin(RTM_DELADDR, ACK), address, prefixLength, interfaceIndex, address);
        int errno = socket.request();
        return isGone(errno) ? 0 : errno;
    }

    /** Whether a refusal to remove means that there was nothing to remove. */
    public static boolean isGone(int errno) {
        return errno == Errno.EADDRNOTAVAIL || errno == Errno.ENODEV;
    }

    static void encodeAdd(NetlinkBatch.Builder batch, AddressRequest request) {
        encodeAdd(batch.begin(RTM_NEWADDR, CREATE | REPLACE), request);
    }

    static void encodeRemove(NetlinkBatch.Builder batch, AddressRequest request) {
        encodeRemove(
                batch.begin(RTM_DELADDR, 0),
                request.address(),
                request.prefixLength(),
                request.interfaceIndex(),
                request.peer() == null ? request.address() : request.peer());
    }

    private static void encodeAdd(NetlinkMessage message, AddressRequest request) {
        boolean six = request.address() instanceof Inet6Address;
        message.addressPart(
                        six ? AF_INET6 : AF_INET,
                        request.prefixLength(),
                        request.flags() & 0xff,
                        request.scope(),
                        request.interfaceIndex())
                .attribute(IFA_LOCAL, request.address())
                .attribute(IFA_ADDRESS, request.peer() == null ? request.address() : request.peer());
        if (request.flags() != 0) {
            message.attribute(IFA_FLAGS, request.flags());
        }
        if (!six && request.broadcast() != null) {
            message.attribute(IFA_BROADCAST, request.broadcast());
        }
        if (!six && request.label() != null) {
            message.textAttribute(IFA_LABEL, request.label());
        }
        if (request.validSeconds() != FOREVER || request.preferredSeconds() != FOREVER) {
            message.lifetime(IFA_CACHEINFO, request.preferredSeconds(), request.validSeconds());
        }
        if (request.tag() != 0) {
            message.byteAttribute(IFA_PROTO, request.tag());
        }
    }

    private static void encodeRemove(
            NetlinkMessage message, InetAddress address, int prefixLength, int interfaceIndex, InetAddress peer) {
        message.addressPart(address instanceof Inet6Address ? AF_INET6 : AF_INET, prefixLength, 0, 0, interfaceIndex)
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, peer);
    }

    /** Those of one interface. */
    public List<AddressEntry> list(int interfaceIndex) throws NetlinkException {
        List<AddressEntry> found = new ArrayList<>();
        socket.message().begin(RTM_GETADDR, DUMP).addressPart(0, 0, 0, 0, interfaceIndex);
        socket.dump("netlink: list addresses", body -> {
            AddressEntry entry = parse(body);
            if (entry != null && entry.interfaceIndex() == interfaceIndex) {
                found.add(entry);
            }
        });
        return found;
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

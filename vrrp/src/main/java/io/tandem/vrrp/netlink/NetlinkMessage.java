// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Builds one rtnetlink message in a native buffer.
 *
 * <pre>
 * nlmsghdr: u32 length | u16 type | u16 flags | u32 sequence | u32 port
 * then a fixed part for the type, then attributes: u16 length | u16 type | value, padded to 4
 * </pre>
 */
final class NetlinkMessage {
    static final int REQUEST = 1;
    static final int ACK = 4;
    static final int REPLACE = 0x100;
    static final int EXCL = 0x200;
    static final int CREATE = 0x400;
    static final int APPEND = 0x800;
    static final int DUMP = 0x300;
    private static final int HEADER_BYTES = 16;
    private static final int ROUTE_FLAGS_AT = HEADER_BYTES + 8;
    private static final int NESTED = 0x8000;

    private final NativeBuffer buffer;
    private final ByteBuffer bytes;
    private int start;

    NetlinkMessage(NativeBuffer buffer) {
        this.buffer = buffer;
        this.bytes = buffer.bytes();
    }

    NetlinkMessage begin(int type, int flags) {
        bytes.clear();
        return beginBehind(type, flags);
    }

    /** As {@link #begin}, behind what the buffer holds already. */
    NetlinkMessage beginBehind(int type, int flags) {
        start = bytes.position();
        bytes.putInt(0)
                .putShort((short) type)
                .putShort((short) (flags | REQUEST))
                .putInt(0)
                .putInt(0);
        return this;
    }

    /** ifaddrmsg. */
    NetlinkMessage addressPart(int family, int prefixLength, int flags, int scope, int interfaceIndex) {
        bytes.put((byte) family)
                .put((byte) prefixLength)
                .put((byte) flags)
                .put((byte) scope)
                .putInt(interfaceIndex);
        return this;
    }

    /** ifinfomsg. */
    NetlinkMessage linkPart(int index, int flags, int change) {
        bytes.put((byte) 0)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(index)
                .putInt(flags)
                .putInt(change);
        return this;
    }

    /** ndmsg. */
    NetlinkMessage neighborPart(int family, int interfaceIndex) {
        bytes.put((byte) family)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(interfaceIndex)
                .putInt(0);
        return this;
    }

    /** netconfmsg, padded. */
    NetlinkMessage familyPart(int family) {
        bytes.put((byte) family).put((byte) 0).putShort((short) 0);
        return this;
    }

    /** nfgenmsg. */
    NetlinkMessage netfilterPart(int family, int resource) {
        bytes.put((byte) family).put((byte) 0).put((byte) (resource >>> 8)).put((byte) resource);
        return this;
    }

    /** fib_rule_hdr: the table is given as an attribute. */
    NetlinkMessage rulePart(int family, int toLength, int fromLength, int tos, int action, int flags) {
        bytes.put((byte) family).put((byte) toLength).put((byte) fromLength).put((byte) tos);
        bytes.put((byte) 0).put((byte) 0).put((byte) 0).put((byte) action).putInt(flags);
        return this;
    }

    /** rtmsg. */
    NetlinkMessage routePart(int family, int destinationLength, int tos, int table, int protocol, int scope, int type) {
        bytes.put((byte) family).put((byte) destinationLength).put((byte) 0).put((byte) tos);
        bytes.put((byte) table)
                .put((byte) protocol)
                .put((byte) scope)
                .put((byte) type)
                .putInt(0);
        return this;
    }

    /** The flags of rtmsg, once {@link #routePart} stands. */
    NetlinkMessage routeFlags(int flags) {
        bytes.putInt(start + ROUTE_FLAGS_AT, flags);
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        header(type, value.length);
        bytes.put(value);
        return pad();
    }

    NetlinkMessage attribute(int type, InetAddress address) {
        return attribute(type, address.getAddress());
    }

    NetlinkMessage attribute(int type, int value) {
        header(type, 4);
        bytes.putInt(value);
        return this;
    }

    NetlinkMessage byteAttribute(int type, int value) {
        header(type, 1);
        bytes.put((byte) value);
        return pad();
    }

    NetlinkMessage shortAttribute(int type, int value) {
        header(type, 2);
        bytes.putShort((short) value);
        return pad();
    }

    /** Two 32-bit numbers. */
    NetlinkMessage pairAttribute(int type, int first, int second) {
        header(type, 8);
        bytes.putInt(first).putInt(second);
        return this;
    }

    /** Two 16-bit numbers. */
    NetlinkMessage shortPairAttribute(int type, int first, int second) {
        header(type, 4);
        bytes.putShort((short) first).putShort((short) second);
        return this;
    }

    /** A 64-bit number in network order. */
    NetlinkMessage bigEndianAttribute(int type, long value) {
        header(type, 8);
        bytes.putLong(bytes.order() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value));
        return this;
    }

    NetlinkMessage textAttribute(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        header(type, text.length + 1);
        bytes.put(text).put((byte) 0);
        return pad();
    }

    /** IFA_CACHEINFO. */
    NetlinkMessage lifetime(int type, int preferredSeconds, int validSeconds) {
        header(type, 16);
        bytes.putInt(preferredSeconds).putInt(validSeconds).putInt(0).putInt(0);
        return this;
    }

    /** Opens a nested attribute; hand the result to {@link #close}. */
    int open(int type) {
        int start = bytes.position();
        header(type | NESTED, 0);
        return start;
    }

    /** As {@link #open}, for the attributes which the kernel knows without the nested flag (peer of a veth). */
    int openPlain(int type) {
        int start = bytes.position();
        header(type, 0);
        return start;
    }

    /** rtnexthop, which its attributes follow; hand the result to {@link #close}. */
    int openNextHop(int flags, int weight, int interfaceIndex) {
        int start = bytes.position();
        bytes.putShort((short) 0).put((byte) flags).put((byte) (weight - 1)).putInt(interfaceIndex);
        return start;
    }

    NetlinkMessage close(int start) {
        bytes.putShort(start, (short) (bytes.position() - start));
        return this;
    }

    /** Sets length and sequence; returns the length. */
    int finish(int sequence) {
        int length = bytes.position() - start;
        bytes.putInt(start, length).putInt(start + 8, sequence);
        return length;
    }

    /** Where the message begins in the buffer. */
    int start() {
        return start;
    }

    /** Where the next one would begin. */
    int end() {
        return bytes.position();
    }

    long address() {
        return buffer.address();
    }

    private void header(int type, int length) {
        bytes.putShort((short) (length + 4)).putShort((short) type);
    }

    private NetlinkMessage pad() {
        while ((bytes.position() & 3) != 0) {
            bytes.put((byte) 0);
        }
        return this;
    }
}

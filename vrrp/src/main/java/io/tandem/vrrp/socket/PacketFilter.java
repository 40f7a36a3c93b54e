// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.packet.AdvertisementFormat;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A classic BPF program, so that a socket wakes its thread only for packets that concern it.
 *
 * <pre>
 * sock_filter: u16 code | u8 jump if true | u8 jump if false | u32 k
 * sock_fprog:  u16 count | padding | pointer
 * </pre>
 */
final class PacketFilter {
    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_BYTE_INDEXED = 0x50;
    private static final int LOAD_IP_HEADER_LENGTH = 0xb1;
    private static final int LOAD_WORD_INDEXED = 0x40;
    private static final int SHIFT_LEFT = 0x64;
    private static final int ADD_INDEX = 0x0c;
    private static final int AND = 0x54;
    private static final int TO_INDEX = 0x07;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int ALL = 0x40000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int INSTRUCTION = 8;

    /** Where "loading" yields a random word (SKF_AD_OFF + SKF_AD_RANDOM). */
    private static final int RANDOM = -0x1000 + 56;

    /** Where the network header begins, for sockets that do not deliver it (SKF_NET_OFF). */
    private static final int NETWORK_HEADER = -0x100000;

    /** More would overflow the eight-bit jumps. */
    static final int MAX_ADDRESSES = 100;

    /** A power of two: of so many packets that a strict filter would drop, one passes. */
    static final int SAMPLE = 128;

    private final NativeBuffer program;
    private int count;

    private PacketFilter(int instructions) {
        program = new NativeBuffer(instructions * INSTRUCTION);
    }

    /** IPv4 packets of protocol 112 for this virtual router. */
    static PacketFilter vridOfIpv4(int vrid) {
        return new PacketFilter(5)
                .put(LOAD_IP_HEADER_LENGTH, 0, 0, 0)
                .put(LOAD_BYTE_INDEXED, 0, 0, 1)
                .put(JUMP_IF_EQUAL, 0, 1, vrid)
                .put(RETURN, 0, 0, ALL)
                .put(RETURN, 0, 0, 0);
    }

    /** The same for IPv6, whose packets have no IP header here. */
    static PacketFilter vridOfIpv6(int vrid) {
        return new PacketFilter(4)
                .put(LOAD_BYTE, 0, 0, 1)
                .put(JUMP_IF_EQUAL, 0, 1, vrid)
                .put(RETURN, 0, 0, ALL)
                .put(RETURN, 0, 0, 0);
    }

    /** IPv4 packets that may be advertisements of this format: VRID, TTL, version, and of version 2 the constant fields. */
    static PacketFilter strictForIpv4(AdvertisementFormat format) {
        Strict strict = new Strict(40).load(LOAD_IP_HEADER_LENGTH, 0).only(LOAD_BYTE_INDEXED, 1, format.vrid());
        if (format.wantsFullTtl()) {
            strict.want(LOAD_BYTE, 8, 255);
        }
        strict.want(LOAD_BYTE_INDEXED, 0, format.version() << 4 | 1);
        if (format.version() == 2) {
            strict.want(LOAD_BYTE_INDEXED, 4, format.authType()).want(LOAD_BYTE_INDEXED, 5, format.intervalSeconds());
        }
        if (format.hasPassword()) {
            // It stands behind as many addresses as the packet says.
            strict.load(LOAD_BYTE_INDEXED, 3)
                    .load(SHIFT_LEFT, 2)
                    .load(ADD_INDEX, 0)
                    .load(TO_INDEX, 0)
                    .want(LOAD_WORD_INDEXED, 8, format.passwordWord(0))
                    .want(LOAD_WORD_INDEXED, 12, format.passwordWord(1));
        }
        return strict.end();
    }

    /** The same for IPv6. */
    static PacketFilter strictForIpv6(AdvertisementFormat format) {
        Strict strict = new Strict(16).only(LOAD_BYTE, 1, format.vrid());
        if (format.wantsFullTtl()) {
            strict.want(LOAD_BYTE, NETWORK_HEADER + 7, 255);
        }
        return strict.want(LOAD_BYTE, 0, format.version() << 4 | 1).end();
    }

    /** Puts tests together; where one fails, the packet is dropped but for one in {@link #SAMPLE}. */
    private static final class Strict {
        private static final int TAIL = 7;

        private final PacketFilter filter;
        private final List<Integer> wanted = new ArrayList<>();
        private final List<Integer> demanded = new ArrayList<>();

        Strict(int instructions) {
            filter = new PacketFilter(instructions + TAIL);
        }

        Strict load(int code, int k) {
            filter.put(code, 0, 0, k);
            return this;
        }

        /** Anything else is none of our business. */
        Strict only(int code, int k, int value) {
            load(code, k);
            demanded.add(filter.count);
            filter.put(JUMP_IF_EQUAL, 0, 0, value);
            return this;
        }

        /** Anything else is bad. */
        Strict want(int code, int k, int value) {
            load(code, k);
            wanted.add(filter.count);
            filter.put(JUMP_IF_EQUAL, 0, 0, value);
            return this;
        }

        PacketFilter end() {
            filter.put(RETURN, 0, 0, ALL);
            int bad = filter.count;
            filter.put(LOAD_WORD, 0, 0, RANDOM)
                    .put(AND, 0, 0, SAMPLE - 1)
                    .put(JUMP_IF_EQUAL, 0, 1, 0)
                    .put(RETURN, 0, 0, ALL);
            int drop = filter.count;
            filter.put(RETURN, 0, 0, 0);
            wanted.forEach(at -> filter.otherwise(at, bad));
            demanded.forEach(at -> filter.otherwise(at, drop));
            return filter;
        }
    }

    /**
     * Neighbour discovery's messages about one of the addresses, or one that ends as it does.
     *
     * @param addresses IPv6, at most {@link #MAX_ADDRESSES}
     */
    static PacketFilter neighborsWith(List<InetAddress> addresses) {
        int drop = addresses.size() + 1;
        PacketFilter filter = new PacketFilter(drop + 2).put(LOAD_WORD, 0, 0, 20);
        for (InetAddress address : addresses) {
            int end = ByteBuffer.wrap(address.getAddress()).getInt(12);
            filter.put(JUMP_IF_EQUAL, drop - filter.count, 0, end);
        }
        return filter.put(RETURN, 0, 0, 0).put(RETURN, 0, 0, ALL);
    }

    /**
     * ARP frames whose sender is one of the addresses, and probes for one.
     *
     * @param addresses as 32-bit numbers in network order, at most {@link #MAX_ADDRESSES}
     */
    static PacketFilter arpFor(List<Integer> addresses) {
        int size = addresses.size();
        int drop = 2 * size + 3;
        int accept = drop + 1;
        PacketFilter filter = new PacketFilter(accept + 1).put(LOAD_WORD, 0, 0, 28);
        for (int address : addresses) {
            filter.put(JUMP_IF_EQUAL, accept - filter.count - 1, 0, address);
        }
        filter.put(JUMP_IF_EQUAL, 0, drop - filter.count - 1, 0).put(LOAD_WORD, 0, 0, 38);
        for (int address : addresses) {
            filter.put(JUMP_IF_EQUAL, accept - filter.count - 1, 0, address);
        }
        return filter.put(RETURN, 0, 0, 0).put(RETURN, 0, 0, ALL);
    }

    /** Whether the kernel took it; without it the socket works and sees more. */
    boolean attachTo(int fd) {
        NativeBuffer header = new NativeBuffer(16);
        header.bytes().putShort(0, (short) count).putLong(8, program.address());
        return C.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, header.address(), 16) == 0;
    }

    /** Where the test at {@code at} goes on when it fails. */
    private void otherwise(int at, int target) {
        program.bytes().put(at * INSTRUCTION + 3, (byte) (target - at - 1));
    }

    private PacketFilter put(int code, int jumpTrue, int jumpFalse, int k) {
        program.bytes()
                .putShort((short) code)
                .put((byte) jumpTrue)
                .put((byte) jumpFalse)
                .putInt(k);
        count++;
        return this;
    }
}

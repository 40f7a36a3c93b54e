// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Receives from IPv6 raw sockets by recvmsg, with what the kernel tells beside a message (RFC 3542 4).
 *
 * <pre>
 * msghdr:   name 8 | length 4, padding | iovec 8 | count 8 | control 8 | length 8 | flags 4, padding
 * cmsghdr:  length 8 | level 4 | type 4 | data, padded to 8
 * </pre>
 */
final class Ipv6Receiver {
    /** Socket option: tell the hop limit. */
    static final int RECVHOPLIMIT = 51;

    /** Socket option: tell the destination. */
    static final int RECVPKTINFO = 49;

    private static final int IPPROTO_IPV6 = 41;
    private static final int PKTINFO = 50;
    private static final int HOPLIMIT = 52;
    private static final int CONTROL_BYTES = 128;
    private static final int CONTROL_HEADER = 16;

    private final NativeBuffer in;
    private final byte[] message;
    private final NativeBuffer name = new NativeBuffer(28);
    private final NativeBuffer control = new NativeBuffer(CONTROL_BYTES);
    private final NativeBuffer vector = new NativeBuffer(16);
    private final NativeBuffer header = new NativeBuffer(56);
    private final byte[] address = new byte[16];
    private final byte[] sourceBytes = new byte[16];
    private final byte[] destinationBytes = new byte[16];
    private int hopLimit;
    private InetAddress source = of(new byte[16]);
    private InetAddress destination = source;

    /** @param capacity the longest message that is taken whole, in bytes */
    Ipv6Receiver(int capacity) {
        in = new NativeBuffer(capacity);
        message = new byte[capacity];
        vector.bytes().putLong(0, in.address()).putLong(8, capacity);
    }

    /** The bytes received into {@link #message}, or −1 if there is nothing. */
    int receive(int fd) {
        long length;
        do {
            header.bytes()
                    .putLong(0, name.address())
                    .putLong(8, name.capacity())
                    .putLong(16, vector.address())
                    .putLong(24, 1)
                    .putLong(32, control.address())
                    .putLong(40, CONTROL_BYTES)
                    .putLong(48, 0);
            length = C.recvmsg(fd, header.address(), 0);
        } while (length < 0 && Libc.errno() == Errno.EINTR);
        if (length < 0) {
            return -1;
        }
        in.bytes().get(0, message, 0, (int) length);
        name.bytes().get(8, address);
        source = sameOr(source, sourceBytes);
        readControl((int) header.bytes().getLong(40));
        return (int) length;
    }

    private void readControl(int bytes) {
        hopLimit = -1;
        for (int at = 0; at + CONTROL_HEADER <= bytes; ) {
            int length = (int) control.bytes().getLong(at);
            if (length < CONTROL_HEADER) {
                return;
            }
            if (control.bytes().getInt(at + 8) == IPPROTO_IPV6) {
                int type = control.bytes().getInt(at + 12);
                if (type == HOPLIMIT) {
                    hopLimit = control.bytes().getInt(at + CONTROL_HEADER);
                } else if (type == PKTINFO) {
                    control.bytes().get(at + CONTROL_HEADER, address);
                    destination = sameOr(destination, destinationBytes);
                }
            }
            at += (length + 7) & ~7;
        }
    }

    /** The message received last; the next one changes it. */
    byte[] message() {
        return message;
    }

    /** Of the message received last; −1 where the kernel did not say. */
    int hopLimit() {
        return hopLimit;
    }

    InetAddress source() {
        return source;
    }

    InetAddress destination() {
        return destination;
    }

    /** The address just read; as a rule it is the last one again. */
    private InetAddress sameOr(InetAddress last, byte[] lastBytes) {
        if (Arrays.equals(address, lastBytes)) {
            return last;
        }
        System.arraycopy(address, 0, lastBytes, 0, address.length);
        return of(address);
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of 16 bytes", e);
        }
    }
}

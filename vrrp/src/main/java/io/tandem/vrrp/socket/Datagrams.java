// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.socket;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.NativeBuffer;

/**
 * Takes several datagrams out of a socket with one system call (recvmmsg(2)), each with the time at which the kernel had it.
 * Allocates nothing after construction. Not thread-safe.
 *
 * <pre>
 * mmsghdr: u64 name | u64 name length | u64 iovec | u64 iovecs | u64 control | u64 control length | u64 flags | u64 received
 * iovec:   u64 base | u64 length
 * control: u64 length | u32 level | u32 type | u64 seconds | u64 nanoseconds
 * </pre>
 */
public final class Datagrams {
    /** So many with one call. */
    public static final int MOST = 16;

    private static final int HEADER = 64;
    private static final int IOVEC_AT = 16;
    private static final int CONTROL_AT = 32;
    private static final int CONTROL_LENGTH_AT = 40;
    private static final int LENGTH_AT = 56;
    private static final int IOVEC = 16;
    private static final int CONTROL = 32;
    private static final int TIME_AT = 16;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int CLOCK_REALTIME = 0;

    private final int longest;
    private final NativeBuffer headers = new NativeBuffer(MOST * HEADER);
    private final NativeBuffer vectors = new NativeBuffer(MOST * IOVEC);
    private final NativeBuffer controls = new NativeBuffer(MOST * CONTROL);
    private final NativeBuffer data;
    private final NativeBuffer clock = new NativeBuffer(16);
    private int taken;

    /** @param longest bytes of a datagram; of a longer one no more is read */
    public Datagrams(int longest) {
        this.longest = longest;
        data = new NativeBuffer(MOST * longest);
        for (int i = 0; i < MOST; i++) {
            vectors.bytes().putLong(i * IOVEC, data.address() + (long) i * longest);
            vectors.bytes().putLong(i * IOVEC + 8, longest);
            headers.bytes().putLong(i * HEADER + IOVEC_AT, vectors.address() + (long) i * IOVEC);
            headers.bytes().putLong(i * HEADER + IOVEC_AT + 8, 1);
            headers.bytes().putLong(i * HEADER + CONTROL_AT, controls.address() + (long) i * CONTROL);
            headers.bytes().putLong(i * HEADER + CONTROL_LENGTH_AT, CONTROL);
        }
    }

    /**
     * Takes what is there.
     *
     * @return how many; fewer than {@link #MOST} where there were no more
     */
    public int take(InetSocket socket) {
        for (int i = 0; i < taken; i++) {
            // The kernel has written what it used, and forgets the time where it finds no room.
            headers.bytes().putLong(i * HEADER + CONTROL_LENGTH_AT, CONTROL);
        }
        taken = Math.max(0, C.recvmmsg(socket.fd(), headers.address(), MOST, MSG_DONTWAIT, 0));
        return taken;
    }

    /** The bytes of one, at most the longest. */
    public int length(int datagram) {
        return headers.bytes().getInt(datagram * HEADER + LENGTH_AT);
    }

    /** Copies one out. */
    public void copyTo(int datagram, byte[] into) {
        data.copyTo(datagram * longest, into, 0, length(datagram));
    }

    /** When the kernel had it, by {@link #utcNs}' clock; 0 where it does not say. */
    public long arrivedUtcNs(int datagram) {
        if (headers.bytes().getLong(datagram * HEADER + CONTROL_LENGTH_AT) < CONTROL) {
            return 0;
        }
        int at = datagram * CONTROL + TIME_AT;
        return controls.bytes().getLong(at) * 1_000_000_000L + controls.bytes().getLong(at + 8);
    }

    /** The wall clock, nanoseconds since 1970. */
    public long utcNs() {
        C.clock_gettime(CLOCK_REALTIME, clock.address());
        return clock.bytes().getLong(0) * 1_000_000_000L + clock.bytes().getLong(8);
    }
}

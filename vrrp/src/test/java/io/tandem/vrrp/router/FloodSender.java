// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Sends one VRRP message over and over to a multicast group, from a host of a {@link TestLan}. */
final class FloodSender implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int PROTOCOL = 112;
    private static final int IP_MULTICAST_IF = 32;
    private static final int IP_MULTICAST_TTL = 33;

    private final int fd;
    private final NativeBuffer out = new NativeBuffer(256);
    private final NativeBuffer address = new NativeBuffer(16);

    FloodSender(TestLan.Host host, InetAddress source, InetAddress group, int ttl) throws IOException {
        fd = host.namespace().run(() -> C.socket(AF_INET, SOCK_RAW_CLOEXEC, PROTOCOL));
        NativeBuffer option = new NativeBuffer(4);
        option.bytes().putInt(0, ttl);
        int refused = C.setsockopt(fd, 0, IP_MULTICAST_TTL, option.address(), 4);
        option.bytes().put(0, source.getAddress());
        refused |= C.setsockopt(fd, 0, IP_MULTICAST_IF, option.address(), 4);
        if (fd < 0 || refused != 0) {
            throw new NetlinkException("flood", Libc.errno());
        }
        address.bytes().putShort(0, (short) AF_INET).put(4, group.getAddress());
    }

    /** @return how many left */
    long run(byte[] message, int perSecond, Duration duration) {
        out.bytes().put(0, message);
        long startNs = System.nanoTime();
        long sent = 0;
        for (long elapsed = 0; elapsed < duration.toNanos(); elapsed = System.nanoTime() - startNs) {
            long due = elapsed * perSecond / 1_000_000_000L;
            for (; sent < due; sent++) {
                C.sendto(fd, out.address(), message.length, 0, address.address(), 16);
            }
            LockSupport.parkNanos(500_000L);
        }
        return sent;
    }

    @Override
    public void close() {
        C.close(fd);
    }
}

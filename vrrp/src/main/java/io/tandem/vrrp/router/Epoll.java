// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors that are waited for, each with its handler (epoll(7), level-triggered): a wake-up costs by what is ready, and
 * not by how many there are. Waiting allocates nothing. Not thread-safe.
 *
 * <pre>
 * epoll_event: u32 events | u64 data, the descriptor; packed on x86-64, padded to 16 bytes elsewhere
 * </pre>
 */
final class Epoll implements AutoCloseable {
    private static final int CLOEXEC = 0x80000;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MOST_AT_ONCE = 64;
    private static final boolean PACKED = "amd64".equals(System.getProperty("os.arch"));
    private static final int EVENT = PACKED ? 12 : 16;
    private static final int DATA_AT = PACKED ? 4 : 8;

    private final int fd;
    private final NativeBuffer ready = new NativeBuffer(MOST_AT_ONCE * EVENT);
    private final NativeBuffer one = new NativeBuffer(EVENT);
    private Reactor.@Nullable Handler[] handlers = new Reactor.@Nullable Handler[64];

    Epoll() throws NetlinkException {
        fd = C.epoll_create1(CLOEXEC);
        if (fd < 0) {
            throw new NetlinkException("guardian: epoll", Libc.errno());
        }
    }

    void add(int descriptor, int events, Reactor.Handler handler) {
        if (descriptor >= handlers.length) {
            handlers = Arrays.copyOf(handlers, Math.max(descriptor + 1, handlers.length * 2));
        }
        handlers[descriptor] = handler;
        one.bytes().putInt(0, events).putLong(DATA_AT, descriptor);
        if (C.epoll_ctl(fd, ADD, descriptor, one.address()) != 0) {
            throw new IllegalStateException("epoll: add " + descriptor + ": " + Errno.name(Libc.errno()));
        }
    }

    void remove(int descriptor) {
        if (handler(descriptor) != null) {
            handlers[descriptor] = null;
            C.epoll_ctl(fd, DELETE, descriptor, one.address());
        }
    }

    /** Waits until something is ready; how many are, or -1 with the errno. */
    int await() {
        return C.epoll_wait(fd, ready.address(), MOST_AT_ONCE, -1);
    }

    int descriptor(int position) {
        return (int) ready.bytes().getLong(position * EVENT + DATA_AT);
    }

    int events(int position) {
        return ready.bytes().getInt(position * EVENT);
    }

    Reactor.@Nullable Handler handler(int descriptor) {
        return descriptor >= 0 && descriptor < handlers.length ? handlers[descriptor] : null;
    }

    @Override
    public void close() {
        C.close(fd);
    }
}

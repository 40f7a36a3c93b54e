// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * The guardian's event loop: waits for descriptors, an absolute deadline and messages from other threads.
 *
 * <p>{@link Epoll} and one timerfd; in the steady state an iteration allocates nothing. {@link #run} is the real-time thread's body; everything but {@link #execute} and {@link #stop} belongs to it,
 * or to the thread that wires things up before it starts.
 */
public final class Reactor implements AutoCloseable {
    public static final int READABLE = 1;
    public static final int WRITABLE = 4;

    /** {@link Timed#nextWakeNs}: no deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int CLOCK_MONOTONIC = 1;
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int TIMER_ABSOLUTE = 1;
    private static final int MAX_MESSAGES = 4096;

    /** The earlier of two deadlines. */
    static long earlier(long a, long b) {
        if (a == NEVER || b == NEVER) {
            return a == NEVER ? b : a;
        }
        return a - b < 0 ? a : b;
    }

    /** Told that its descriptor is ready. */
    public interface Handler {
        /** @param events epoll's: {@link #READABLE}, {@link #WRITABLE}, error and hang-up bits */
        void onReady(int events, long nowNs);
    }

    /** Has deadlines. */
    public interface Timed {
        /** The next deadline, or {@link #NEVER}. */
        long nextWakeNs();

        /** Called after every wake-up, whether due or not: compare, and do what is due. */
        void onTime(long nowNs);
    }

    /** Told that the thread was not run for a while: stopped, starved, or the machine was suspended. */
    public interface LateListener {
        void onLate(long lateNs, long nowNs);
    }

    private static final long WORTH_TELLING_NS = 20_000_000L;

    private final Queue<Runnable> messages = new ArrayBlockingQueue<>(MAX_MESSAGES);
    private final List<Timed> timed = new ArrayList<>();
    private final Epoll epoll = new Epoll();
    private final NativeBuffer scratch = new NativeBuffer(32);
    /** What a wake-up writes: the number 1, never changed. */
    private final NativeBuffer one = new NativeBuffer(8);

    private final Lateness lateness = new Lateness();
    private final long clockOffsetNs;
    private final int timerFd;
    private final int wakeFd;
    private long armedForNs = NEVER;
    private LateListener lateListener = (lateNs, nowNs) -> {};
    private boolean changed;
    private volatile boolean stopping;

    public Reactor() throws NetlinkException {
        clockOffsetNs = clockOffsetNs();
        one.bytes().putLong(0, 1);
        timerFd = C.timerfd_create(CLOCK_MONOTONIC, NONBLOCK_CLOEXEC);
        wakeFd = C.eventfd(0, NONBLOCK_CLOEXEC);
        if (timerFd < 0 || wakeFd < 0) {
            throw new NetlinkException("guardian: timer", Libc.errno());
        }
        register(timerFd, READABLE, (events, nowNs) -> onTimer(nowNs));
        register(wakeFd, READABLE, (events, nowNs) -> drainMessages());
    }

    public Lateness lateness() {
        return lateness;
    }

    public void register(int fd, int events, Handler handler) {
        epoll.add(fd, events, handler);
        changed = true;
    }

    /** Forgets the descriptor; closing it is the caller's. */
    public void unregister(int fd) {
        epoll.remove(fd);
        changed = true;
    }

    /** Called before anything that has arrived meanwhile is looked at. */
    public void onLate(LateListener listener) {
        lateListener = listener;
    }

    public void add(Timed participant) {
        timed.add(participant);
    }

    public void remove(Timed participant) {
        timed.remove(participant);
    }

    /**
     * Runs the task on the reactor's thread. From any thread.
     *
     * @return false if {@value #MAX_MESSAGES} tasks are waiting already: the task is not run
     */
    public boolean execute(Runnable task) {
        boolean accepted = messages.offer(task);
        C.write(wakeFd, one.address(), 8);
        return accepted;
    }

    /** Makes {@link #run} return. From any thread. */
    public void stop() {
        stopping = true;
        execute(() -> {});
    }

    /** Loops until {@link #stop}. */
    public void run() {
        while (!stopping) {
            step();
        }
    }

    private void step() {
        arm();
        int ready = epoll.await();
        if (ready < 0) {
            if (Libc.errno() != Errno.EINTR) {
                throw new IllegalStateException("epoll: " + Errno.name(Libc.errno()));
            }
            return;
        }
        long nowNs = System.nanoTime();
        if (armedForNs != NEVER && nowNs - armedForNs > WORTH_TELLING_NS) {
            lateListener.onLate(nowNs - armedForNs, nowNs);
        }
        dispatch(ready, nowNs);
        // Packets first, then deadlines: an advertisement that waits in the socket must not lose against the timer.
        for (int i = 0; i < timed.size(); i++) {
            timed.get(i).onTime(nowNs);
        }
    }

    private void dispatch(int ready, long nowNs) {
        changed = false;
        // After a change a number may stand for another descriptor; what is ready stays so, and is found again.
        for (int i = 0; i < ready && !changed; i++) {
            Handler handler = epoll.handler(epoll.descriptor(i));
            if (handler != null) {
                handler.onReady(epoll.events(i), nowNs);
            }
        }
    }

    private void arm() {
        long next = NEVER;
        for (int i = 0; i < timed.size(); i++) {
            long wake = timed.get(i).nextWakeNs();
            if (wake != NEVER && (next == NEVER || wake - next < 0)) {
                next = wake;
            }
        }
        if (next == armedForNs) {
            return;
        }
        armedForNs = next;
        // A zero value would disarm the timer, so a deadline in the past becomes 1 ns after boot: due at once.
        long at = next == NEVER ? 0 : Math.max(1, next + clockOffsetNs);
        scratch.bytes()
                .putLong(0, 0)
                .putLong(8, 0)
                .putLong(16, at / 1_000_000_000L)
                .putLong(24, at % 1_000_000_000L);
        C.timerfd_settime(timerFd, TIMER_ABSOLUTE, scratch.address(), 0);
    }

    private void onTimer(long nowNs) {
        if (C.read(timerFd, scratch.address(), 8) == 8 && armedForNs != NEVER) {
            lateness.record(nowNs - armedForNs);
        }
        armedForNs = NEVER;
    }

    private void drainMessages() {
        C.read(wakeFd, scratch.address(), 8);
        Runnable task;
        while ((task = messages.poll()) != null) {
            task.run();
        }
    }

    /** CLOCK_MONOTONIC minus System.nanoTime(): 0 on HotSpot, but nothing promises that. */
    private long clockOffsetNs() {
        C.clock_gettime(CLOCK_MONOTONIC, scratch.address());
        long clock =
                scratch.bytes().getLong(0) * 1_000_000_000L + scratch.bytes().getLong(8);
        long offset = clock - System.nanoTime();
        return Math.abs(offset) < 1_000_000_000L ? 0 : offset;
    }

    @Override
    public void close() {
        C.close(timerFd);
        C.close(wakeFd);
        epoll.close();
    }
}

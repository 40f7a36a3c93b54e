// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.Errno;
import io.tandem.vrrp.netlink.Libc;
import io.tandem.vrrp.netlink.NativeBuffer;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * The guardian's event loop: waits for descriptors, an absolute deadline and messages from other threads.
 *
 * <p>{@link Epoll} and one timerfd; in the steady state an iteration allocates nothing, and one that only a deadline has begun
 * looks at nobody but those whose deadline it is: after ten idle milliseconds every line of memory that is touched comes from
 * afar. {@link #run} is the real-time thread's body; everything but {@link #execute} and {@link #stop} belongs to it, or to the
 * thread that wires things up before it starts.
 */
public final class Reactor implements AutoCloseable {
    public static final int READABLE = 1;
    public static final int WRITABLE = 4;

    /** {@link Timed#nextWakeNs}: no deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int EDGE_TRIGGERED = 1 << 31;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int TIMER_ABSOLUTE = 1;
    private static final int MAX_MESSAGES = 4096;
    private static final int TURNS = 16;

    /** The earlier of two deadlines. */
    static long earlier(long a, long b) {
        if (a == NEVER || b == NEVER) {
            return a == NEVER ? b : a;
        }
        return a - b < 0 ? a : b;
    }

    /** A deadline that much later. */
    static long later(long deadlineNs, long byNs) {
        return deadlineNs == NEVER ? NEVER : deadlineNs + byNs;
    }

    /** Told that its descriptor is ready. */
    public interface Handler {
        /** @param events epoll's: {@link #READABLE}, {@link #WRITABLE}, error and hang-up bits */
        void onReady(int events, long nowNs);
    }

    /**
     * Has deadlines. It is asked for them after each of its own turns, and after any turn of the loop in which more has
     * happened than deadlines; who changes another's in between says so by {@link #stir}.
     */
    public interface Timed {
        /** The next deadline, or {@link #NEVER}: the thread wakes for it. */
        long nextWakeNs();

        /** From when on a turn that another has begun will do as well; asked right after {@link #nextWakeNs}, and not later. */
        default long readyNs() {
            return nextWakeNs();
        }

        /** Called in any turn from {@link #readyNs} on, and in others besides: compare, and do what is due. */
        void onTime(long nowNs);
    }

    /** Told that the thread was not run for a while: stopped, starved, or the machine was suspended. */
    public interface LateListener {
        void onLate(long lateNs, long nowNs);
    }

    private static final long WORTH_TELLING_NS = 20_000_000L;

    private final Queue<Runnable> messages = new ArrayBlockingQueue<>(MAX_MESSAGES);
    private Timed[] timed = new Timed[0];
    // By position in it: the deadlines as they were told last, and who is to be asked again.
    private long[] wakes = new long[0];
    private long[] readies = new long[0];
    private boolean[] stale = new boolean[0];
    private boolean stirred = true;
    private final Epoll epoll = new Epoll();
    private final NativeBuffer scratch = new NativeBuffer(16);
    private final NativeBuffer timerValue = new NativeBuffer(32);
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
        // Its number of expiries is never read: setting it again clears that, and saves a system call a turn.
        register(timerFd, READABLE | EDGE_TRIGGERED, (events, nowNs) -> {});
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
        int count = timed.length + 1;
        timed = Arrays.copyOf(timed, count);
        timed[count - 1] = participant;
        resize();
    }

    public void remove(Timed participant) {
        List<Timed> left = new ArrayList<>(List.of(timed));
        left.remove(participant);
        timed = left.toArray(new Timed[0]);
        resize();
    }

    private void resize() {
        wakes = new long[timed.length];
        readies = new long[timed.length];
        stale = new boolean[timed.length];
        stir();
    }

    /** Has everybody look at this turn's time, and asked for deadlines behind it. On the reactor's thread. */
    public void stir() {
        stirred = true;
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
            round();
        }
    }

    /** A method that never returns would be interpreted for its first 60 000 turns. */
    private void round() {
        for (int i = 0; i < TURNS && !stopping; i++) {
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
            stir();
            lateListener.onLate(nowNs - armedForNs, nowNs);
        }
        dispatch(ready, nowNs);
        if (armedForNs != NEVER && nowNs - armedForNs >= 0) {
            lateness.record(nowNs - armedForNs);
            armedForNs = NEVER;
        }
        // Packets first, then deadlines: an advertisement that waits in the socket must not lose against the timer.
        for (int i = 0; i < timed.length; i++) {
            if (stirred || (readies[i] != NEVER && nowNs - readies[i] >= 0)) {
                stale[i] = true;
                timed[i].onTime(nowNs);
            }
        }
    }

    private void dispatch(int ready, long nowNs) {
        changed = false;
        // After a change a number may stand for another descriptor; what is ready stays so, and is found again.
        for (int i = 0; i < ready && !changed; i++) {
            int descriptor = epoll.descriptor(i);
            Handler handler = epoll.handler(descriptor);
            if (handler != null && descriptor != timerFd) {
                stir();
                handler.onReady(epoll.events(i), nowNs);
            }
        }
    }

    private void arm() {
        long next = nextWakeNs();
        if (next == armedForNs) {
            return;
        }
        armedForNs = next;
        // A zero value would disarm the timer, so a deadline in the past becomes 1 ns after boot: due at once.
        long at = next == NEVER ? 0 : Math.max(1, next + clockOffsetNs);
        timerValue.bytes().putLong(16, at / 1_000_000_000L).putLong(24, at % 1_000_000_000L);
        C.timerfd_settime(timerFd, TIMER_ABSOLUTE, timerValue.address(), 0);
    }

    private long nextWakeNs() {
        long next = NEVER;
        for (int i = 0; i < timed.length; i++) {
            if (stirred || stale[i]) {
                stale[i] = false;
                wakes[i] = timed[i].nextWakeNs();
                readies[i] = timed[i].readyNs();
            }
            next = earlier(next, wakes[i]);
        }
        stirred = false;
        return next;
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

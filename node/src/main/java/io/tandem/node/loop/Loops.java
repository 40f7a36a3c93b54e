// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The event loops of the process: as many threads as {@code nbthread} says, each with its {@link Loop}. */
public final class Loops implements AutoCloseable {
    /** Netty's flight recorder events load the whole recorder at the first allocation: half a second in a request. */
    private static final String FLIGHT_RECORDER = "io.netty.jfr.enabled";

    /** A tenth of what kernels give. */
    private static final long SHORT_SLICE_NS = 300_000;

    /** How the threads' names begin. */
    static final String THREADS = "loop";

    static {
        if (System.getProperty(FLIGHT_RECORDER) == null) {
            System.setProperty(FLIGHT_RECORDER, "false");
        }
    }

    private final EventLoopGroup group;
    private final List<Loop> loops;
    private final AtomicInteger next = new AtomicInteger();

    private Loops(EventLoopGroup group, List<Loop> loops) {
        this.group = group;
        this.loops = List.copyOf(loops);
    }

    /**
     * Starts {@code count} loops on native epoll.
     *
     * @param count at least 1
     * @param receiveBytes size of each loop's receive buffer
     */
    public static Loops start(int count, int receiveBytes) {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory(THREADS, false), GuardedEpoll.factory());
        List<Loop> loops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Loop loop = new Loop(i, group.next(), receiveBytes);
            loop.eventLoop().execute(loop::prepare);
            loops.add(loop);
        }
        return new Loops(group, loops);
    }

    /** @param count at least 1 */
    public static Loops start(int count) {
        return start(count, ReceiveBuffer.DEFAULT_SIZE);
    }

    public int count() {
        return loops.size();
    }

    public Loop get(int index) {
        return loops.get(index);
    }

    public List<Loop> all() {
        return loops;
    }

    /** The loops in turn, for connections that no kernel has spread. Any thread. */
    public Loop next() {
        return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
    }

    /** The loop whose thread calls, or null. */
    public @Nullable Loop current() {
        for (Loop loop : loops) {
            EventLoop eventLoop = loop.eventLoop();
            if (eventLoop.inEventLoop()) {
                return loop;
            }
        }
        return null;
    }

    /** Runs {@code then} on one of the loops once each has done what it was told until now. Any thread. */
    public void afterAll(Runnable then) {
        AtomicInteger left = new AtomicInteger(loops.size());
        for (Loop loop : loops) {
            loop.eventLoop().execute(() -> {
                if (left.decrementAndGet() == 0) {
                    then.run();
                }
            });
        }
    }

    /**
     * From now on, or no longer, the loops interrupt whatever else is busy as soon as an event comes: much else is to be done.
     * Any thread.
     */
    public void interruptOthers(boolean on) {
        for (Loop loop : loops) {
            loop.eventLoop().execute(() -> TimeSlice.ask(on ? SHORT_SLICE_NS : 0));
        }
    }

    /** Ends the threads; waits for at most two seconds. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}

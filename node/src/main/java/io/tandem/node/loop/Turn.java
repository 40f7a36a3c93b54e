// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.channel.IoHandlerContext;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The order of the events of a loop's turns: who asks for little comes first. Those whose last events were short are heard at
 * once, the others in the order of what theirs took, for four tenths of a millisecond, and then one of those that wait; then the
 * loop looks at its sockets again. So what an honest client waits for is bounded by that and by one event, not by how many others
 * keep the loop busy with large transfers or with floods of crumbs; these lose nothing by it, for the loop does not rest while one
 * of them waits.
 *
 * <p>While turns are short nobody waits, and no time is taken of single events.
 */
final class Turn {
    /** A turn this long makes it worth to look who takes how long. */
    private static final long LONG_TURN_NS = 400_000;

    /** For so many turns it is looked then. */
    private static final int WATCHED = 1_000;

    /** When those whose events are not short have had so much, others come first who have something new to say. */
    private static final long SHARE_NS = 400_000;

    /** And so much for each that waits: the kernel tells of all of them again. */
    private static final long TOLD_AGAIN_NS = 4_000;

    /** Events below 64 us on average, below 128, and so on; the last are those of more than a millisecond. */
    private static final int LEVELS = 6;

    private static final int FIRST_LEVEL_BITS = 6;

    /** One who causes events. */
    abstract static class Source {
        /** More than this is taken for the machine's doing. */
        private static final int MOST_US = 2_000;

        private static final byte CHEAP = 1;
        private static final byte COSTLY = 2;

        /** What its last events took, on average. */
        private short averageUs;

        /** What it waits to hear, 0 while it does not wait. */
        private byte awaited;

        /** 0 while nobody knows. */
        private byte cost;

        /** Whether its last whole buffer took as little as bytes take that are only passed on. */
        final boolean isCheap() {
            return cost == CHEAP;
        }

        /** Whether it took more. */
        final boolean isCostly() {
            return cost == COSTLY;
        }

        final void cheap(boolean is) {
            cost = is ? CHEAP : COSTLY;
        }

        private int level() {
            int bits = Integer.SIZE - Integer.numberOfLeadingZeros(averageUs);
            return Math.min(LEVELS - 1, Math.max(0, bits - FIRST_LEVEL_BITS));
        }

        private void took(long ns) {
            int us = (int) Math.min(MOST_US, ns / 1_000);
            averageUs += (short) ((us - averageUs) / 4);
        }

        private boolean waits() {
            return awaited != 0;
        }

        private int stopWaiting() {
            int bits = awaited;
            awaited = 0;
            return bits;
        }

        /** Hears what has happened to it, perhaps a while ago: bits from 1 to 63. */
        abstract void take(int bits);
    }

    private static final FastThreadLocal<Turn> OF_THREAD = new FastThreadLocal<>();

    private final LongSupplier nanoTime;
    private final Watch watch = new Watch();

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
    private final ArrayDeque<Source>[] levels = new ArrayDeque[LEVELS];

    private int waiting;
    /** How many turns are still looked at. */
    private int watched;
    /** Where one was last taken from who had waited. */
    private int lastLevel;

    private @Nullable Source heard;

    Turn() {
        this(System::nanoTime);
    }

    Turn(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        for (int i = 0; i < LEVELS; i++) {
            levels[i] = new ArrayDeque<>();
        }
    }

    /** The present thread's; null where it is no loop's. */
    static @Nullable Turn ofThread() {
        return OF_THREAD.get();
    }

    /** It is the present thread's from now on. */
    void start() {
        OF_THREAD.set(this);
    }

    /** Whose event is being taken, or was the last one. */
    @Nullable Source heard() {
        return heard;
    }

    void heard(Source source) {
        heard = source;
    }

    /** A turn begins; what the handler of events is to be told of it. */
    IoHandlerContext begin(IoHandlerContext context) {
        watch.loop = context;
        return watch;
    }

    /**
     * Has {@code source} take an event, at once or at the end of this turn or of a later one.
     *
     * @param bits 1 to 63; what comes while it waits is added
     */
    void take(Source source, int bits) {
        if (watched <= 0) {
            source.take(bits);
            return;
        }
        if (!source.waits()) {
            levels[source.level()].addLast(source);
            waiting++;
        }
        source.awaited |= (byte) bits;
    }

    /** All events have been told: whoever waits has a share of the loop's time. */
    void end() {
        if (waiting > 0) {
            share();
        }
        if (watched > 0) {
            watched--;
        }
    }

    private void share() {
        long nowNs = nanoTime.getAsLong();
        long beganNs = nowNs;
        for (int there = levels[0].size(); there > 0; there--) {
            nowNs = takeFrom(0, nowNs);
        }
        long untilNs = nowNs + Math.max(SHARE_NS, waiting * TOLD_AGAIN_NS);
        int left = waiting;
        for (int level = 1; level < LEVELS; level++) {
            for (int there = levels[level].size(); there > 0 && nowNs - untilNs < 0; there--) {
                nowNs = takeFrom(level, nowNs);
                left--;
            }
        }
        if (left > 0) { // of each level in its turn
            do {
                lastLevel = (lastLevel + 1) % LEVELS;
            } while (levels[lastLevel].isEmpty());
            nowNs = takeFrom(lastLevel, nowNs);
        }
        if (nowNs - beganNs >= LONG_TURN_NS) {
            watched = WATCHED;
        }
    }

    private long takeFrom(int level, long beganNs) {
        Source next = levels[level].removeFirst();
        waiting--;
        next.take(next.stopWaiting());
        long nowNs = nanoTime.getAsLong();
        next.took(nowNs - beganNs);
        return nowNs;
    }

    /** Asks how long the events of a turn take, all together, and keeps the loop awake while somebody waits. */
    private final class Watch implements IoHandlerContext {
        private @Nullable IoHandlerContext loop;

        private IoHandlerContext loop() {
            IoHandlerContext present = loop;
            if (present == null) {
                throw new IllegalStateException("no turn has begun");
            }
            return present;
        }

        @Override
        public boolean canBlock() {
            return waiting == 0 && loop().canBlock();
        }

        @Override
        public long delayNanos(long nowNs) {
            return loop().delayNanos(nowNs);
        }

        @Override
        public long deadlineNanos() {
            return loop().deadlineNanos();
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return true;
        }

        @Override
        public void reportActiveIoTime(long ns) {
            if (ns >= LONG_TURN_NS) {
                watched = WATCHED;
            }
            loop().reportActiveIoTime(ns);
        }
    }
}

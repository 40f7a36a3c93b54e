// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One direct buffer that all connections of a loop receive into, so that an idle connection owns none.
 *
 * <p>It is replaced only while somebody still holds it, such as a write that the socket could not take whole
 * ({@link SlowPeer} sees to it that those are few). Whoever keeps bytes beyond the callback copies them out. A short read ends the read loop: the next {@code recv} would only say
 * EAGAIN. So does back-pressure: what one event may queue is bounded by a buffer, not by all it may read. So does the time an event
 * has taken: bytes that cost more than others, thousands of small frames say, wait for the loop's next turn behind everybody else's,
 * and are read in small portions from then on. A new connection begins with a buffer as HAProxy's: what its bytes cost is not
 * known yet.
 */
public final class ReceiveBuffer implements RecvByteBufAllocator {
    /** No gain was measured above 32 KiB. */
    public static final int DEFAULT_SIZE = 32 * 1024;

    private static final int MAX_READS_PER_EVENT = 16;

    /** Behind so long nothing more is read in an event: what as many reads of bytes that are passed on take. */
    private static final long EVENT_NS = 250_000;

    /** So much is read of those whose bytes cost much. */
    static final int PORTION = 4 * 1024;

    /** So much is read of those of whom nobody knows: {@code tune.bufsize} as it comes. */
    static final int FIRST = 16 * 1024;

    /** What a portion may take before its bytes count as costly: some twenty times as much as passing them on does. */
    static final long PORTION_NS = 20_000;

    private final Loop loop;
    private final int size;
    private final ByteBufAllocator memory;
    private final Shared whole;
    private final Shared first;
    private final Shared portion;
    /** One for all: nothing reads from a connection while another is being read from. */
    private final SharedHandle handle = new SharedHandle();

    /** The loop's; null before it runs, and without epoll. */
    private @Nullable Turn turn;

    ReceiveBuffer(Loop loop, int size) {
        this(loop, size, PooledByteBufAllocator.DEFAULT);
    }

    ReceiveBuffer(Loop loop, int size, ByteBufAllocator memory) {
        this.loop = loop;
        this.size = size;
        this.memory = memory;
        whole = new Shared(size);
        first = new Shared(Math.min(FIRST, size));
        portion = new Shared(Math.min(PORTION, size));
    }

    @Override
    @SuppressWarnings("deprecation") // the interface still asks for the older type
    public Handle newHandle() {
        return handle;
    }

    /** Called on the loop's thread. */
    void prepare() {
        turn = Turn.ofThread();
        whole.take().release();
        first.take().release();
        portion.take().release();
    }

    void turn(Turn turn) {
        this.turn = turn;
    }

    /** A buffer that is used again when nobody holds it. */
    private final class Shared {
        private final int length;
        private @Nullable ByteBuf buffer;

        Shared(int length) {
            this.length = length;
        }

        ByteBuf take() {
            ByteBuf present = buffer;
            if (present == null || present.refCnt() != 1) {
                buffer = null; // before anything that may fail: a buffer is given up once
                if (present != null) {
                    present.release();
                }
                present = memory.directBuffer(length, length);
                buffer = present;
            }
            present.clear();
            return present.retain();
        }
    }

    private final class SharedHandle implements ExtendedHandle {
        private int attempted;
        private int last;
        private int reads;
        /** When the event began, by the clock of the loop; known behind its first whole buffer. */
        private long beganNs;

        private long readBeganNs;

        private @Nullable ChannelConfig config;
        /** Who is read from, null where nobody knows. */
        private Turn.@Nullable Source source;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            Turn.Source from = source;
            if (from == null || from.isCheap()) {
                return whole.take();
            }
            return (from.isCostly() ? portion : first).take();
        }

        @Override
        public int guess() {
            return size;
        }

        @Override
        public void reset(ChannelConfig config) {
            this.config = config;
            Turn present = turn;
            source = present == null ? null : present.heard();
            reads = 0;
            last = 0;
        }

        @Override
        public void incMessagesRead(int count) {
            reads += count;
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            if (last <= 0 || last != attempted || reads >= MAX_READS_PER_EVENT) {
                return false;
            }
            if (reads <= 1) {
                beganNs = loop.nowNs();
                readBeganNs = beganNs;
            }
            long nowNs = System.nanoTime();
            Turn.Source from = source;
            if (from != null) {
                from.cheap((nowNs - readBeganNs) * PORTION < PORTION_NS * attempted);
                readBeganNs = nowNs;
            }
            if (nowNs - beganNs >= EVENT_NS) {
                return false;
            }
            ChannelConfig of = config; // asked only where a whole buffer came: whoever got it may want no more
            return of == null || of.isAutoRead();
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return continueReading();
        }

        @Override
        public void readComplete() {}
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import io.tandem.node.loop.Loop;
import io.tandem.node.observe.Counters;
import io.tandem.node.observe.Rate;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much the process compresses, and how much it may: {@code maxcomprate}, {@code maxcompcpuusage}, {@code maxzlibmem}, {@code
 * tune.comp.maxlevel}. Loops count, each in a row of its own; boot and the admin socket's thread set limits; any thread reads.
 */
public final class CompressionLimits {
    /** What a deflater of window 15 and memory level 8 takes: zlib's own sum for it, and what is around it. */
    static final int DEFLATER_BYTES = (1 << 17) + (1 << 17) + 8192;

    /** {@code maxcompcpuusage} that limits nothing. */
    static final int ALL_CPU = 100;

    private enum Flow {
        IN,
        OUT
    }

    private final Counters<Flow> flow;
    private final Rate in = new Rate();
    private final Rate out = new Rate();
    private final AtomicLong memory = new AtomicLong();
    private volatile long bytesPerSecond;
    private volatile int cpuPercent = ALL_CPU;
    private volatile long maxMemory;
    private volatile int maxLevel = 1;

    public CompressionLimits(int loops) {
        flow = new Counters<>(Flow.class, loops);
    }

    /** @param bytes a second that may be compressed; 0 for no limit */
    public void bytesPerSecond(long bytes) {
        bytesPerSecond = bytes;
    }

    public long bytesPerSecond() {
        return bytesPerSecond;
    }

    void cpuPercent(int percent) {
        cpuPercent = percent;
    }

    void maxMemory(long bytes) {
        maxMemory = bytes;
    }

    void maxLevel(int level) {
        maxLevel = level;
    }

    int maxLevel() {
        return maxLevel;
    }

    /** Takes note of what went into a compressor and what came out of it. On {@code loop}. */
    void count(Loop loop, long bytesIn, long bytesOut) {
        flow.add(loop.index(), Flow.IN, bytesIn);
        flow.add(loop.index(), Flow.OUT, bytesOut);
    }

    /** Called every {@link Rate#PERIOD_MS} by the thread of the admin socket. */
    public void sample() {
        in.sample(flow.sum(Flow.IN));
        out.sample(flow.sum(Flow.OUT));
    }

    /** Bytes compressed in the last second. */
    public Rate in() {
        return in;
    }

    /** What they became. */
    public Rate out() {
        return out;
    }

    /** Bytes that deflaters hold now, those kept for later included. */
    public long memory() {
        return memory.get();
    }

    public long maxMemory() {
        return maxMemory;
    }

    /** Room for one more deflater, if there is. */
    boolean reserveDeflater() {
        long limit = maxMemory;
        long now = memory.addAndGet(DEFLATER_BYTES);
        if (limit > 0 && now > limit) {
            memory.addAndGet(-DEFLATER_BYTES);
            return false;
        }
        return true;
    }

    void giveBackDeflater() {
        memory.addAndGet(-DEFLATER_BYTES);
    }

    /** Whether as much is compressed as may be, or the loop has no time for it. On {@code loop}. */
    boolean areReached(Loop loop) {
        long rate = bytesPerSecond;
        if (rate > 0 && in.perSecond(flow.sum(Flow.IN)) > rate) {
            return true;
        }
        int percent = cpuPercent;
        return percent < ALL_CPU && LoopLoad.of(loop) > percent;
    }
}

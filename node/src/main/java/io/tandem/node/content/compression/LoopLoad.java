// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** How busy a loop's thread is: the part of the last tenth of a second, or more, that it ran. Owned by the loop. */
final class LoopLoad {
    private static final long PERIOD_NS = 100_000_000L;
    private static final LoopLocal<LoopLoad> OF = new LoopLocal<>(loop -> new LoopLoad());

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private long readAtNs;
    private long cpuNs;
    private int percent;

    private LoopLoad() {}

    /** Loads what the first reading would otherwise wait for. */
    static void prepare() {
        ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Percent, 0..100. On the loop's thread. */
    static int of(Loop loop) {
        return OF.of(loop).read(loop.nowNs());
    }

    private int read(long nowNs) {
        if (nowNs - readAtNs >= PERIOD_NS) {
            long now = threads.getCurrentThreadCpuTime();
            if (readAtNs != 0) {
                percent = (int) Math.min(100, (now - cpuNs) * 100 / (nowNs - readAtNs));
            }
            readAtNs = nowNs;
            cpuNs = now;
        }
        return percent;
    }
}

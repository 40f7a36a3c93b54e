// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.loop.Loop;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** Tells whether every event loop still comes round. Asked by the thread that beats for the guardian. */
final class LoopProbe implements BooleanSupplier {
    private static final long PERIOD_NS = 100_000_000L;
    private static final long PATIENCE_NS = 1_000_000_000L;

    /** One loop's errand: when it was last run, and whether one is under way. */
    private static final class Errand implements Runnable {
        private final AtomicBoolean pending = new AtomicBoolean();
        private volatile long ranAtNs; // written by its loop, read by the probe

        Errand(long nowNs) {
            ranAtNs = nowNs;
        }

        @Override
        public void run() {
            ranAtNs = System.nanoTime();
            pending.set(false);
        }
    }

    private final List<Loop> loops;
    private final List<Errand> errands;
    private long sentAtNs;

    LoopProbe(List<Loop> loops) {
        long nowNs = System.nanoTime();
        this.loops = loops;
        this.errands = loops.stream().map(loop -> new Errand(nowNs)).toList();
        this.sentAtNs = nowNs - PERIOD_NS;
    }

    @Override
    public boolean getAsBoolean() {
        long nowNs = System.nanoTime();
        if (nowNs - sentAtNs >= PERIOD_NS) {
            sentAtNs = nowNs;
            for (int i = 0; i < errands.size(); i++) {
                Errand errand = errands.get(i);
                if (errand.pending.compareAndSet(false, true)) {
                    loops.get(i).eventLoop().execute(errand);
                }
            }
        }
        for (Errand errand : errands) {
            if (errand.pending.get() && nowNs - errand.ranAtNs > PATIENCE_NS) {
                return false;
            }
        }
        return true;
    }
}

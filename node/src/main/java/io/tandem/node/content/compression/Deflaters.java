// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.util.ArrayDeque;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * The deflaters that a loop has for its next responses: a quarter of a megabyte each outside of the heap, made when there is none
 * to be had again, ended when there are enough. Owned by the loop.
 */
final class Deflaters {
    private static final LoopLocal<Deflaters> OF = new LoopLocal<>(loop -> new Deflaters());
    private static final int KEPT = 8;

    private final ArrayDeque<Deflater> raw = new ArrayDeque<>(KEPT);
    private final ArrayDeque<Deflater> framed = new ArrayDeque<>(KEPT);

    private Deflaters() {}

    static Deflaters of(Loop loop) {
        return OF.of(loop);
    }

    /** A deflater at the greatest level allowed; null where there is no memory left for one. */
    @Nullable Deflater take(boolean isRaw, CompressionLimits limits) {
        Deflater kept = (isRaw ? raw : framed).pollLast();
        if (kept != null) {
            kept.setLevel(limits.maxLevel());
            return kept;
        }
        return limits.reserveDeflater() ? new Deflater(limits.maxLevel(), isRaw) : null;
    }

    void giveBack(Deflater deflater, boolean isRaw, CompressionLimits limits) {
        ArrayDeque<Deflater> free = isRaw ? raw : framed;
        if (free.size() < KEPT && limits.maxMemory() == 0) { // where memory is short, whoever comes next shall have it
            deflater.reset();
            free.addLast(deflater);
        } else {
            deflater.end();
            limits.giveBackDeflater();
        }
    }
}

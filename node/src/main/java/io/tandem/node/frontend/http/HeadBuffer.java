// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.util.ArrayDeque;

/**
 * Room for one message head and the edits behind it, lent to a message for the time of its exchange. Each loop keeps a
 * stack of them, so that an idle connection owns none and the warmest is used first.
 */
public final class HeadBuffer {
    /** Fields a table has room for before it grows. */
    static final int FIELDS = 32;

    private static final LoopLocal<ArrayDeque<HeadBuffer>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 4096;

    final byte[] bytes;
    int[] table = new int[FIELDS * Headers.STRIDE];

    private HeadBuffer(int size) {
        bytes = new byte[size];
    }

    /** @param size {@code tune.bufsize} */
    public static HeadBuffer take(Loop loop, int size) {
        HeadBuffer buffer = FREE.of(loop).pollLast();
        return buffer != null && buffer.bytes.length == size ? buffer : new HeadBuffer(size);
    }

    /** Gives it back to the loop it came from. */
    public void release(Loop loop) {
        ArrayDeque<HeadBuffer> free = FREE.of(loop);
        if (free.size() < KEPT_PER_LOOP) {
            free.addLast(this);
        }
    }

    public byte[] bytes() {
        return bytes;
    }
}

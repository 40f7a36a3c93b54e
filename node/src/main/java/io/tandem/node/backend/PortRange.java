// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Source ports of a server, each used by one connection at a time, the one longest unused first. Any thread. */
public final class PortRange {
    private final int first;
    private final int last;
    private final ArrayBlockingQueue<Integer> free;

    /** @param last not less than {@code first} */
    PortRange(int first, int last) {
        this.first = first;
        this.last = last;
        free = new ArrayBlockingQueue<>(last - first + 1);
        for (int port = first; port <= last; port++) {
            free.add(port);
        }
    }

    /** A range of the same ports, all of them free. */
    PortRange fresh() {
        return new PortRange(first, last);
    }

    public int size() {
        return last - first + 1;
    }

    /** A port from now on the caller's; null when all are in use. */
    public @Nullable Integer take() {
        return free.poll();
    }

    public void giveBack(int port) {
        free.offer(port);
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}

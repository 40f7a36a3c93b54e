// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.channel.EventLoop;

/**
 * What one event loop owns. Everything here is touched by that loop's thread only.
 *
 * <p>Grows with what the data plane keeps per loop: message buffers, exchange and connection pools, the timer wheel.
 */
public final class Loop {
    private final int index;
    private final EventLoop eventLoop;

    /** @param index from 0; the row this loop writes in every counter */
    public Loop(int index, EventLoop eventLoop) {
        this.index = index;
        this.eventLoop = eventLoop;
    }

    public int index() {
        return index;
    }

    public EventLoop eventLoop() {
        return eventLoop;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A value that a package keeps once per loop: pools, scratch space. One array read to find it.
 *
 * <p>Declare it as a constant: each takes a slot in every loop for good.
 *
 * @param <T> what is kept
 */
public final class LoopLocal<T> {
    private static final AtomicInteger NEXT_SLOT = new AtomicInteger();

    private final int slot = NEXT_SLOT.getAndIncrement();
    private final Function<Loop, T> initial;

    /** @param initial makes the loop's value on first use */
    public LoopLocal(Function<Loop, T> initial) {
        this.initial = initial;
    }

    /** The loop's value. Called on the loop's thread. */
    @SuppressWarnings("unchecked") // only this object writes its slot
    public T of(Loop loop) {
        Object value = loop.local(slot);
        if (value == null) {
            value = initial.apply(loop);
            loop.local(slot, value);
        }
        return (T) value;
    }
}

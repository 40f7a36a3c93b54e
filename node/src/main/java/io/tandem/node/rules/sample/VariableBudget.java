// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How much memory the variables of a scope, and of those within it, may take. Those of outer scopes are shared by loops. */
public final class VariableBudget {
    private final @Nullable VariableBudget outer;
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private volatile boolean ended;

    /**
     * @param outer the scope around it, which counts it too
     * @param limit bytes; 0 without limit
     */
    public VariableBudget(@Nullable VariableBudget outer, long limit) {
        this.outer = outer;
        this.limit = limit;
    }

    /** Takes so many bytes, or gives them back where negative; false, and nothing taken, where that is too much. */
    boolean take(long bytes) {
        if (ended) {
            return bytes <= 0;
        }
        long now = used.addAndGet(bytes);
        boolean fits = bytes <= 0 || limit == 0 || now < limit;
        if (fits && (outer == null || outer.take(bytes))) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    /** The scope is over, and what is within it: gives back what they took. */
    public void end() {
        ended = true;
        long taken = used.getAndSet(0);
        if (outer != null) {
            outer.take(-taken);
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import org.jspecify.annotations.Nullable;

/** The priority that one virtual router should have: what its trackers say less its illness, unless an operator said one. */
final class RouterPriority {
    private @Nullable Integer operator;
    private int tracked;
    private int illness;

    RouterPriority(int configured) {
        tracked = configured;
    }

    /**
     * The operator's word.
     *
     * @param priority 1..254, or null for what configuration, trackers and health say
     */
    void operator(@Nullable Integer priority) {
        operator = priority;
    }

    /** What the trackers make of the configured priority. */
    void tracked(int priority) {
        tracked = priority;
    }

    /** How much the proxy's health takes off. */
    void illness(int less) {
        illness = less;
    }

    int priority() {
        Integer word = operator;
        return word != null ? word : tracked - illness;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

/**
 * What a rule waits for besides bytes: its {@link Verdict} is {@link Verdict#WAIT}, and it is asked again when this is there.
 * On the exchange's loop.
 */
public interface Awaited {
    /** Runs {@code then} once, when it is there; what was said before is forgotten. */
    void whenThere(Runnable then);

    /** Nobody waits any more. */
    void forget();
}

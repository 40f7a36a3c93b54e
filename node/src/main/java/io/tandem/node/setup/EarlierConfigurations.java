// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import java.util.ArrayList;
import java.util.List;

/**
 * Configurations that have been replaced and are still in use, each with its memory: a connection finishes on the one that it
 * began with. Thread-safe.
 */
public final class EarlierConfigurations {
    private final List<Lifetime> lifetimes = new ArrayList<>(); // guarded by this

    /** Another one has taken its place. */
    public synchronized void add(Lifetime replaced) {
        lifetimes.add(replaced);
        forget();
    }

    /** How many are in use. */
    public synchronized int count() {
        forget();
        return lifetimes.size();
    }

    /** How many connections began with them. */
    public synchronized int connections() {
        return lifetimes.stream().mapToInt(Lifetime::holders).sum();
    }

    /** What operators should know where memory is short; empty where there are none. */
    public synchronized String describe() {
        int count = count();
        return count == 0
                ? ""
                : " Earlier configurations still in use: " + count + ", by " + connections()
                        + " connections that began with them ('show sess' lists these, 'shutdown session' ends one).";
    }

    private void forget() {
        lifetimes.removeIf(lifetime -> lifetime.holders() == 0);
    }
}

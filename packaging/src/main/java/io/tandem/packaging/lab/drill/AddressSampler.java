// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.host.AddressHolders;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** Asks the kernels of all nodes who has the address, a thousand times a second. A thread of its own. */
final class AddressSampler implements AutoCloseable {
    private static final long INTERVAL_NS = 1_000_000;

    private final AddressHolders holders;
    private volatile OverlapLog log = new OverlapLog(); // written by the drill, read by the sampler
    private volatile boolean closed; // written by the drill, read by the sampler

    private AddressSampler(AddressHolders holders) {
        this.holders = holders;
    }

    static AddressSampler start(AddressHolders holders) {
        AddressSampler sampler = new AddressSampler(holders);
        Thread thread = new Thread(sampler::run, "address sampler");
        thread.setDaemon(true);
        thread.start();
        return sampler;
    }

    /** Begins a new log. */
    OverlapLog startLog() {
        log = new OverlapLog();
        return log;
    }

    private void run() {
        Priority.raise();
        try (holders) {
            while (!closed) {
                OverlapLog current = log;
                long now = holders.bitsNow();
                current.sample(System.nanoTime(), now);
                LockSupport.parkNanos(INTERVAL_NS);
            }
        } catch (IOException e) {
            System.err.println("tandem lab: address sampler: " + e.getMessage());
            Runtime.getRuntime().halt(1);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}

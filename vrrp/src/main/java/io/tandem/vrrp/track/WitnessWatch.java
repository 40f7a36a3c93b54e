// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.OperatingConfig.Witness;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/**
 * Asks the witness again and again, by a thread of its own, and knows whether it is there.
 *
 * <p>It decides a split of two nodes: the one that hears neither its peer nor the witness is the one that is cut off. That
 * verdict is its user's; here is only the answer to whether the witness answers. Before the first answer it counts as there.
 */
public final class WitnessWatch implements AutoCloseable {
    private final Witness witness;
    private final EventLog log;
    private final Thread thread;
    private volatile boolean reachable = true; // written by its thread, read by any
    private volatile boolean closed; // written by any, read by its thread

    private WitnessWatch(Witness witness, EventLog log) {
        this.witness = witness;
        this.log = log;
        this.thread = new Thread(this::run, "witness");
        thread.setDaemon(true);
    }

    /** Begins, in the calling thread's network namespace. */
    public static WitnessWatch start(Witness witness, EventLog log) {
        WitnessWatch watch = new WitnessWatch(witness, log);
        watch.thread.start();
        return watch;
    }

    /** Whether it has answered one of the last few questions. */
    public boolean isReachable() {
        return reachable;
    }

    public Witness witness() {
        return witness;
    }

    private void run() {
        int missed = 0;
        long intervalNs = witness.interval().toNanos();
        while (!closed) {
            long askedNs = System.nanoTime();
            missed = answers() ? 0 : Math.min(missed + 1, witness.fall());
            boolean now = missed < witness.fall();
            if (now != reachable && (missed == 0 || !now)) {
                reachable = now;
                String line = "witness address=" + witness.address().getHostAddress() + " is="
                        + (now ? "reachable" : "unreachable");
                if (now) {
                    log.info(line);
                } else {
                    log.warning(line);
                }
            }
            try {
                TimeUnit.NANOSECONDS.sleep(Math.max(1_000_000L, askedNs + intervalNs - System.nanoTime()));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean answers() {
        int limitMs = (int) witness.interval().toMillis();
        try {
            if (witness.port() == 0) {
                // ICMP, which this program's rights permit.
                return witness.address().isReachable(limitMs);
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(witness.address(), witness.port()), limitMs);
                return true;
            }
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.frontend.tls.SharedTickets;
import io.tandem.node.frontend.tls.TicketKeys;
import io.tandem.peers.sync.ReplicatedState;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.logging.Logger;

/**
 * Gives all nodes of a cluster the same ticket keys, so that a TLS session begun at one is resumed at another, and new ones
 * every {@value #LIFE_HOURS} hours. The node with the lowest rank is the first to find keys old; the others take its keys before their
 * own turn comes. Where two act at once the later write wins everywhere.
 *
 * <p>Works on a thread of its own: giving contexts new keys takes their locks.
 */
final class TicketExchange implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TicketExchange.class.getName());
    private static final String KEY = "tls/ticket-keys";
    private static final int LIFE_HOURS = 12;
    private static final long LIFE_MS = TimeUnit.HOURS.toMillis(LIFE_HOURS);
    private static final long RANK_MS = TimeUnit.MINUTES.toMillis(1);
    private static final long TICK_MS = 500;

    private final ReplicatedState state;
    private final TicketKeys keys;
    private final BooleanSupplier inSync;
    private final int rank;
    private final LongSupplier wallMs;
    private final LongSupplier nowMs;
    private final SecureRandom random = new SecureRandom();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "tandem-tickets");
        made.setDaemon(true);
        return made;
    });
    private boolean complained; // of the thread
    private byte[] taken = new byte[0]; // of the thread

    /**
     * @param rank of this node in its cluster, from 0
     * @param wallMs milliseconds UTC
     * @param nowMs the clock that replication reads
     */
    TicketExchange(
            ReplicatedState state,
            TicketKeys keys,
            BooleanSupplier inSync,
            int rank,
            LongSupplier wallMs,
            LongSupplier nowMs) {
        this.state = state;
        this.keys = keys;
        this.inSync = inSync;
        this.rank = rank;
        this.wallMs = wallMs;
        this.nowMs = nowMs;
    }

    void start() {
        thread.scheduleWithFixedDelay(this::attempt, 0, TICK_MS, TimeUnit.MILLISECONDS);
    }

    private void attempt() {
        try {
            step();
        } catch (RuntimeException failed) {
            if (!complained) {
                complained = true;
                LOG.warning("tls tickets are not shared: " + failed.getMessage());
            }
        }
    }

    /** Takes what others have written, or writes what is due. */
    void step() {
        byte[] value = state.get(KEY);
        if (value != null && !Arrays.equals(value, taken)) {
            SharedTickets shared = SharedTickets.decode(value);
            if (shared != null) {
                keys.replace(shared.keys());
            }
            taken = value;
        }
        if (!inSync.getAsBoolean()) {
            return;
        }
        long now = wallMs.getAsLong();
        if (value == null) {
            share(SharedTickets.first(keys.sealing(), random, now));
            return;
        }
        SharedTickets shared = SharedTickets.decode(value);
        if (shared != null && Math.abs(now - shared.madeAtMs()) >= LIFE_MS + rank * RANK_MS) {
            share(shared.rotated(random, now));
        }
    }

    private void share(SharedTickets next) {
        taken = next.encode();
        state.put(KEY, taken, nowMs.getAsLong());
        keys.replace(next.keys());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

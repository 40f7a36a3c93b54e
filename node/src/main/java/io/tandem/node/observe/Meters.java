// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The living numbers of one frontend, listener, backend or server: counters, and the sessions open now. Survives reloads
 * by name. Any loop may touch it.
 */
public final class Meters {
    /** Of what nothing has happened to; never sampled. */
    private static final Rates NONE = new Rates();

    /** Events a second. */
    private static final class Rates {
        private final Rate connections = new Rate();
        private final Rate sessions = new Rate();
        private final Rate requests = new Rate();
        private final Rate tls = new Rate();
        private final Rate bytesOut = new Rate();

        void sample(Counters<ProxyCounter> counters) {
            connections.sample(counters.sum(ProxyCounter.CONNECTIONS));
            sessions.sample(counters.sum(ProxyCounter.SESSIONS));
            requests.sample(counters.sum(ProxyCounter.REQUESTS));
            tls.sample(counters.sum(ProxyCounter.TLS_SESSIONS));
            bytesOut.sample(counters.sum(ProxyCounter.BYTES_OUT));
        }
    }

    private final Counters<ProxyCounter> counters;
    private final int loops;
    private final AtomicInteger current = new AtomicInteger();
    private volatile int max;
    private volatile int limit;
    private volatile Rates rates = NONE; // written by the thread that samples, from the first event on
    private final SessionTimes times;

    /** @param loops how many event loops there are */
    public Meters(int loops) {
        this.loops = loops;
        counters = new Counters<>(ProxyCounter.class, loops);
        times = new SessionTimes(loops);
    }

    /** How many loops there are. */
    public int loops() {
        return loops;
    }

    public Counters<ProxyCounter> counters() {
        return counters;
    }

    /** How long sessions took; of servers and backends. */
    public SessionTimes times() {
        return times;
    }

    /** Adds one. Called by loop {@code loop}. */
    public void count(int loop, ProxyCounter counter) {
        counters.add(loop, counter, 1);
    }

    /** A session begins: counts it and raises the number open now. Called by loop {@code loop}. */
    public void begin(int loop) {
        reserve(0);
        count(loop, ProxyCounter.SESSIONS);
    }

    /**
     * Raises the number of sessions open now, if that leaves it within {@code limit}; any thread.
     *
     * @param limit 0 for none
     */
    public boolean reserve(int limit) {
        int now;
        if (limit == 0) {
            now = current.incrementAndGet();
        } else {
            do {
                now = current.get() + 1;
                if (now > limit) {
                    return false;
                }
            } while (!current.compareAndSet(now - 1, now));
        }
        if (now > max) {
            max = now; // two loops may race; the maximum is at most one short
        }
        return true;
    }

    /** What {@link #reserve} raised is lowered again: there is no session. */
    public void giveBack() {
        current.decrementAndGet();
    }

    /** A session that {@link #begin} counted has ended. */
    public void end(int loop) {
        counters.add(loop, ProxyCounter.SESSIONS_ENDED, 1);
        current.decrementAndGet();
    }

    /** Sessions open now: {@code scur}. */
    public int current() {
        return current.get();
    }

    /** The most sessions that were open at once: {@code smax}. */
    public int max() {
        return max;
    }

    /** The configured limit, 0 for none: {@code slim}. */
    public int limit() {
        return limit;
    }

    public void limit(int limit) {
        this.limit = limit;
    }

    /** Called every {@link Rate#PERIOD_MS} by the thread of the admin socket. */
    public void sample() {
        Rates present = rates;
        if (present == NONE) {
            if (!counters.isUsed()) {
                return;
            }
            present = new Rates();
            rates = present;
        }
        present.sample(counters);
    }

    public Rate connectionRate() {
        return rates.connections;
    }

    public Rate sessionRate() {
        return rates.sessions;
    }

    public Rate requestRate() {
        return rates.requests;
    }

    public Rate tlsRate() {
        return rates.tls;
    }

    public Rate bytesOutRate() {
        return rates.bytesOut;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests that wait until a server of their backend has a free slot, first come first served over all loops.
 *
 * <p>Bounded by the clients' connections: each waits with one request. Whoever frees a slot calls the next; it is asked on
 * its own loop, and finds perhaps that another was faster, in which case it joins the line again.
 */
public final class WaitingLine {
    private final ConcurrentLinkedQueue<Ticket> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger length = new AtomicInteger();

    WaitingLine() {}

    /** Joins the line: {@code turn} runs on {@code loop} when it has come. */
    public Ticket join(Runnable turn, Executor loop) {
        Ticket ticket = new Ticket(turn, loop, length.getAndIncrement());
        waiting.add(ticket);
        return ticket;
    }

    /** A slot is free. Any thread. */
    public void callNext() {
        if (length.get() == 0) {
            return;
        }
        Ticket next = waiting.poll();
        while (next != null && !next.take()) {
            next = waiting.poll();
        }
        if (next != null) {
            next.loop.execute(next.turn);
        }
    }

    /** How many wait now: {@code qcur}. */
    public int length() {
        return length.get();
    }

    /** A place in the line. */
    public final class Ticket {
        private final Runnable turn;
        private final Executor loop;
        private final int ahead;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Ticket(Runnable turn, Executor loop, int ahead) {
            this.turn = turn;
            this.loop = loop;
            this.ahead = ahead;
        }

        private boolean take() {
            if (open.compareAndSet(true, false)) {
                length.decrementAndGet();
                return true;
            }
            return false;
        }

        /** How many waited when this one joined. */
        public int ahead() {
            return ahead;
        }

        /** Gives the place up; if the turn had just come, the next in line gets it. */
        public void leave() {
            if (take()) {
                waiting.remove(this);
            } else {
                callNext();
            }
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import org.jspecify.annotations.Nullable;

/**
 * The queues of one backend and of its servers: who waits for a slot, and who gets one that is free.
 *
 * <p>Any thread. A slot is taken by a compare-and-set on the server's number of sessions, here for those who wait and in
 * {@link ServerState#tryTake} for those who find nobody waiting; so no limit is ever exceeded and nobody overtakes. The lock
 * is held for moving one ticket at a time. No wake-up is lost: who joins adds itself before looking for a free slot, who
 * leaves a server frees the slot before looking for somebody who waits.
 *
 * <p>Bounded by the clients' connections: each waits with one request.
 */
public final class Queues {
    /** Tickets of older configurations that do not know a server are passed over; at most so many. */
    private static final int PASSED_OVER = 64;

    private final Object lock = new Object();
    private final QueueLine ofBackend = new QueueLine();
    private volatile int waiting; // written under the lock
    private long sequence; // guarded by lock

    Queues() {}

    /** The queue of those whom any server will do. */
    public QueueLine ofBackend() {
        return ofBackend;
    }

    /** How many wait in all queues together. */
    public int waiting() {
        return waiting;
    }

    /**
     * Stands in line; the waiter is told on its loop, never from within this call.
     *
     * @param wanted the server to wait for, or null where any will do: call {@link #serve} for each that has a slot then
     * @param priorityClass smaller ones first
     * @param dueMs monotonic milliseconds: now, moved by the request's priority offset
     */
    public QueueTicket join(Waiter waiter, @Nullable Server wanted, int priorityClass, long dueMs) {
        QueueTicket ticket;
        synchronized (lock) {
            QueueLine line = wanted == null ? ofBackend : wanted.state().queue();
            ticket = new QueueTicket(this, waiter, line, wanted, priorityClass, dueMs, sequence++);
            line.add(ticket);
            waiting++;
        }
        if (wanted != null) {
            serve(wanted.state()); // a slot came free before it stood in line
        }
        return ticket;
    }

    /** Gives the slots that {@code server} has free to those who wait for it, or for any; answers how many. */
    public int serve(ServerState server) {
        int served = 0;
        while (waiting > 0 && callNext(server)) {
            served++;
        }
        return served;
    }

    private boolean callNext(ServerState server) {
        QueueTicket next;
        synchronized (lock) {
            next = next(server);
            if (next == null || !server.meters().reserve(server.limitNow())) {
                return false;
            }
            next.line.call(next);
            waiting--;
            next.state = QueueTicket.State.CALLED;
        }
        next.waiter.loop().execute(next);
        return true;
    }

    /** Who comes next at {@code server}: the first of its own queue or of the backend's, by priority. */
    private @Nullable QueueTicket next(ServerState server) {
        if (!server.hasSlot()) {
            return null;
        }
        QueueTicket own = server.queue().first();
        if (own != null) {
            own.server = own.wanted;
        }
        QueueTicket any = ofBackend.first();
        for (int i = 0; any != null && i < PASSED_OVER; i++) {
            if (own != null && own.compareTo(any) <= 0) {
                return own;
            }
            any.server = any.waiter.serverOf(server);
            if (any.server != null) {
                return any;
            }
            any = ofBackend.after(any);
        }
        return own;
    }

    /**
     * A server goes down: those who wait for it are sent to look for another one.
     *
     * @return how many
     */
    public int dismiss(ServerState server) {
        int dismissed = 0;
        while (true) {
            QueueTicket ticket;
            synchronized (lock) {
                ticket = server.queue().first();
                if (ticket == null) {
                    return dismissed;
                }
                ticket.line.call(ticket);
                waiting--;
                ticket.state = QueueTicket.State.DISMISSED;
            }
            dismissed++;
            ticket.waiter.loop().execute(ticket);
        }
    }

    void tell(QueueTicket ticket) {
        QueueTicket.State state;
        synchronized (lock) {
            state = ticket.state;
            ticket.state = QueueTicket.State.OVER;
        }
        Server server = ticket.server;
        if (state == QueueTicket.State.CALLED && server != null) {
            ticket.waiter.onSlot(server);
        } else if (state == QueueTicket.State.DISMISSED) {
            ticket.waiter.onServerGone();
        }
    }

    void leave(QueueTicket ticket) {
        ServerState reserved = null;
        synchronized (lock) {
            Server server = ticket.server;
            switch (ticket.state) {
                case WAITING -> {
                    ticket.line.leave(ticket);
                    waiting--;
                }
                case CALLED -> reserved = server == null ? null : server.state();
                case DISMISSED, OVER -> {}
            }
            ticket.state = QueueTicket.State.OVER;
        }
        if (reserved != null) {
            reserved.meters().giveBack();
            serve(reserved);
        }
    }
}

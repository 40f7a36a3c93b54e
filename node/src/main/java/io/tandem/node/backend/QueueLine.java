// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One queue, in the order of priority classes, then of time: that of a server or that of a backend. Changed under the lock
 * of its {@link Queues}; any thread may ask how long it is.
 */
public final class QueueLine {
    private @Nullable TreeSet<QueueTicket> waiting; // made for the first one: most servers never have any
    private volatile int length; // written under the lock
    private volatile int longest; // written under the lock
    /** How many were called; where one stood follows from this number when it joined. */
    private int called;

    /** How many wait now: {@code qcur}. */
    public int length() {
        return length;
    }

    /** The most that waited at once: {@code qmax}. */
    public int longest() {
        return longest;
    }

    void add(QueueTicket ticket) {
        ticket.calledBefore = called;
        TreeSet<QueueTicket> all = waiting;
        if (all == null) {
            all = new TreeSet<>();
            waiting = all;
        }
        all.add(ticket);
        length = all.size();
        if (length > longest) {
            longest = length;
        }
    }

    /** Takes one out whose turn has come. */
    void call(QueueTicket ticket) {
        remove(ticket);
        called++;
        ticket.position = called - ticket.calledBefore;
    }

    /** Takes one out that does not want to wait any longer. */
    void leave(QueueTicket ticket) {
        remove(ticket);
        ticket.position = called - ticket.calledBefore + 1;
    }

    private void remove(QueueTicket ticket) {
        TreeSet<QueueTicket> all = waiting;
        if (all != null) {
            all.remove(ticket);
            length = all.size();
        }
    }

    @Nullable QueueTicket first() {
        TreeSet<QueueTicket> all = waiting;
        return all == null || all.isEmpty() ? null : all.first();
    }

    @Nullable QueueTicket after(QueueTicket ticket) {
        TreeSet<QueueTicket> all = waiting;
        return all == null ? null : all.higher(ticket);
    }
}

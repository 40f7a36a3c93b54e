// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import org.jspecify.annotations.Nullable;

/** A place in a queue. Its fields are guarded by the lock of the {@link Queues} that gave it. */
public final class QueueTicket implements Comparable<QueueTicket>, Runnable {
    enum State {
        WAITING,
        /** A slot at {@link #server} is taken; the waiter does not know yet. */
        CALLED,
        /** The server it waited for is gone; the waiter does not know yet. */
        DISMISSED,
        OVER
    }

    private final Queues queues;
    final Waiter waiter;
    final QueueLine line;
    /** The server whose queue it is; null in the queue of the backend. */
    final @Nullable Server wanted;

    private final int priorityClass;
    private final long dueMs;
    private final long sequence;

    State state = State.WAITING;
    int calledBefore;
    int position;
    /** Where it has a slot, once called. */
    @Nullable Server server;

    QueueTicket(
            Queues queues,
            Waiter waiter,
            QueueLine line,
            @Nullable Server wanted,
            int priorityClass,
            long dueMs,
            long sequence) {
        this.queues = queues;
        this.waiter = waiter;
        this.line = line;
        this.wanted = wanted;
        this.priorityClass = priorityClass;
        this.dueMs = dueMs;
        this.sequence = sequence;
    }

    /** Whether it is the queue of a server. */
    public boolean isForServer() {
        return wanted != null;
    }

    /** How many left the queue from when it joined until its turn, itself included: what logs call its position. */
    public int position() {
        return position;
    }

    /** The smaller class first, then the earlier time, then whoever came first. */
    @Override
    public int compareTo(QueueTicket other) {
        int byClass = Integer.compare(priorityClass, other.priorityClass);
        if (byClass != 0) {
            return byClass;
        }
        int byTime = Long.compare(dueMs, other.dueMs);
        return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }

    /** On the waiter's loop: tells it what has become of it. */
    @Override
    public void run() {
        queues.tell(this);
    }

    /** Gives the place up; a slot that was taken for it meanwhile goes to the next. Called on the waiter's loop. */
    public void leave() {
        queues.leave(this);
    }
}

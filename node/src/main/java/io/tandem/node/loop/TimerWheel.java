// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A hashed timing wheel: the time-outs of all connections of one loop.
 *
 * <p>512 slots of about 8.4 ms, a doubly linked list in each. A timer further away than one turn stays in its slot for as
 * many turns. The loop is woken only for the next slot that holds a timer; a proxy without connections sleeps.
 *
 * @see <a href="https://dl.acm.org/doi/10.1145/41457.37504">Varghese and Lauck, Hashed and Hierarchical Timing Wheels</a>
 */
public final class TimerWheel {
    private static final int SLOT_SHIFT = 23;
    private static final long SLOT_NS = 1L << SLOT_SHIFT;
    private static final int SLOTS = 512;
    /** The list behind the slots: what is about to fire. */
    private static final int DUE = SLOTS;

    /** So long at a time it fires: hundreds of connections that began together time out together. */
    private static final long SHARE_NS = 250_000;

    private final Loop loop;
    private final long startNs = System.nanoTime();
    private final @Nullable Timer[] slots = new Timer[SLOTS + 1];
    private final Runnable wake = this::onWake;
    private int linked;
    /** First slot time, in slots since the start, that has not been looked at. */
    private long currentSlot;

    private @Nullable ScheduledFuture<?> wakeUp;
    private long wakeUpNs = Long.MAX_VALUE;

    TimerWheel(Loop loop) {
        this.loop = loop;
    }

    /** Nanoseconds since the wheel's start, as of the event being handled. */
    long nowNs() {
        return loop.nowNs() - startNs;
    }

    /** How many timers are in it; any thread, what it was a moment ago. */
    int armed() {
        return linked;
    }

    void arm(Timer timer) {
        if (timer.slot >= 0) {
            if (timer.slotNs <= timer.deadlineNs + SLOT_NS) {
                return; // it will be looked at in time, and moved then
            }
            unlink(timer);
        }
        link(timer);
        schedule(timer.slotNs);
    }

    private void link(Timer timer) {
        // rounded up, so that the deadline has passed when the slot is looked at
        long at = Math.max((timer.deadlineNs >> SLOT_SHIFT) + 1, currentSlot);
        timer.slotNs = at << SLOT_SHIFT;
        push(timer, (int) at & SLOTS - 1);
    }

    private void push(Timer timer, int slot) {
        timer.slot = slot;
        timer.previous = null;
        Timer head = slots[slot];
        timer.next = head;
        if (head != null) {
            head.previous = timer;
        }
        slots[slot] = timer;
        linked++;
    }

    void unlink(Timer timer) {
        if (timer.slot < 0) {
            return;
        }
        Timer previous = timer.previous;
        Timer next = timer.next;
        if (previous == null) {
            slots[timer.slot] = next;
        } else {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
        timer.previous = null;
        timer.next = null;
        timer.slot = -1;
        linked--;
    }

    private void onWake() {
        loop.tick();
        wakeUp = null;
        wakeUpNs = Long.MAX_VALUE;
        advance(nowNs());
        scheduleNext();
    }

    /** Fires what is due by {@code nowNs}, nanoseconds since the start. */
    private void advance(long nowNs) {
        long last = nowNs >> SLOT_SHIFT;
        long first = Math.max(currentSlot, last - SLOTS + 1);
        currentSlot = last + 1;
        for (long at = first; at <= last; at++) {
            sort((int) at & SLOTS - 1, nowNs);
        }
        fireDue(nowNs);
    }

    /** What is too much for this turn of the loop is left for the next one. */
    private void fireDue(long nowNs) {
        long beganNs = System.nanoTime();
        for (Timer timer = slots[DUE]; timer != null; timer = slots[DUE]) {
            unlink(timer);
            if (timer.deadlineNs <= nowNs) {
                timer.deadlineNs = Long.MAX_VALUE;
                timer.onTimeout();
            } else if (timer.isRunning()) {
                link(timer); // it was started anew while it was due
            }
            if (System.nanoTime() - beganNs >= SHARE_NS) {
                return;
            }
        }
    }

    /** Moves what a slot holds: to the due ones, to a later slot, or out. Calls nobody, so the list stands still. */
    private void sort(int slot, long nowNs) {
        Timer next;
        for (Timer timer = slots[slot]; timer != null; timer = next) {
            next = timer.next;
            unlink(timer);
            if (timer.deadlineNs <= nowNs) {
                push(timer, DUE);
            } else if (timer.isRunning()) {
                link(timer);
            }
        }
    }

    private void scheduleNext() {
        if (linked == 0) {
            return;
        }
        if (slots[DUE] != null) {
            schedule(nowNs());
            return;
        }
        long at = currentSlot;
        while (slots[(int) at & SLOTS - 1] == null) {
            at++;
        }
        schedule(at << SLOT_SHIFT);
    }

    private void schedule(long atNs) {
        if (wakeUpNs <= atNs) {
            return;
        }
        if (wakeUp != null) {
            wakeUp.cancel(false);
        }
        wakeUpNs = atNs;
        wakeUp = loop.eventLoop().schedule(wake, Math.max(atNs - nowNs(), 0), TimeUnit.NANOSECONDS);
    }
}

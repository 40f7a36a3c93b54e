// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What loops have to a server: who ends their sessions, one for each loop that has connections, and how many connections
 * {@code strict-maxconn} counts. Thread-safe.
 */
public final class SessionKillers {
    private volatile List<SessionKiller> all = List.of(); // another one is put in its place under the lock
    /** Connections in use and idle, where they are counted. */
    private final AtomicInteger open = new AtomicInteger();

    SessionKillers() {}

    /** Ends the sessions of one loop when it is told to, and why. */
    public interface SessionKiller {
        /** Any thread. */
        void kill(char who);

        /** The server is somewhere else: its connections serve nobody after those who use them now. Any thread. */
        void moved();

        /** Another loop needs a connection and may not open one more: an idle one gives way. Any thread. */
        void spare();
    }

    /** Adds what ends the sessions of a loop. */
    public synchronized void attach(SessionKiller killer) {
        List<SessionKiller> more = new ArrayList<>(all);
        more.add(killer);
        all = List.copyOf(more);
    }

    /** Takes away what {@link #attach} added. */
    public synchronized void detach(SessionKiller killer) {
        List<SessionKiller> fewer = new ArrayList<>(all);
        fewer.remove(killer);
        all = List.copyOf(fewer);
    }

    /** How many loops have sessions to end. */
    public int count() {
        return all.size();
    }

    /**
     * Ends all sessions that use the server, soon.
     *
     * @param who why, as logs say it: {@link io.tandem.node.rules.Termination#DOWN} and its neighbours
     */
    public void kill(char who) {
        all.forEach(killer -> killer.kill(who));
    }

    /** Counts a connection that is about to be opened, unless there are {@code most}; answers whether it may be. */
    public boolean mayOpen(int most) {
        if (open.incrementAndGet() <= most) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    /** One that {@link #mayOpen} counted has ended. */
    public void onClosed() {
        open.decrementAndGet();
    }

    /** Each loop closes an idle connection to the server, soon. */
    public void spare() {
        all.forEach(SessionKiller::spare);
    }

    /** No connection that is open is used again. */
    void moved() {
        all.forEach(SessionKiller::moved);
    }
}

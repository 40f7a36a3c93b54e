// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What ends the sessions of a server: one for each loop that has connections to it. Thread-safe. */
public final class SessionKillers {
    private final List<SessionKiller> all = new CopyOnWriteArrayList<>();

    SessionKillers() {}

    /** Ends the sessions of one loop when it is told to, and why. */
    public interface SessionKiller {
        /** Any thread. */
        void kill(char who);

        /** The server is somewhere else: its connections serve nobody after those who use them now. Any thread. */
        void moved();
    }

    /** Adds what ends the sessions of a loop. */
    public void attach(SessionKiller killer) {
        all.add(killer);
    }

    /** Takes away what {@link #attach} added. */
    public void detach(SessionKiller killer) {
        all.remove(killer);
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

    /** No connection that is open is used again. */
    void moved() {
        all.forEach(SessionKiller::moved);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.setup.Configuration;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The listening sockets of the process. A reload opens what is new before anything changes, keeps what stays, and closes
 * what is gone last. Used by the thread that loads.
 */
final class Listeners {
    private final ListenerOpener opener;
    /** Open listeners by address; one address may be bound several times. */
    private Map<String, Deque<ListenerOpener.Listener>> open = new LinkedHashMap<>();

    Listeners(ListenerOpener opener) {
        this.opener = opener;
    }

    /** Prepared listeners of the next configuration: nothing has changed until {@link #commit}. */
    final class Plan {
        private final List<Runnable> serving = new ArrayList<>();
        private final Map<String, Deque<ListenerOpener.Listener>> next = new LinkedHashMap<>();
        private final List<ListenerOpener.Listener> fresh = new ArrayList<>();
        private final Map<String, Deque<ListenerOpener.Listener>> remaining = copy(open);
        private final List<String> complaints = new ArrayList<>();

        /** What could not be bound, worded as HAProxy's alerts. */
        List<String> complaints() {
            return complaints;
        }

        /** Takes effect: new connections see the new configuration, what is gone is closed. */
        void commit() {
            serving.forEach(Runnable::run);
            remaining.values().forEach(gone -> gone.forEach(ListenerOpener.Listener::close));
            open = next;
        }

        /** Closes what was opened for nothing. */
        void discard() {
            fresh.forEach(ListenerOpener.Listener::close);
        }

        /** @param adopted what another process gave and nobody has taken yet */
        private void add(Frontend frontend, Bind bind, Map<String, List<Integer>> adopted) {
            String key = bind.key();
            Deque<ListenerOpener.Listener> present = remaining.get(key);
            ListenerOpener.Listener listener;
            while (present != null && !present.isEmpty() && !present.getFirst().isOpen()) {
                present.removeFirst(); // shut down by an operator: the new configuration opens it again
            }
            if (present != null && !present.isEmpty()) {
                listener = present.removeFirst();
            } else {
                try {
                    // given away once: a second line of the same address opens sockets of its own
                    List<Integer> given = adopted.remove(key);
                    listener = opener.open(frontend, bind, given == null ? List.of() : given);
                } catch (IOException e) {
                    complaints.add("Binding [" + bind.origin().file() + ":"
                            + bind.origin().line() + "] for frontend " + frontend.name() + ": " + e.getMessage());
                    return;
                }
                fresh.add(listener);
            }
            next.computeIfAbsent(key, k -> new ArrayDeque<>()).add(listener);
            serving.add(() -> listener.serve(frontend, bind));
        }
    }

    /**
     * Opens what the configuration needs and is not open yet.
     *
     * @param adopted listening descriptors that another process gave, by address
     */
    Plan prepare(Configuration configuration, Map<String, List<Integer>> adopted) {
        Plan plan = new Plan();
        Map<String, List<Integer>> left = new HashMap<>(adopted);
        Stream.concat(configuration.frontends().stream(), configuration.receivers().stream())
                .forEach(frontend -> frontend.binds().forEach(bind -> plan.add(frontend, bind, left)));
        return plan;
    }

    /** All listening descriptors by address, to be handed to another process. */
    Map<String, List<Integer>> descriptors() {
        Map<String, List<Integer>> all = new LinkedHashMap<>();
        open.forEach((key, listeners) -> listeners.forEach(
                listener -> all.computeIfAbsent(key, k -> new ArrayList<>()).addAll(listener.descriptors())));
        return all;
    }

    /** Idle connections end now, the others with their next response; new ones are still accepted. */
    void drain() {
        opener.drain();
    }

    /** Sessions end now, whatever they are at. */
    void kill() {
        opener.kill();
    }

    /** What operators may ask of listeners. */
    List<Command> commands() {
        return opener.commands();
    }

    /** How many client connections are open. */
    int openConnections() {
        return opener.openConnections();
    }

    /** Closes everything. */
    void close() {
        open.values().forEach(listeners -> listeners.forEach(ListenerOpener.Listener::close));
        open = new HashMap<>();
    }

    private static Map<String, Deque<ListenerOpener.Listener>> copy(Map<String, Deque<ListenerOpener.Listener>> map) {
        Map<String, Deque<ListenerOpener.Listener>> copy = new LinkedHashMap<>();
        map.forEach((key, listeners) -> copy.put(key, new ArrayDeque<>(listeners)));
        return copy;
    }
}

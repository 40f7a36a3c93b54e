// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.loop.Loops;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All listeners of the process. A reload replaces whom they accept for and touches only the sockets that come or go.
 * Used by the thread that loads.
 */
public final class Listeners implements AutoCloseable {
    private final Loops loops;
    private final NodeRuntime node;
    private final ConnectionOpener opener;
    private final ConnectionLimit process = new ConnectionLimit(0);
    private final Map<String, ConnectionLimit> frontendLimits = new HashMap<>();
    private final Map<String, ConnectionLimit> bindLimits = new HashMap<>();
    private final Map<Object, Listener> listeners = new LinkedHashMap<>();

    public Listeners(Loops loops, NodeRuntime node, ConnectionOpener opener) {
        this.loops = loops;
        this.node = node;
        this.opener = opener;
    }

    /**
     * Prepares the sockets of a configuration: those it shares with the present one are kept, new ones are bound.
     *
     * @throws ListenException if one cannot be bound; nothing has changed then
     */
    public Change prepare(Configuration next) throws ListenException {
        Map<Object, ListenTarget> wanted = new LinkedHashMap<>();
        for (Frontend frontend : next.frontends()) {
            for (Bind bind : frontend.binds()) {
                wanted.putIfAbsent(bind.address().key(), new ListenTarget(next, frontend, bind));
            }
        }
        Map<Object, Listener> opened = new LinkedHashMap<>();
        for (Map.Entry<Object, ListenTarget> entry : wanted.entrySet()) {
            if (!listeners.containsKey(entry.getKey())) {
                ListenTarget target = entry.getValue();
                Listener listener = new Listener(loops, opener, target, limits(target));
                try {
                    listener.open();
                } catch (ListenException failure) {
                    opened.values().forEach(Listener::close);
                    throw failure;
                }
                opened.put(entry.getKey(), listener);
            }
        }
        return new Change(next, wanted, opened);
    }

    /** {@link #prepare}, then {@link Change#commit}. */
    public void apply(Configuration next) throws ListenException {
        prepare(next).commit();
    }

    private List<ConnectionLimit> limits(ListenTarget target) {
        Frontend frontend = target.frontend();
        Bind bind = target.bind();
        List<ConnectionLimit> limits = new ArrayList<>();
        limits.add(process);
        limits.add(frontendLimits.computeIfAbsent(frontend.name(), n -> new ConnectionLimit(0)));
        if (bind.maxConnections() > 0) {
            limits.add(bindLimits.computeIfAbsent(
                    bind.address().written(), n -> new ConnectionLimit(bind.maxConnections())));
        }
        return limits;
    }

    /** The sockets of another configuration, ready. */
    public final class Change {
        private final Configuration next;
        private final Map<Object, ListenTarget> wanted;
        private final Map<Object, Listener> opened;

        private Change(Configuration next, Map<Object, ListenTarget> wanted, Map<Object, Listener> opened) {
            this.next = next;
            this.wanted = wanted;
            this.opened = opened;
        }

        /** From now on connections are accepted for the next configuration; listeners it lacks are closed. */
        public void commit() {
            process.max(node.maxConnections());
            for (Frontend frontend : next.frontends()) {
                frontend.meters().limit(frontend.maxConnections());
                frontendLimits
                        .computeIfAbsent(frontend.name(), n -> new ConnectionLimit(0))
                        .max(frontend.maxConnections());
            }
            Set<Object> gone = new HashSet<>(listeners.keySet());
            gone.removeAll(wanted.keySet());
            wanted.forEach((key, target) -> {
                Listener kept = listeners.get(key);
                if (kept != null) {
                    kept.target(target, limits(target));
                }
            });
            gone.forEach(key -> {
                Listener closing = listeners.remove(key);
                if (closing != null) {
                    closing.close();
                }
            });
            listeners.putAll(opened);
            opened.values().forEach(Listener::accept);
            countSockets();
        }

        /** Closes what was opened for it: the present configuration stays. */
        public void abandon() {
            opened.values().forEach(Listener::close);
        }
    }

    private void countSockets() {
        node.listeners().set(listeners.size());
    }

    /** Client connections open now. */
    public int openConnections() {
        return process.open();
    }

    /** Descriptors of all listening sockets by the address they were written as, to hand to another process. */
    public Map<String, List<Integer>> descriptors() {
        Map<String, List<Integer>> fds = new LinkedHashMap<>();
        listeners.values().forEach(l -> fds.put(l.address().written(), l.descriptors()));
        return fds;
    }

    /** Where the listener that was written so listens in fact; null if there is none. */
    public @Nullable SocketAddress localAddress(String written) {
        for (Listener listener : listeners.values()) {
            if (listener.address().written().equals(written)) {
                return listener.localAddress();
            }
        }
        return null;
    }

    /** Stops listening; connections go on. */
    @Override
    public void close() {
        listeners.values().forEach(Listener::close);
        listeners.clear();
        countSockets();
    }
}

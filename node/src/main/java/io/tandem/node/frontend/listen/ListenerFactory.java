// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.setup.RateLimit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Makes listeners, and knows the limits that several of them share. One per process; used by the thread that loads. */
public final class ListenerFactory {
    /** So long without a failure to accept, and the next one is told again. */
    private static final long EPISODE_NS = 10_000_000_000L;

    private static final long NEVER = Long.MIN_VALUE;

    private final Loops loops;
    private final NodeRuntime node;
    private final ConnectionOpener opener;
    private final LoopLoads loads;
    private final ConnectionLimit process = new ConnectionLimit(0);
    private final ConnectionLimit tls = new ConnectionLimit(0);
    private final Map<String, ConnectionLimit> frontends = new ConcurrentHashMap<>();
    private final Map<String, RateLimit> rates = new ConcurrentHashMap<>();
    private final Set<Listener> serving = ConcurrentHashMap.newKeySet();
    private final AtomicLong failedAtNs = new AtomicLong(NEVER);

    public ListenerFactory(Loops loops, NodeRuntime node, ConnectionOpener opener) {
        this.loops = loops;
        loads = new LoopLoads(loops);
        this.node = node;
        this.opener = opener;
    }

    /**
     * Binds and listens; the listener accepts from {@link Listener#serve} on.
     *
     * @param adopted listening descriptors for this address that another process gave, or none
     * @throws IOException worded as HAProxy words it behind {@code Binding [FILE:LINE] for frontend NAME: }
     */
    public Listener open(Bind bind, List<Integer> adopted) throws IOException {
        Listener listener = new Listener(this, bind);
        listener.open(bind, adopted);
        return listener;
    }

    /** The same for a {@code dgram-bind} line: datagrams are received from the first call of {@code serve} on. */
    public DatagramListener openForDatagrams(Bind bind, List<Integer> adopted) throws IOException {
        return DatagramListener.open(bind, adopted, loops.next());
    }

    /** A connection cannot be accepted; whether that is the first of an episode: more follow while clients are waiting. Any thread. */
    boolean beginsToFail(long nowNs) {
        long before = failedAtNs.getAndSet(nowNs);
        return before == NEVER || nowNs - before > EPISODE_NS;
    }

    LoopLoads loads() {
        return loads;
    }

    /** Those that serve a frontend. Any thread. */
    Set<Listener> serving() {
        return serving;
    }

    /** The listeners of a frontend. Any thread. */
    List<Listener> of(Frontend frontend) {
        return serving.stream()
                .filter(listener -> listener.target().frontend().name().equals(frontend.name()))
                .toList();
    }

    /** The frontend that a command names, or whose number it gives behind a sharp. */
    Optional<Frontend> frontend(String word) {
        return node.configuration().frontends().stream()
                .filter(frontend -> word.equals(frontend.name()) || word.equals("#" + frontend.id()))
                .findFirst();
    }

    Loops loops() {
        return loops;
    }

    NodeRuntime node() {
        return node;
    }

    ConnectionOpener opener() {
        return opener;
    }

    /** The limits a connection to {@code frontend} has to fit in, brought up to date. */
    List<ConnectionLimit> limits(Frontend frontend, Bind bind, ConnectionLimit own) {
        process.max(node.maxConnections());
        ConnectionLimit shared = frontends.computeIfAbsent(frontend.name(), name -> new ConnectionLimit(0));
        shared.max(frontend.maxConnections());
        frontend.meters().limit(frontend.maxConnections());
        List<ConnectionLimit> limits =
                new ArrayList<>(List.of(process, shared, own)); // own counts, without a limit too
        tls.max(LimitLines.tlsConnections(node.configuration().drafts()));
        if (bind.tls() != null && tls.isSet()) {
            limits.add(tls);
        }
        return List.copyOf(limits);
    }

    /** The limit of the whole process, as it is now, counts from now on. */
    void processLimitChanged() {
        process.max(node.maxConnections());
    }

    /** The limit of a frontend, as it is now, counts from now on. */
    void limitChanged(Frontend frontend) {
        ConnectionLimit shared = frontends.get(frontend.name());
        if (shared != null) {
            shared.max(frontend.maxConnections());
        }
    }

    /** What operators may change of all this. */
    public List<Command> commands() {
        List<Command> commands = new ArrayList<>(LimitCommands.of(node, this));
        commands.addAll(FrontendCommands.of(node, this));
        return List.copyOf(commands);
    }

    /** How many connections a second a listener may accept, at each level; brought up to date. */
    List<RateLimit> rates(Frontend frontend, Bind bind) {
        RateLimit shared = rates.computeIfAbsent(frontend.name(), name -> new RateLimit());
        shared.perSecond(frontend.sessionRate());
        List<RateLimit> all = new ArrayList<>(List.of(node.connectionLimit(), node.sessionLimit(), shared));
        if (bind.tls() != null) {
            all.add(node.tlsLimit());
        }
        return List.copyOf(all);
    }

    /** Client connections open now. */
    public int openConnections() {
        return process.open();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VrrpGlobals.LinkDelay;
import io.tandem.vrrp.election.ElectionConfig;
import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.election.Rehearsal;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.LinkEvents;
import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All virtual routers of this host, their kernel events and sync groups.
 *
 * <p>The public methods may be called from any thread: they post to the reactor. Those marked so belong to its thread.
 */
public final class VirtualRouters implements AutoCloseable {
    /** What need not be punctual waits so long for another reason to wake the thread. */
    public static final long SLACK_NS = 15_000_000L;

    private final Reactor reactor;
    private final EventLog log;
    private final VirtualRouter.StateListener listener;
    private final Netlink netlink;
    private final LinkEvents events;
    private final Shared shared;
    private final Reaper reaper;
    private final StaticKeeper statics;
    private final AddressBlock block = new AddressBlock();
    private final List<VirtualRouter> routers = new ArrayList<>();
    private final GroupMoves groups;
    private final KernelNews kernel;
    private PeerLinks links = PeerLinks.NONE;
    private volatile List<VirtualRouter> shown = List.of(); // written by the reactor's thread, read by any

    /**
     * Opens netlink in the calling thread's network namespace; the reactor must run in the same.
     *
     * @param listener told of every transition on the reactor's thread
     */
    public VirtualRouters(
            Reactor reactor, List<VirtualRouterConfig> configs, EventLog log, VirtualRouter.StateListener listener)
            throws NetlinkException {
        this.reactor = reactor;
        this.log = log;
        this.listener = listener;
        this.groups = new GroupMoves(routers, listener);
        this.netlink = Netlink.open();
        this.events = new LinkEvents(netlink.port());
        this.shared = new Shared(reactor, netlink, log);
        this.reaper = new Reaper(log);
        this.statics = new StaticKeeper(netlink, log);
        this.kernel = new KernelNews(netlink, routers, statics, this::instructReaperOfChanges, log);
        reactor.add(kernel.delays());
        plan(configs);
        configs.forEach(this::add);
        shown = List.copyOf(routers);
    }

    /** Addresses, routes and rules that stand whoever is Active; from any thread, as often as they change. */
    public void use(StaticNetwork network) {
        reactor.execute(() -> statics.use(network));
    }

    /** How long which interfaces must have changed before it counts; from any thread, as often as it changes. */
    public void delay(List<LinkDelay> linkDelays) {
        reactor.execute(() -> kernel.delays().use(linkDelays, netlink, log));
    }

    /** Before {@link #start}. */
    public void use(PeerLinks peerLinks) {
        links = peerLinks;
        routers.forEach(router -> router.use(peerLinks));
    }

    /** Told which interfaces are usable, at the start and whenever one changes; on the reactor's thread. */
    public void onInterface(BiConsumer<String, Boolean> listener) {
        kernel.onInterface(listener);
    }

    /** Begins on the reactor's thread. Faults given before hold from the start. */
    public void start() {
        reactor.onLate((lateNs, nowNs) -> {
            if (links.wasGivenUp(lateNs, nowNs)) {
                routers.forEach(router -> router.onLate(lateNs, nowNs));
            }
        });
        reactor.register(events.fd(), Reactor.READABLE, (ready, nowNs) -> events.read(kernel.at(nowNs)));
        reactor.execute(() -> {
            kernel.at(System.nanoTime()).tellInterfaces();
            Leftovers leftovers = Leftovers.look(netlink, log);
            block.use(routers.stream().map(VirtualRouter::config).toList(), log);
            routers.forEach(router -> {
                block.guard(router, System.nanoTime());
                router.start(leftovers, System.nanoTime());
            });
            instructReaper();
            routers.forEach(VirtualRouter::warmUp);
            if (!routers.isEmpty()) {
                VirtualRouter first = routers.get(0);
                Rehearsal.play(ElectionConfig.of(first.config()), Scratch.ADDRESS, Scratch.SIX);
                first.surroundings().reunited(System.nanoTime());
            }
        });
    }

    /** Something all routers depend on failed, such as the proxy. */
    public void fault(String cause) {
        post(new Event.Fault(cause, true));
    }

    /** It works again. */
    public void clear(String cause) {
        post(new Event.Cleared(cause));
    }

    /** Changes one router's priority, as its trackers want. */
    public void priority(String routerName, int priority) {
        applyPriority(() -> named(routerName), wanted -> wanted.tracked(priority));
    }

    /** The operator's word on one router's priority; null takes it back. */
    public void operatorPriority(String routerName, @Nullable Integer priority) {
        applyPriority(() -> named(routerName), wanted -> wanted.operator(priority));
    }

    /** How much the proxy's health takes off every priority; 0 while it is well. */
    public void illness(int less) {
        applyPriority(() -> List.copyOf(routers), wanted -> wanted.illness(less));
    }

    private void applyPriority(Supplier<List<VirtualRouter>> concerned, Consumer<RouterPriority> wish) {
        reactor.execute(() -> concerned.get().forEach(router -> {
            wish.accept(router.wanted());
            router.applyPriority(System.nanoTime());
        }));
    }

    /** Delivers to one router, or to all for null. */
    public void deliver(@Nullable String routerName, Event event) {
        reactor.execute(() -> {
            long nowNs = System.nanoTime();
            (routerName == null ? List.copyOf(routers) : named(routerName))
                    .forEach(router -> router.deliver(event, nowNs));
        });
    }

    /**
     * Asks the peers that have the addresses to give them to this node: of one router, or of all for null.
     *
     * @return the names of those for which no linked peer could be asked; Active ones are not asked for
     */
    public List<String> take(@Nullable String routerName) {
        List<String> unasked = new ArrayList<>();
        await(() -> (routerName == null ? List.copyOf(routers) : named(routerName))
                .stream()
                        .filter(router -> router.state() != State.ACTIVE && !router.take())
                        .forEach(router -> unasked.add(router.config().name())));
        return unasked;
    }

    /** Looks for what should be said aloud, from {@link #start} on. Before it. */
    public void use(Alarms alarms) {
        reactor.add(new Judge(alarms));
    }

    /** A few times a second. */
    private final class Judge implements Reactor.Timed {
        private static final long PERIOD_NS = 100_000_000L;

        private final Alarms alarms;
        private long nextNs = System.nanoTime();

        Judge(Alarms alarms) {
            this.alarms = alarms;
        }

        @Override
        public long nextWakeNs() {
            return nextNs + SLACK_NS;
        }

        @Override
        public long readyNs() {
            return nextNs;
        }

        @Override
        public void onTime(long nowNs) {
            if (nowNs - nextNs < 0) {
                return;
            }
            nextNs = nowNs + PERIOD_NS;
            for (int i = 0; i < routers.size(); i++) {
                routers.get(i).judge(alarms, nowNs);
            }
        }
    }

    /** Faults one router. */
    public void fault(String routerName, String cause) {
        reactor.execute(() -> forName(routerName, new Event.Fault(cause, true)));
    }

    /** Clears one router's fault. */
    public void clear(String routerName, String cause) {
        reactor.execute(() -> forName(routerName, new Event.Cleared(cause)));
    }

    /** Gives the addresses to the best peer and stays Backup until {@link #rejoin}. */
    public void handOver() {
        post(new Event.HandOver(false));
    }

    /** May preempt again. */
    public void rejoin() {
        post(new Event.Rejoin());
    }

    /**
     * Hands over where a peer is there to take, then stops.
     *
     * @param limitMs how long to wait for the peer
     */
    public void stop(long limitMs) {
        post(new Event.HandOver(true));
        long endNs = System.nanoTime() + limitMs * 1_000_000L;
        while (System.nanoTime() - endNs < 0 && !isStopped()) {
            try {
                TimeUnit.MILLISECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        post(new Event.Shutdown());
        await(() -> {});
    }

    /** Where each router stands. */
    public List<RouterStatus> status() {
        return shown.stream().map(VirtualRouter::status).toList();
    }

    /** Whether any router holds its addresses. */
    public boolean isAnyActive() {
        return shown.stream().anyMatch(router -> router.state() == State.ACTIVE);
    }

    /**
     * Takes a new configuration: routers that keep interface, VRID and family keep their state, the others stop or begin.
     */
    public void reload(List<VirtualRouterConfig> configs) {
        reactor.execute(() -> {
            long nowNs = System.nanoTime();
            Set<String> moved = plan(configs);
            block.use(configs, log);
            List<VirtualRouter> kept = new ArrayList<>();
            for (VirtualRouterConfig config : configs) {
                VirtualRouter same = find(config);
                if (same == null) {
                    continue;
                }
                kept.add(same);
                if (!same.config().equals(config)) {
                    same.reconfigure(config, nowNs);
                }
                if (Placement.isOnAny(moved, config)) {
                    same.surroundings().placeAnew(nowNs);
                }
                block.guard(same, nowNs);
            }
            for (VirtualRouter router : List.copyOf(routers)) {
                if (!kept.contains(router)) {
                    listener.onDeleted(router);
                    router.deliver(new Event.Shutdown(), nowNs);
                    router.close();
                    reactor.remove(router);
                    routers.remove(router);
                }
            }
            for (VirtualRouterConfig config : configs) {
                if (find(config) == null) {
                    VirtualRouter router = add(config);
                    router.use(links);
                    block.guard(router, nowNs);
                    router.start(Leftovers.look(netlink, log), nowNs);
                }
            }
            instructReaper();
            shown = List.copyOf(routers);
        });
    }

    /** The routers; reactor's thread only. */
    public List<VirtualRouter> all() {
        return routers;
    }

    /** Shuts down at once where {@link #stop} has not, and takes the addresses off. The reactor must still run. */
    @Override
    public void close() {
        await(() -> {
            routers.forEach(router -> router.deliver(new Event.Shutdown(), System.nanoTime()));
            deleteOwnInterfaces();
            routers.forEach(router -> {
                router.close();
                reactor.remove(router);
            });
            routers.clear();
            statics.remove();
            reactor.unregister(events.fd());
        });
        shared.retirement().close();
        reaper.close();
        block.close();
        events.close();
        netlink.close();
    }

    /** Which interfaces macvlans will be above: it decides where others' addresses can be. Answers those it is news of. */
    private Set<String> plan(List<VirtualRouterConfig> configs) {
        Set<String> parents = new HashSet<>();
        configs.forEach(config -> parents.addAll(OwnLinks.parents(config)));
        return shared.settings().plan(parents);
    }

    private void instructReaperOfChanges() {
        reactor.stir(); // news that were held back come in somebody else's turn
        boolean changed = false;
        for (int i = 0; i < routers.size(); i++) {
            changed |= routers.get(i).hasChanged();
        }
        if (changed) {
            instructReaper();
        }
    }

    /** One by one, each would cost the kernel 20 ms. */
    private void deleteOwnInterfaces() {
        try {
            netlink.links().deleteGroup(VirtualLink.GROUP);
        } catch (NetlinkException e) {
            log.warning(e.getMessage());
        }
    }

    private void instructReaper() {
        List<String> four = new ArrayList<>();
        List<String> six = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        for (VirtualRouter router : routers) {
            Reaper.Task task = router.afterDeath();
            four.addAll(task.four());
            six.addAll(task.six());
            settings.addAll(task.settings());
        }
        reaper.expect(new Reaper.Task(four, six, settings));
    }

    /** The process that takes away what is left if this one dies; 0 where nothing would be left. */
    long reaperPid() {
        return reaper.pid();
    }

    private VirtualRouter add(VirtualRouterConfig config) {
        VirtualRouter router = new VirtualRouter(shared, config, groups);
        routers.add(router);
        reactor.add(router);
        return router;
    }

    private void post(Event event) {
        reactor.execute(() -> {
            long nowNs = System.nanoTime();
            routers.forEach(router -> router.deliver(event, nowNs));
        });
    }

    private void forName(String routerName, Event event) {
        long nowNs = System.nanoTime();
        named(routerName).forEach(router -> router.deliver(event, nowNs));
    }

    private List<VirtualRouter> named(String routerName) {
        return routers.stream()
                .filter(router -> router.config().name().equals(routerName))
                .toList();
    }

    private @Nullable VirtualRouter find(VirtualRouterConfig config) {
        for (VirtualRouter router : routers) {
            VirtualRouterConfig other = router.config();
            if (other.vrid() == config.vrid()
                    && other.family() == config.family()
                    && other.interfaceName().equals(config.interfaceName())) {
                return router;
            }
        }
        return null;
    }

    private boolean isStopped() {
        return shown.stream().allMatch(router -> router.state() == State.INITIALIZE);
    }

    private void await(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        reactor.execute(() -> {
            task.run();
            done.complete(null);
        });
        try {
            done.get(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warning("vrrp stop: " + e);
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.observe.Counters;
import io.tandem.node.observe.Meters;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The living part of a server: what survives a reload as long as the server keeps its backend and name.
 *
 * <p>Changed by the loop that checks the server and by operators' commands, rarely and under this object's lock; read by
 * any loop without one. Every change that may concern the choice of a server raises {@link BackendState#version}.
 */
public final class ServerState {
    /** Health as the checks see it. */
    public enum Health {
        UP,
        /** Up, but a check failed recently. */
        GOING_DOWN,
        /** Up, but takes no new clients until it is ready again. */
        STOPPING,
        DOWN,
        /** Down, but a check succeeded recently. */
        GOING_UP
    }

    /** The bit of {@code srv_admin_state} of a server whose name was set at run time. */
    static final int HOST_SET = 0x40;

    private final Meters meters;
    private final Counters<PoolCount> poolCounters;
    private final BackendState backend;
    private boolean configured; // guarded by this
    private boolean disabledInConfiguration; // guarded by this
    private boolean unresolvedInConfiguration; // guarded by this
    private volatile Health health = Health.UP;
    /** Successes and failures in a row as HAProxy counts them, 0..rise+fall-1; up from {@code rise} on. */
    private volatile int healthPoints = 2;

    private volatile boolean maintenance;
    private volatile boolean maintenanceByConfiguration;
    private volatile boolean unresolved;
    /** Its name was set at run time; shows with the next change of its administrative state, as in HAProxy. */
    private volatile boolean hostSet;

    private volatile boolean hostSetShows;
    private volatile boolean draining;
    private volatile ServerLimits limits = ServerLimits.NONE;
    private ServerLimits configuredLimits = ServerLimits.NONE; // guarded by this
    /** What the server it follows says ({@code track}); never by itself. */
    private volatile boolean inheritedMaintenance;

    private volatile boolean inheritedDrain;
    private volatile List<Follower> followers = List.of(); // written when a configuration takes effect
    /** Whom errors of its traffic are told, or null; written when a configuration takes effect. */
    private volatile @Nullable Observer observer;

    private final SlowStart slowStart = new SlowStart();
    private final ServerTarget target = new ServerTarget();
    private final QueueLine queue = new QueueLine();
    /** One for each loop that ever connected to it. */
    private final List<SessionKiller> killers = new CopyOnWriteArrayList<>();

    private volatile int weight = 1;
    private volatile int initialWeight = 1;
    private final Downtime downtime;
    private final CheckRecord checks = new CheckRecord();
    private final CheckRecord agent = new CheckRecord();
    /** 1 unless its agent said it is down. */
    private volatile int agentPoints = 1;

    private final LongSupplier clockNs;
    private volatile int rise = 2;
    private volatile int fall = 3;

    /** @param nowMs wall clock, milliseconds since 1970 */
    public ServerState(Meters meters, BackendState backend, long nowMs) {
        this(meters, backend, nowMs, System::nanoTime);
    }

    /** @param clockNs any time that only goes forward, nanoseconds; for slow starts */
    ServerState(Meters meters, BackendState backend, long nowMs, LongSupplier clockNs) {
        this.meters = meters;
        poolCounters = new Counters<>(PoolCount.class, meters.loops());
        this.backend = backend;
        this.clockNs = clockNs;
        downtime = new Downtime(nowMs);
    }

    /**
     * Takes over what a configuration says. At a reload a weight or a maintenance that an operator has set stays, unless
     * the configuration itself now says something else than before.
     *
     * @param nowMs wall clock, milliseconds since 1970
     */
    synchronized void configure(
            int weight, ServerLimits limits, boolean disabled, boolean unresolved, int rise, int fall, long nowMs) {
        boolean wasRunning = isRunning();
        boolean wasUsable = isUsable();
        if (!configured || !configuredLimits.equals(limits)) {
            this.limits = limits;
            meters.limit(limits.maxConnections());
        }
        configuredLimits = limits;
        if (!configured || initialWeight != weight) {
            this.weight = weight;
        }
        initialWeight = weight;
        if (!configured || disabled != disabledInConfiguration) {
            maintenance = disabled;
        }
        disabledInConfiguration = disabled;
        maintenanceByConfiguration = disabled;
        this.rise = rise;
        this.fall = fall;
        if (!configured || unresolved != unresolvedInConfiguration) {
            this.unresolved = unresolved;
        }
        unresolvedInConfiguration = unresolved;
        if (!configured) {
            healthPoints = unresolved || disabled ? 0 : rise; // up, but the first failure takes it down
        } else {
            healthPoints = isUp(health) ? Math.max(rise, Math.min(healthPoints, rise + fall - 1)) : 0;
            health = !isUp(health) ? Health.DOWN : health == Health.STOPPING ? health : Health.UP;
            changed(wasRunning, wasUsable, nowMs);
        }
        configured = true;
        backend.changed(); // weights and limits may be others
        backend.queues().serve(this);
    }

    public Meters meters() {
        return meters;
    }

    /** What its connections do, a row per loop. */
    public Counters<PoolCount> poolCounters() {
        return poolCounters;
    }

    public BackendState backend() {
        return backend;
    }

    public Health health() {
        return health;
    }

    public int healthPoints() {
        return healthPoints;
    }

    /**
     * Takes note of a check's result; the time of the last change and the downtime follow from it.
     *
     * @param points 0..rise+fall-1
     */
    public synchronized void health(Health health, int points, long nowMs) {
        boolean wasRunning = isRunning();
        boolean wasUsable = isUsable();
        this.health = health;
        healthPoints = points;
        changed(wasRunning, wasUsable, nowMs);
    }

    /**
     * It was like that before the process started.
     *
     * @param operation 0 down, 1 coming up, 2 up, 3 takes no new clients
     * @param report what its last check had found
     */
    synchronized void restore(int operation, CheckReport report, long nowMs) {
        checks.last(report);
        Health before =
                switch (operation) {
                    case 0 -> Health.DOWN;
                    case 3 -> Health.STOPPING;
                    default -> Health.UP;
                };
        health(before, before == Health.DOWN ? 0 : before == Health.STOPPING ? rise : rise + fall - 1, nowMs);
    }

    /** Nothing has changed since then. */
    void unchangedSince(long atMs) {
        downtime.changed(atMs);
    }

    /** Takes over the health of the server it follows. */
    synchronized void healthOf(ServerState leader, long nowMs) {
        rise = leader.rise;
        fall = leader.fall;
        health(leader.health, leader.healthPoints, nowMs);
    }

    /** What follows from a change: to be called under the lock, with what was the case before. */
    private void changed(boolean wasRunning, boolean wasUsable, long nowMs) {
        boolean running = isRunning();
        boolean usable = isUsable();
        if (wasRunning && !running) {
            downtime.wentDown(nowMs);
        } else if (!wasRunning && running) {
            if (limits.slowStartMs() > 0) {
                slowStart.begin(clockNs.getAsLong());
            }
            downtime.cameUp(nowMs);
        }
        if (wasRunning != running
                || wasUsable != usable) { // most checks change nothing: no balancer is made anew for them
            downtime.changed(nowMs);
            backend.changed();
        }
        backend.queues().serve(this); // also of a server that starts slowly, whose limit grows
    }

    // ---- where it is

    /** Where it is reached, as operators have set it. */
    public ServerTarget target() {
        return target;
    }

    /** It is reached in another way from now on: no connection that is open is used again. */
    void moved() {
        backend.changed(); // a ring of servers may stand on addresses
        killers.forEach(SessionKiller::moved);
    }

    // ---- sessions

    /** Ends the sessions of one loop when it is told to, and why. */
    public interface SessionKiller {
        /** Any thread. */
        void kill(char who);

        /** The server is somewhere else: its connections serve nobody after those who use them now. Any thread. */
        default void moved() {}
    }

    /** Adds what ends the sessions of a loop. */
    public void attach(SessionKiller killer) {
        killers.add(killer);
    }

    /** Takes away what {@link #attach} added. */
    public void detach(SessionKiller killer) {
        killers.remove(killer);
    }

    /** How many loops have sessions to end. */
    public int killers() {
        return killers.size();
    }

    /**
     * Ends all sessions that use the server, soon.
     *
     * @param who why, as logs say it: {@link io.tandem.node.rules.Termination#DOWN} and its neighbours
     */
    public void killSessions(char who) {
        killers.forEach(killer -> killer.kill(who));
    }

    // ---- slots

    /** Who waits for this server and no other. */
    public QueueLine queue() {
        return queue;
    }

    /** How many sessions it takes at once, as set now: by the configuration or at run time. */
    public ServerLimits limits() {
        return limits;
    }

    /** {@code set maxconn server}; 0 for no limit. */
    public synchronized void maxConnections(int limit) {
        ServerLimits now = limits;
        int least = Math.min(now.minConnections() == now.maxConnections() ? limit : now.minConnections(), limit);
        limits = new ServerLimits(limit, least, now.maxQueue(), now.slowStartMs());
        meters.limit(limit);
        backend.queues().serve(this);
    }

    /** How many sessions it takes at this moment; 0 for any number. */
    public int limitNow() {
        ServerLimits now = limits;
        int limit = now.maxConnections();
        if (limit == 0) {
            return 0;
        }
        if (now.minConnections() < limit) {
            int full = backend.fullConnections();
            int sessions = backend.sessions();
            if (sessions < full) {
                limit = (int) Math.max(now.minConnections(), (long) limit * sessions / full);
            }
        }
        int warmth = slowStart.warmth(now.slowStartMs(), now.slowStartMs() == 0 ? 0 : clockNs.getAsLong());
        return warmth == 100 ? limit : (int) Math.max(1, (long) limit * warmth / 100);
    }

    /** Whether it may take one more session now. */
    boolean hasSlot() {
        int limit = limitNow();
        return isRunning() && (limit == 0 || meters.current() < limit);
    }

    /** Whether a session that comes now would have to wait. */
    public boolean isFull() {
        int limit = limitNow();
        return limit > 0 && (queue.length() > 0 || meters.current() >= limit);
    }

    /**
     * Takes a slot for a session that finds nobody waiting for one; any thread.
     *
     * @return false where it has to stand in line
     */
    public boolean tryTake() {
        if (limits.maxConnections() == 0) {
            meters.reserve(0);
            return true;
        }
        return queue.length() == 0
                && (backend.queues().ofBackend().length() == 0 || !isUsable())
                && meters.reserve(limitNow());
    }

    /** Takes a slot for somebody who waits. */
    boolean reserve() {
        return meters.reserve(limitNow());
    }

    /** A slot that was taken is not needed. */
    void giveBack() {
        meters.giveBack();
    }

    /** A session has ended: the slot goes to whoever waits for one. Called by loop {@code loop}. */
    public void release(int loop) {
        meters.end(loop);
        if (backend.queues().waiting() > 0) {
            backend.queues().serve(this);
        }
    }

    // ---- slow start

    /** Its weight as far as it has started. */
    public int effectiveWeight() {
        return (weight * warmSteps() + SlowStart.STEPS - 1) / SlowStart.STEPS;
    }

    /** How much of its weight it has reached, per cent; 100 where it is not starting. */
    public int warmth() {
        return warmSteps() * 100 / SlowStart.STEPS;
    }

    /** The same in sixteenths, at least one. */
    public int warmSteps() {
        int lastsMs = limits.slowStartMs();
        return lastsMs == 0 ? SlowStart.STEPS : slowStart.steps(lastsMs, clockNs.getAsLong());
    }

    private static boolean isUp(Health health) {
        return health == Health.UP || health == Health.GOING_DOWN || health == Health.STOPPING;
    }

    /**
     * Whether an operator or the configuration ({@code disabled}) took it out, or the server it follows, or its name could
     * not be resolved.
     */
    public boolean maintenance() {
        return maintenance || unresolved || inheritedMaintenance;
    }

    /** Whether it is itself that was taken out. */
    public boolean ownMaintenance() {
        return maintenance;
    }

    /** Whether the server it follows is in maintenance: bit 2 of {@code srv_admin_state}. */
    public boolean inheritedMaintenance() {
        return inheritedMaintenance;
    }

    /** Whether the configuration says {@code disabled}, whatever is the case now: bit 4 of {@code srv_admin_state}. */
    public boolean maintenanceByConfiguration() {
        return maintenanceByConfiguration;
    }

    /** Whether nobody knows its address: bit 32 of {@code srv_admin_state}. */
    public boolean unresolved() {
        return unresolved;
    }

    /** Its name was set at run time: bit 64 of {@code srv_admin_state}, from its next change on. */
    public void hostSet() {
        hostSet = true;
        if (unresolved) {
            hostSetShows = true;
        }
    }

    /** Whether it shows that its name was set at run time. */
    public boolean showsHostSet() {
        return hostSetShows;
    }

    /**
     * Its address is known again.
     *
     * @param checked whether its health is checked: it is up then, but the first failure takes it down
     */
    synchronized void resolved(boolean checked, long nowMs) {
        boolean wasRunning = isRunning();
        boolean wasUsable = isUsable();
        unresolved = false;
        if (checked && !maintenance()) {
            health = Health.UP;
            healthPoints = rise;
        }
        hostSetShows |= hostSet;
        changed(wasRunning, wasUsable, nowMs);
    }

    /** Its address is not known any more. */
    synchronized void lost(long nowMs) {
        boolean wasRunning = isRunning();
        boolean wasUsable = isUsable();
        unresolved = true;
        hostSetShows |= hostSet;
        changed(wasRunning, wasUsable, nowMs);
    }

    public synchronized void maintenance(boolean maintenance, long nowMs) {
        boolean wasRunning = isRunning();
        boolean wasUsable = isUsable();
        this.maintenance = maintenance;
        hostSetShows |= hostSet;
        changed(wasRunning, wasUsable, nowMs);
    }

    /** Whether an operator asked it, or the one it follows, to take no new clients but those that persistence sends. */
    public boolean draining() {
        return draining || inheritedDrain;
    }

    /** Whether it is itself that drains. */
    public boolean ownDrain() {
        return draining;
    }

    /** Whether the server it follows drains: bit 16 of {@code srv_admin_state}. */
    public boolean inheritedDrain() {
        return inheritedDrain;
    }

    // ---- servers that follow (track)

    /** Takes over what the server it follows says. */
    synchronized void inherit(boolean maintenance, boolean drain, long nowMs) {
        if (inheritedMaintenance != maintenance || inheritedDrain != drain) {
            boolean wasRunning = isRunning();
            boolean wasUsable = isUsable();
            inheritedMaintenance = maintenance;
            inheritedDrain = drain;
            changed(wasRunning, wasUsable, nowMs);
        }
    }

    /** Those that follow this one, in the order in which they are told. */
    public List<Follower> followers() {
        return followers;
    }

    void followers(List<Follower> followers) {
        this.followers = List.copyOf(followers);
    }

    // ---- traffic that is looked at (observe)

    /** Whom errors of its traffic are told, or null. */
    public @Nullable Observer observer() {
        return observer;
    }

    public void observer(@Nullable Observer observer) {
        this.observer = observer;
    }

    // ---- what is known

    public synchronized void draining(boolean draining, long nowMs) {
        boolean wasRunning = isRunning();
        boolean wasUsable = isUsable();
        this.draining = draining;
        changed(wasRunning, wasUsable, nowMs);
    }

    /** 0..256, as set now: by the configuration or at run time. */
    public int weight() {
        return weight;
    }

    public synchronized void weight(int weight) {
        this.weight = weight;
        backend.changed();
        backend.queues().serve(this);
    }

    /** 0..256, as the configuration says. */
    public int initialWeight() {
        return initialWeight;
    }

    /** Whether it answers: neither down nor in maintenance. Such a server may receive clients persistence sends. */
    public boolean isRunning() {
        return !maintenance() && isUp(health);
    }

    /** Whether it may receive new clients. */
    public boolean isUsable() {
        return isRunning() && !draining() && weight > 0 && health != Health.STOPPING;
    }

    /** Wall clock of the last change, milliseconds since 1970. */
    public long changedAtMs() {
        return downtime.changedAtMs();
    }

    /** Total time spent down, milliseconds. */
    public long downtimeMs(long nowMs) {
        return downtime.totalMs(nowMs);
    }

    /** How often it went down or into maintenance: {@code chkdown}. */
    public int downs() {
        return downtime.downs();
    }

    /** What its checks have found. */
    public CheckRecord checks() {
        return checks;
    }

    /** What its agent has said. */
    public CheckRecord agent() {
        return agent;
    }

    /** 0 where its agent said that it is down, 1 otherwise. */
    public int agentPoints() {
        return agentPoints;
    }

    /** Takes note of what its agent said; what follows from it is for {@link #health} to say. */
    public void agentPoints(int points) {
        agentPoints = points;
    }

    /** Whether checks and agent let it serve, perhaps only those it serves already. */
    public boolean isUpByChecks() {
        return isUp(health);
    }

    /** {@code rise}: from so many {@link #healthPoints} on it is up. */
    public int rise() {
        return rise;
    }

    public int fall() {
        return fall;
    }
}

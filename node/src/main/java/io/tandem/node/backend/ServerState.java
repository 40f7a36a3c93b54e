// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.observe.Counters;
import io.tandem.node.observe.Meters;
import java.util.List;
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
        GOING_UP;

        /** Whether checks and agent let it serve, perhaps only those it serves already. */
        public boolean isUp() {
            return this == UP || this == GOING_DOWN || this == STOPPING;
        }
    }

    private final Meters meters;
    private final Counters<PoolCount> poolCounters;
    private final BackendState backend;
    private boolean configured; // guarded by this
    private volatile Health health = Health.UP;
    /** Successes and failures in a row as HAProxy counts them, 0..rise+fall-1; up from {@code rise} on. */
    private volatile int healthPoints = 2;

    private final AdminState admin = new AdminState();
    private volatile ServerLimits limits = ServerLimits.NONE;
    private ServerLimits configuredLimits = ServerLimits.NONE; // guarded by this
    private volatile List<Follower> followers = List.of(); // written when a configuration takes effect
    /** Whom errors of its traffic are told, or null; written when a configuration takes effect. */
    private volatile @Nullable Observer observer;

    private final SlowStart slowStart = new SlowStart();
    private final ServerTarget target = new ServerTarget();
    private final QueueLine queue = new QueueLine();
    private final SessionKillers sessions = new SessionKillers();
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
    private volatile InitialHealth initialHealth = InitialHealth.UP;

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
        admin.configure(disabled, unresolved);
        this.rise = rise;
        this.fall = fall;
        if (!configured) {
            if (unresolved || disabled) {
                healthPoints = 0;
            } else {
                takeInitialHealth();
            }
            if (!health.isUp()) {
                changed(true, true, nowMs);
            }
        } else {
            healthPoints = health.isUp() ? Math.max(rise, Math.min(healthPoints, rise + fall - 1)) : 0;
            health = !health.isUp() ? Health.DOWN : health == Health.STOPPING ? health : Health.UP;
            changed(wasRunning, wasUsable, nowMs);
        }
        configured = true;
        backend.changed(); // weights and limits may be others
        backend.queues().serve(this);
    }

    /** {@code init-state}; to be said before {@link #configure}. */
    void initialHealth(InitialHealth health) {
        initialHealth = health;
    }

    /** It is taken for what {@code init-state} says, until a check has been made. */
    void beginHealth(long nowMs) {
        change(nowMs, this::takeInitialHealth);
    }

    private void takeInitialHealth() {
        health = initialHealth.health(rise);
        healthPoints = initialHealth.points(rise, fall);
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
    public void health(Health health, int points, long nowMs) {
        change(nowMs, () -> {
            this.health = health;
            healthPoints = points;
        });
    }

    /** Takes over the health of the server it follows. */
    synchronized void healthOf(ServerState leader, long nowMs) {
        rise = leader.rise;
        fall = leader.fall;
        health(leader.health, leader.healthPoints, nowMs);
    }

    private synchronized void change(long nowMs, Runnable change) {
        boolean wasRunning = isRunning();
        boolean wasUsable = isUsable();
        change.run();
        changed(wasRunning, wasUsable, nowMs);
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
        sessions.moved();
    }

    /** What ends the sessions that use it. */
    public SessionKillers sessions() {
        return sessions;
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
        limits = limits.with(limit);
        meters.limit(limit);
        backend.queues().serve(this);
    }

    /** How many sessions it takes at this moment; 0 for any number. */
    public int limitNow() {
        ServerLimits now = limits;
        if (now.maxConnections() == 0) {
            return 0;
        }
        int limit = now.isFixed() ? now.maxConnections() : now.at(backend.sessions(), backend.fullConnections());
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

    /**
     * Whether an operator or the configuration ({@code disabled}) took it out, or the server it follows, or its name could
     * not be resolved.
     */
    public boolean maintenance() {
        return admin.maintenance();
    }

    /** The same in detail. */
    public AdminState admin() {
        return admin;
    }

    /**
     * Its address is known again.
     *
     * @param checked whether its health is checked: it is then what {@code init-state} says
     */
    void resolved(boolean checked, long nowMs) {
        change(nowMs, () -> {
            admin.unresolved(false);
            if (checked && !maintenance()) {
                takeInitialHealth();
            }
        });
    }

    /** Its address is not known any more. */
    void lost(long nowMs) {
        change(nowMs, () -> admin.unresolved(true));
    }

    public void maintenance(boolean maintenance, long nowMs) {
        change(nowMs, () -> admin.maintenance(maintenance));
    }

    /** Whether an operator asked it, or the one it follows, to take no new clients but those that persistence sends. */
    public boolean draining() {
        return admin.draining();
    }

    public void draining(boolean draining, long nowMs) {
        change(nowMs, () -> admin.draining(draining));
    }

    // ---- servers that follow (track)

    /** Takes over what the server it follows says. */
    synchronized void inherit(boolean maintenance, boolean drain, long nowMs) {
        if (admin.inheritedMaintenance() != maintenance || admin.inheritedDrain() != drain) {
            change(nowMs, () -> admin.inherit(maintenance, drain));
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
        return !maintenance() && health.isUp();
    }

    /** Whether it may receive new clients. */
    public boolean isUsable() {
        return isRunning() && !draining() && weight > 0 && health != Health.STOPPING;
    }

    /** When it changed last, and how long it was not running. */
    public Downtime downtime() {
        return downtime;
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

    /** {@code rise}: from so many {@link #healthPoints} on it is up. */
    public int rise() {
        return rise;
    }

    public int fall() {
        return fall;
    }
}

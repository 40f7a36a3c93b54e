// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

/**
 * How long a Backup waits: until the Active router has been silent for Active_Down_Interval, and while {@code
 * preempt_delay} runs. Times are those of the election.
 */
final class Waiting {
    private ElectionConfig config;
    private int priority;
    /** Of the Active router, as last heard; the own one until then. */
    private long activeIntervalNs;

    private long downAtNs;
    private Reason whenDown = Reason.DOWN_INTERVAL_EXPIRED;
    private boolean listeningAfterSleep;
    private boolean delayRuns;
    private long delayEndsNs;

    Waiting(ElectionConfig config) {
        this.config = config;
        this.priority = config.priority();
        this.activeIntervalNs = config.advertIntervalNs();
    }

    /** §6.4.1: until an Active router is heard, our own interval counts. */
    void followOwnInterval() {
        activeIntervalNs = config.advertIntervalNs();
    }

    /** Version 3 follows the Active router's interval; in version 2 all have the same. 0 on the wire means nothing. */
    void follow(long intervalNs) {
        activeIntervalNs = config.version() == 2 || intervalNs <= 0 ? config.advertIntervalNs() : intervalNs;
    }

    /** The Active router was heard, or nobody was yet: wait a whole Active_Down_Interval. */
    void restart(long nowNs) {
        whenDown = Reason.DOWN_INTERVAL_EXPIRED;
        listeningAfterSleep = false;
        downAtNs = nowNs + config.downAdverts() * activeIntervalNs + skewNs();
    }

    /** A lower router is Active: the timer runs on, and ends in preemption. */
    void endsInPreemption() {
        whenDown = Reason.LOWER_PRIORITY_PREEMPTED;
    }

    /** The Active router is going or gone: skew alone orders the Backups. */
    void onlySkew(Reason reason, long nowNs) {
        whenDown = reason;
        downAtNs = earlier(downAtNs, nowNs + skewNs());
    }

    /** This process slept: the silence may be our own, so hear one interval before believing it. */
    void listenAfterSleep(long nowNs) {
        listeningAfterSleep = true;
        downAtNs = nowNs + activeIntervalNs + skewNs();
    }

    /** Runs from the first lower advertisement. */
    void delayPreemption(long nowNs) {
        if (!delayRuns) {
            delayRuns = true;
            delayEndsNs = nowNs + config.preemptDelayNs();
        }
    }

    void forgetPreemption() {
        delayRuns = false;
    }

    /** Moves the deadline by the change of the skew. */
    void changePriority(int newPriority) {
        long before = skewNs();
        priority = newPriority;
        downAtNs += skewNs() - before;
    }

    /**
     * Takes a new configuration. The deadline stays where nothing that matters to it changed: many reloads must not keep a
     * Backup from ever taking over.
     */
    void reconfigure(ElectionConfig newConfig, int newPriority, boolean followsOwnInterval, long nowNs) {
        long intervalBefore = activeIntervalNs;
        boolean sameCount = newConfig.downAdverts() == config.downAdverts() && newConfig.version() == config.version();
        long skewBefore = skewNs();
        config = newConfig;
        priority = newPriority;
        if (followsOwnInterval) {
            followOwnInterval();
        }
        if (sameCount && activeIntervalNs == intervalBefore) {
            downAtNs += skewNs() - skewBefore;
        } else {
            restart(nowNs);
        }
    }

    boolean isDown(long nowNs) {
        return nowNs - downAtNs >= 0;
    }

    /** Woken so late that the silence may be our own; true only once for each time. */
    boolean isTooLateToBelieve(long nowNs) {
        return nowNs - downAtNs > activeIntervalNs && !listeningAfterSleep;
    }

    Reason whenDown() {
        return whenDown;
    }

    boolean isDelayOver(long nowNs) {
        return delayRuns && nowNs - delayEndsNs >= 0;
    }

    /** @param mayPreempt whether the end of a preemption's delay is of interest */
    long nextWakeNs(boolean mayPreempt) {
        return delayRuns && mayPreempt ? earlier(delayEndsNs, downAtNs) : downAtNs;
    }

    private long skewNs() {
        return Intervals.skewNs(config.version(), priority, activeIntervalNs);
    }

    private static long earlier(long oneNs, long otherNs) {
        return oneNs - otherNs <= 0 ? oneNs : otherNs;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import io.tandem.config.model.VirtualRouterConfig;

/**
 * What an election must know of its virtual router.
 *
 * @param version 2 or 3
 * @param priority 1..255
 * @param advertIntervalNs positive
 * @param preempt whether a lower-priority Active router is replaced
 * @param preemptDelayNs how long a lower-priority Active router is left alone; 0 for none
 * @param downAdverts missed advertisements until a Backup takes over
 * @param answerLowerPriority whether lower advertisements are answered while Active
 * @param twoRouters whether this router can have one peer only, so that nobody else waits to take over
 * @param refuseStrangers whether only routers are believed that a liveness link has vouched for
 * @param answersHigher whether a higher advertisement is answered by a last one before yielding to it
 * @param ownerIgnores whether an owner that is Active heeds no advertisements
 */
public record ElectionConfig(
        int version,
        int priority,
        long advertIntervalNs,
        boolean preempt,
        long preemptDelayNs,
        int downAdverts,
        boolean answerLowerPriority,
        boolean twoRouters,
        boolean refuseStrangers,
        boolean answersHigher,
        boolean ownerIgnores) {
    public static final int OWNER_PRIORITY = 255;

    public ElectionConfig {
        if (priority < 1
                || priority > OWNER_PRIORITY
                || advertIntervalNs <= 0
                || preemptDelayNs < 0
                || downAdverts < 1) {
            throw new IllegalArgumentException("priority=" + priority + " advertIntervalNs=" + advertIntervalNs
                    + " preemptDelayNs=" + preemptDelayNs + " downAdverts=" + downAdverts);
        }
    }

    /** One that yields without a word, and whose owner hears others. */
    public ElectionConfig(
            int version,
            int priority,
            long advertIntervalNs,
            boolean preempt,
            long preemptDelayNs,
            int downAdverts,
            boolean answerLowerPriority,
            boolean twoRouters,
            boolean refuseStrangers) {
        this(
                version,
                priority,
                advertIntervalNs,
                preempt,
                preemptDelayNs,
                downAdverts,
                answerLowerPriority,
                twoRouters,
                refuseStrangers,
                false,
                false);
    }

    public static ElectionConfig of(VirtualRouterConfig router) {
        return new ElectionConfig(
                router.version(),
                router.priority(),
                router.advertInterval().toNanos(),
                router.preempt(),
                router.preemptDelay().toNanos(),
                router.tuning().downAdverts(),
                router.tuning().answerLowerPriority(),
                router.unicastPeers().size() == 1,
                router.admission().refuseStrangers(),
                router.tuning().manners().answersHigher(),
                router.tuning().manners().ownerIgnores());
    }

    public boolean isOwner() {
        return priority == OWNER_PRIORITY;
    }
}

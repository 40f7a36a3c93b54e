// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

/** When an Active router advertises: by absolute deadlines, so that adverts do not drift. Times are the election's. */
final class AdvertSchedule {
    private long nextNs;
    private long lastNs;
    private long answeredNs;

    /** The router becomes Active: it may answer at once. */
    void begin(ElectionConfig config, long nowNs) {
        answeredNs = nowNs - config.advertIntervalNs();
    }

    /** An advertisement leaves now, and the next an interval later. */
    void advertised(ElectionConfig config, long nowNs) {
        lastNs = nowNs;
        nextNs = nowNs + config.advertIntervalNs();
    }

    /** The regular advertisement leaves, perhaps late; missed ones are not made up for. */
    void advertisedOnTime(ElectionConfig config, long nowNs) {
        long next = nextNs + config.advertIntervalNs();
        advertised(config, nowNs);
        if (nowNs - next < 0) {
            nextNs = next;
        }
    }

    boolean isDue(long nowNs) {
        return nowNs - nextNs >= 0;
    }

    long nextNs() {
        return nextNs;
    }

    /** At most ten answers an interval, so that one talkative router cannot make this one flood the LAN. */
    boolean mayAnswer(ElectionConfig config, long nowNs) {
        if (nowNs - answeredNs < config.advertIntervalNs() / 10) {
            return false;
        }
        answeredNs = nowNs;
        return true;
    }

    /** Whether every peer may have timed out on us: the quickest has priority 254. */
    boolean hasSleptTooLong(ElectionConfig config, long nowNs) {
        return nowNs - lastNs
                > Intervals.downNs(config.version(), 254, config.advertIntervalNs(), config.downAdverts());
    }
}

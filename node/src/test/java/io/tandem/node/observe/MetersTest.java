// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class MetersTest {
    private static final int LOOPS = 8;

    private final Meters meters = new Meters(LOOPS);

    @Test
    void whatEachLoopCountsIsSummed() {
        meters.count(0, ProxyCounter.REQUESTS);
        meters.count(7, ProxyCounter.REQUESTS);
        meters.counters().add(7, ProxyCounter.BYTES_OUT, 1_000);

        assertThat(meters.counters().sum(ProxyCounter.REQUESTS)).isEqualTo(2);
        assertThat(meters.counters().sum(ProxyCounter.BYTES_OUT)).isEqualTo(1_000);
        assertThat(meters.counters().sum(ProxyCounter.SESSIONS)).isZero();
    }

    @Test
    void ratesBeginWithTheFirstEvent() {
        meters.sample();
        assertThat(meters.requestRate().perSecond(0)).isZero();

        meters.count(3, ProxyCounter.REQUESTS);
        assertThat(meters.requestRate().perSecond(1)).isEqualTo(1);

        meters.sample();
        assertThat(meters.requestRate().perSecond()).isEqualTo(1);
        assertThat(meters.requestRate().max()).isEqualTo(1);
        assertThat(new Meters(1).requestRate().max()).isZero();
        for (int i = 0; i < 1000 / Rate.PERIOD_MS; i++) {
            meters.sample();
        }
        assertThat(meters.requestRate().perSecond()).isZero();
    }

    /** A large configuration has tens of thousands of servers, most of them idle. */
    @Test
    void whatNothingHappensToIsSmallHoweverManyLoopsThereAre() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int count = 100;
        Meters[] idle = new Meters[count];
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < count; i++) {
            idle[i] = new Meters(LOOPS);
            idle[i].sample();
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(bytes / idle.length).isLessThan(400);
    }
}

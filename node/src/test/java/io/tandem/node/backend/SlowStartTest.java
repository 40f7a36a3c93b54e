// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.ServerState.Health;
import io.tandem.node.observe.Meters;
import org.junit.jupiter.api.Test;

class SlowStartTest {
    private long nowNs = 5_000_000_000L;
    private final ServerState state = new ServerState(new Meters(1), new BackendState(0), 0, () -> nowNs);

    private void configure(int weight, int maxConnections, int slowStartMs) {
        state.configure(weight, new ServerLimits(maxConnections, 0, 0, slowStartMs), false, false, 2, 3, 0);
    }

    private void downAndUp() {
        state.health(Health.DOWN, 0, 1);
        state.health(Health.UP, 4, 2);
    }

    private void afterMs(int ms) {
        nowNs += ms * 1_000_000L;
    }

    @Test
    void aServerThatStartsWithTheProcessIsAtFullSpeed() {
        configure(100, 0, 10_000);

        assertThat(state.warmth()).isEqualTo(100);
        assertThat(state.effectiveWeight()).isEqualTo(100);
    }

    @Test
    void theWeightOfOneThatIsUpAgainGrowsInSixteenths() {
        configure(200, 0, 10_000);
        downAndUp();

        assertThat(state.effectiveWeight()).isEqualTo(13); // as haproxy 2.6 shows it: 13, 25, 50, 63 and so on
        afterMs(1_300);
        assertThat(state.effectiveWeight()).isEqualTo(25);
        afterMs(1_200);
        assertThat(state.effectiveWeight()).isEqualTo(50);
        assertThat(state.warmth()).isEqualTo(25);
        afterMs(7_490);
        assertThat(state.effectiveWeight()).isEqualTo(188);
        afterMs(10);
        assertThat(state.effectiveWeight()).isEqualTo(200);
    }

    @Test
    void theConnectionsItTakesGrowFromOne() {
        configure(1, 50, 10_000);
        downAndUp();

        assertThat(state.limitNow()).isEqualTo(1);
        afterMs(5_000);
        assertThat(state.limitNow()).isEqualTo(25);
        afterMs(5_000);
        assertThat(state.limitNow()).isEqualTo(50);
    }

    @Test
    void aServerThatGoesDownMeanwhileBeginsAgain() {
        configure(100, 0, 10_000);
        downAndUp();
        afterMs(5_000);
        downAndUp();

        assertThat(state.warmth()).isEqualTo(6);
    }

    @Test
    void withoutSlowstartItIsAtFullSpeedAtOnce() {
        configure(100, 50, 0);
        downAndUp();

        assertThat(state.effectiveWeight()).isEqualTo(100);
        assertThat(state.limitNow()).isEqualTo(50);
    }
}

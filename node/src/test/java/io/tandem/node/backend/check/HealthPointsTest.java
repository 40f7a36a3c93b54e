// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.ServerState.Health;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HealthPointsTest {
    @Test
    void aNewServerGoesDownByItsFirstFailure() {
        assertThat(new HealthPoints(2, 2, 3).after(false).health()).isEqualTo(Health.DOWN);
    }

    @Test
    void aProvenServerGoesDownByFallFailuresInARow() {
        HealthPoints up = new HealthPoints(4, 2, 3);
        assertThat(up.health()).isEqualTo(Health.UP);
        HealthPoints once = up.after(false);
        HealthPoints twice = once.after(false);
        assertThat(once.health()).isEqualTo(Health.GOING_DOWN);
        assertThat(twice.health()).isEqualTo(Health.GOING_DOWN);
        assertThat(twice.after(false).health()).isEqualTo(Health.DOWN);
        assertThat(twice.after(true)).isEqualTo(up);
    }

    @Test
    void aServerComesBackByRiseSuccessesInARow() {
        HealthPoints once = new HealthPoints(0, 2, 3).after(true);
        assertThat(once.health()).isEqualTo(Health.GOING_UP);
        assertThat(once.after(true).health()).isEqualTo(Health.UP);
        assertThat(once.after(false).health()).isEqualTo(Health.DOWN);
    }

    @Property
    void fallFailuresAlwaysEndInDownAndRiseSuccessesInUp(
            @ForAll @IntRange(min = 1, max = 20) int rise,
            @ForAll @IntRange(min = 1, max = 20) int fall,
            @ForAll @IntRange(max = 38) int start) {
        HealthPoints health = new HealthPoints(Math.min(start, rise + fall - 1), rise, fall);
        for (int i = 0; i < fall; i++) {
            health = health.after(false);
        }
        assertThat(health.health()).isEqualTo(Health.DOWN);
        for (int i = 0; i < rise; i++) {
            assertThat(health.isUp()).isFalse();
            health = health.after(true);
        }
        assertThat(health.health()).isEqualTo(Health.UP);
    }
}

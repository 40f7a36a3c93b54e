// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.SessionTimes.Part;
import org.junit.jupiter.api.Test;

/** The values are what haproxy 2.6.12 showed for the same sessions. */
class SessionTimesTest {
    private final SessionTimes times = new SessionTimes(2);

    @Test
    void theAverageIsRoundedUpAndEachValueTakesThe512thPartOfTheSumWithIt() {
        times.add(0, 0, 0, 65, 65);
        assertThat(times.average(Part.RESPONSE, 1)).isEqualTo(65);

        times.add(0, 0, 0, 1, 91);
        assertThat(times.average(Part.RESPONSE, 2)).isEqualTo(33);
        assertThat(times.average(Part.TOTAL, 2)).isEqualTo(78);
        assertThat(times.max(Part.TOTAL)).isEqualTo(91);
    }

    @Test
    void sessionsThatBroughtNoTimeCountAmongThose() {
        times.add(0, 0, 0, 201, 201);

        assertThat(times.average(Part.RESPONSE, 4)).isEqualTo(51);
        assertThat(times.max(Part.RESPONSE)).isEqualTo(201);
    }

    @Test
    void manyShortSessionsAreNearlyForgottenByOneLong() {
        for (int i = 0; i < 1502; i++) {
            times.add(0, 0, 0, 0, 0);
        }
        times.add(0, 0, 0, 5002, 5002);

        assertThat(times.average(Part.RESPONSE, 1503)).isEqualTo(10);
    }

    @Test
    void eachLoopHasAWindowOfItsOwn() {
        for (int i = 0; i < 6000; i++) {
            times.add(0, 0, 0, 100, 100);
        }
        for (int i = 0; i < 10; i++) {
            times.add(1, 0, 0, 100, 100);
        }

        assertThat(times.average(Part.RESPONSE, 6010)).isBetween(97L, 101L);
        assertThat(times.average(Part.QUEUE, 2010)).isZero();
    }

    @Test
    void nothingMeasuredIsNothing() {
        assertThat(times.average(Part.QUEUE, 7)).isZero();
        assertThat(times.max(Part.QUEUE)).isZero();
    }
}

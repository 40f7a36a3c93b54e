// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.Observing;
import io.tandem.node.backend.ServerState.Health;

/**
 * How results of checks add up to health. Pure.
 *
 * <p>As HAProxy, one number tells all: below {@code rise} a server is down, and counts its successes in a row; from there
 * on it is up, and counts its failures in a row from {@code rise + fall - 1} downwards. A server begins at {@code rise}: up,
 * and down by its first failure.
 *
 * @param points 0..rise+fall-1
 */
record HealthPoints(int points, int rise, int fall) {
    HealthPoints after(boolean passed) {
        return new HealthPoints(passed ? afterSuccess() : afterFailure(), rise, fall);
    }

    /** After too many errors in a row were seen in its traffic. */
    HealthPoints after(Observing.OnError errors) {
        int start =
                switch (errors) {
                    case FASTINTER -> points;
                    case FAIL_CHECK -> afterFailure();
                    case SUDDEN_DEATH -> new HealthPoints(Math.min(points, rise + 1), rise, fall).afterFailure();
                    case MARK_DOWN -> new HealthPoints(Math.min(points, rise), rise, fall).afterFailure();
                };
        return new HealthPoints(start, rise, fall);
    }

    private int afterSuccess() {
        return points + 1 >= rise ? rise + fall - 1 : points + 1;
    }

    private int afterFailure() {
        return points > rise ? points - 1 : 0;
    }

    Health health() {
        if (points >= rise) {
            return points == rise + fall - 1 ? Health.UP : Health.GOING_DOWN;
        }
        return points > 0 ? Health.GOING_UP : Health.DOWN;
    }

    /** Whether no failure is remembered. */
    boolean isFull() {
        return points == rise + fall - 1;
    }

    boolean isUp() {
        return points >= rise;
    }
}

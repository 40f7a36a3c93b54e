// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a server that is checked is taken for before its first check: at its start, when its name has been resolved, and when it
 * leaves maintenance ({@code init-state}, HAProxy 3.1).
 */
public enum InitialHealth {
    /** Up; as many checks as {@code fall} says have to fail before it is down. */
    FULLY_UP,
    /** Up, but the first failure takes it down. */
    UP,
    /** Down, but the first success takes it up. */
    DOWN,
    /** Down until as many checks have passed as {@code rise} says. */
    FULLY_DOWN;

    /** The one of that name, or null. */
    static @Nullable InitialHealth named(String word) {
        for (InitialHealth health : values()) {
            if (health.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(word)) {
                return health;
            }
        }
        return null;
    }

    /** Successes and failures in a row as HAProxy counts them, 0..rise+fall-1. */
    int points(int rise, int fall) {
        return switch (this) {
            case FULLY_UP -> rise + fall - 1;
            case UP -> rise;
            case DOWN -> rise - 1;
            case FULLY_DOWN -> 0;
        };
    }

    ServerState.Health health(int rise) {
        return switch (this) {
            case FULLY_UP, UP -> ServerState.Health.UP;
            case DOWN -> rise > 1 ? ServerState.Health.GOING_UP : ServerState.Health.DOWN;
            case FULLY_DOWN -> ServerState.Health.DOWN;
        };
    }
}

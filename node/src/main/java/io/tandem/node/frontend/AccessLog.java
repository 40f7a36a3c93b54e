// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** Writes the line about an exchange. Called on its event loop, must not block. */
@FunctionalInterface
public interface AccessLog {
    AccessLog NONE = facts -> {};

    /** A connection was accepted: proxies without a log format write their line now. */
    default void accepted(Facts facts) {}

    /** A connection ended before anything could be asked, because of its TLS; {@code why} in HAProxy's words. */
    default void failed(Facts facts, String why) {}

    /** Whether lines are written as soon as the response, or the connection of a TCP session, has begun. */
    default boolean isEarly() {
        return false;
    }

    /** How many lines it has written ({@code %lc}). Any thread. */
    default long lines() {
        return 0;
    }

    /** An exchange, or a TCP session, has ended. */
    void log(Facts facts);

    /**
     * A line more, about an exchange that goes on ({@code log-steps}, {@code do-log}).
     *
     * @param profile the log profile that words it, whatever its targets name; null for theirs
     */
    default void more(Facts facts, LogStep step, @Nullable String profile) {}
}

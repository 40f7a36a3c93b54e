// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import org.jspecify.annotations.Nullable;

/**
 * One thing the operator must know about a configuration.
 *
 * @param severity how bad it is
 * @param origin the word it is about, or null where no single word is to blame
 * @param text the whole message as HAProxy words it, without the {@code [ALERT] (pid) : config : } in front
 * @param remedy what to write instead, or null; printed as an indented line below the message, never by {@code -c} where
 *     HAProxy's wording is complete in itself
 */
public record Problem(Severity severity, @Nullable Origin origin, String text, @Nullable String remedy) {
    public static Problem alert(@Nullable Origin origin, String text) {
        return new Problem(Severity.ALERT, origin, text, null);
    }

    public static Problem warning(@Nullable Origin origin, String text) {
        return new Problem(Severity.WARNING, origin, text, null);
    }
}

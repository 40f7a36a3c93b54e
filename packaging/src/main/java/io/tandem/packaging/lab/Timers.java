// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The virtual router's timers where keepalived is measured. */
public enum Timers {
    /** keepalived's own: version 2 with a password, an advertisement a second, scripts every second. */
    DEFAULT,
    /** Usual fast ones: version 3, an advertisement every 0.1 s. */
    QUICK,
    /** The least it accepts: version 3, every 0.01 s. */
    BEST;

    /** The word of the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The timers of that word. */
    public static Optional<Timers> of(String word) {
        return Arrays.stream(values())
                .filter(timers -> timers.word().equals(word))
                .findFirst();
    }

    /** All words, for messages. */
    public static String words() {
        return Arrays.stream(values()).map(Timers::word).collect(Collectors.joining("|"));
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The signals that stand for keepalived's. USR1 and USR2 are HAProxy's here (stop softly, reload), and a JVM hears no
 * real-time signal: dumps are asked for by others, which {@code tandem vrrp --signum=NAME} tells.
 */
final class KeepalivedSignals {
    /** A signal's name without SIG, and its number on Linux for x86 and ARM. */
    record Signal(String name, int number) {}

    /** What {@code --signum} knows, by keepalived's names. */
    static final Map<String, Signal> BY_NAME;

    /** Which dump is written for which signal. */
    static final Map<Signal, String> DUMPS;

    static {
        Signal data = new Signal("URG", 23);
        Signal stats = new Signal("WINCH", 28);
        Signal cleared = new Signal("VTALRM", 26);
        Signal json = new Signal("IO", 29);
        Map<String, Signal> names = new LinkedHashMap<>();
        names.put("STOP", new Signal("TERM", 15));
        names.put("RELOAD", new Signal("HUP", 1));
        names.put("DATA", data);
        names.put("STATS", stats);
        names.put("STATS_CLEAR", cleared);
        names.put("JSON", json);
        BY_NAME = Map.copyOf(names);
        DUMPS = Map.of(data, "data", stats, "stats", cleared, "stats-clear", json, "json");
    }

    private KeepalivedSignals() {}
}

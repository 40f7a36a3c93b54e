// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import java.util.List;

/** Names of syslog's facilities and levels as {@code log} lines write them (HAProxy manual 3.1, {@code log}). */
final class Facility {
    private static final List<String> FACILITIES = List.of(
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2", "ftp", "ntp",
            "audit", "alert", "cron2", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7");

    private static final List<String> LEVELS =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private Facility() {}

    /** 0..23, or -1 for no facility. */
    static int facility(String name) {
        return FACILITIES.indexOf(name);
    }

    /** 0..7, smaller is worse, or -1 for no level. */
    static int level(String name) {
        return LEVELS.indexOf(name);
    }
}

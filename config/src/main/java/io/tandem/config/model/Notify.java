// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who is told when a virtual router or a sync group moves.
 *
 * @param scripts run at the moment they are named for
 * @param any run at every transition, with keepalived's four arguments behind its own, or null
 * @param tellsDeleted whether a router that a reload took away is told of as DELETED; else as FAULT
 * @param tellsPriorities whether changes of the priority are written to the FIFOs
 * @param mails whether mails are sent
 */
public record Notify(
        Map<Moment, Script> scripts,
        @Nullable Script any,
        boolean tellsDeleted,
        boolean tellsPriorities,
        boolean mails) {
    public static final Notify NONE = new Notify(Map.of(), null, false, false, false);

    /** What a script may be for. */
    public enum Moment {
        MASTER,
        BACKUP,
        FAULT,
        STOP,
        DELETED,
        /** An Active router heard an advertisement of a lower priority. */
        MASTER_RX_LOWER_PRI
    }

    public Notify {
        scripts = Map.copyOf(scripts);
    }

    /** Whether there is anything to do at all. */
    public boolean isNone() {
        return scripts.isEmpty() && any == null && !tellsPriorities && !mails;
    }

    /** All of them. */
    public Stream<Script> all() {
        return Stream.concat(scripts.values().stream(), Stream.ofNullable(any));
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What concerns all virtual routers of a node (keepalived's {@code global_defs}).
 *
 * @param routerId names this node in mails, or null for the host's name
 * @param fifos told of transitions; at most two
 * @param fifosOnReload whether a reload writes every state to them again
 * @param mail null where no mails are sent
 * @param startup run and waited for before anything else, or null
 * @param startupLimit how long it may take
 * @param shutdown run and waited for when all is over, or null
 * @param shutdownLimit how long it may take
 * @param startupDelay from the start of the process to that of its virtual routers
 */
public record VrrpGlobals(
        @Nullable String routerId,
        List<NotifyFifo> fifos,
        boolean fifosOnReload,
        @Nullable MailConfig mail,
        @Nullable Script startup,
        Duration startupLimit,
        @Nullable Script shutdown,
        Duration shutdownLimit,
        Duration startupDelay) {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    public static final VrrpGlobals DEFAULT =
            new VrrpGlobals(null, List.of(), false, null, null, LIMIT, null, LIMIT, Duration.ZERO);

    public VrrpGlobals {
        fifos = List.copyOf(fifos);
    }
}

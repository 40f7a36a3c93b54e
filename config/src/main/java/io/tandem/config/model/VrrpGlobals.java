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
 * @param host where on the host they run
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
        Duration startupDelay,
        Host host) {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    public static final VrrpGlobals DEFAULT =
            new VrrpGlobals(null, List.of(), false, null, null, LIMIT, null, LIMIT, Duration.ZERO);

    /** On a host as it is. */
    public VrrpGlobals(
            @Nullable String routerId,
            List<NotifyFifo> fifos,
            boolean fifosOnReload,
            @Nullable MailConfig mail,
            @Nullable Script startup,
            Duration startupLimit,
            @Nullable Script shutdown,
            Duration shutdownLimit,
            Duration startupDelay) {
        this(
                routerId,
                fifos,
                fifosOnReload,
                mail,
                startup,
                startupLimit,
                shutdown,
                shutdownLimit,
                startupDelay,
                Host.PLAIN);
    }

    public VrrpGlobals {
        fifos = List.copyOf(fifos);
    }

    /**
     * What of the host they take part in, and when.
     *
     * @param namespace the network namespace that the whole node lives in, as {@code ip netns} names it, or null
     * @param linkDelays how long interfaces must have changed before it counts
     * @param delayAfterBoot the earliest start of virtual routers after that of the host
     */
    public record Host(@Nullable String namespace, List<LinkDelay> linkDelays, Duration delayAfterBoot) {
        public static final Host PLAIN = new Host(null, List.of(), Duration.ZERO);

        public Host {
            linkDelays = List.copyOf(linkDelays);
        }
    }

    /**
     * How long an interface must have been down, or up again, before its virtual routers heed it.
     *
     * @param down zero: at once; at most 255 s
     * @param up likewise
     */
    public record LinkDelay(String interfaceName, Duration down, Duration up) {
        /** The longest that it may be down unheeded: then the Backups of these routers take over, and two are active. */
        public Duration patience(List<VirtualRouterConfig> routers) {
            return routers.stream()
                    .filter(router -> router.interfaceName().equals(interfaceName))
                    .map(router -> router.advertInterval()
                            .multipliedBy(Math.max(0, router.tuning().downAdverts() - 1)))
                    .min(Duration::compareTo)
                    .orElse(down);
        }
    }
}

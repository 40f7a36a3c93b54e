// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A route that moves with a virtual router (ip-route(8)); numbers are rtnetlink's.
 *
 * @param family of destination and gateways
 * @param type 1 unicast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw
 * @param destination null for the default route
 * @param prefixLength 0..32 or 0..128
 * @param hops none for types that go nowhere; with several the kernel spreads the traffic
 * @param preferredSource of packets this host sends along the route, or null
 * @param priority the metric, or null for the kernel's
 * @param table 1..2^32-1; 254 is main
 * @param scope 0 global, 253 link, 254 host
 * @param protocol who made it; 18 is keepalived
 * @param tos type of service, 0 for any
 * @param metrics what else the route says (RTA_METRICS): MTU, window and the like by their numbers
 * @param append whether it goes behind routes of the same kind, not before
 * @param tracked whether it is put back when somebody removes it
 */
public record VirtualRoute(
        AddressFamily family,
        int type,
        @Nullable InetAddress destination,
        int prefixLength,
        List<Hop> hops,
        @Nullable InetAddress preferredSource,
        @Nullable Integer priority,
        int table,
        int scope,
        int protocol,
        int tos,
        Map<Integer, Integer> metrics,
        boolean append,
        boolean tracked) {
    /** Type: an ordinary route. */
    public static final int UNICAST = 1;

    public VirtualRoute {
        hops = List.copyOf(hops);
        metrics = Map.copyOf(metrics);
    }

    /**
     * A next hop.
     *
     * @param via the gateway, or null for a network on the link
     * @param interfaceName the way out, or null to let the gateway decide
     * @param weight 1..256, among several
     * @param onLink whether the gateway is reachable although no route says so
     */
    public record Hop(@Nullable InetAddress via, @Nullable String interfaceName, int weight, boolean onLink) {}

    /** What {@code ip route del} needs to tell it from others. */
    public String toCommand() {
        return (destination == null ? "default" : destination.getHostAddress() + "/" + prefixLength) + " table "
                + Integer.toUnsignedString(table) + " proto " + protocol
                + (tos == 0 ? "" : " tos 0x" + Integer.toHexString(tos))
                + (priority == null ? "" : " metric " + Integer.toUnsignedString(priority));
    }

    /** As ip-route(8) begins it: {@code 10.0.0.0/8 table 100}. */
    @Override
    public String toString() {
        return (destination == null ? "default" : destination.getHostAddress() + "/" + prefixLength)
                + (table == 254 ? "" : " table " + Integer.toUnsignedString(table));
    }
}

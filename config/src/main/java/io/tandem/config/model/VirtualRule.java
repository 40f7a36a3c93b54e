// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A routing rule that moves with a virtual router, or stands as long as the node runs (ip-rule(8)); numbers are rtnetlink's.
 *
 * @param family of the addresses
 * @param from null for any source
 * @param to null for any destination
 * @param inverted whether it applies to what does not match
 * @param action 1 a table, 2 goto, 3 nop, 6 blackhole, 7 unreachable, 8 prohibit
 * @param table of action 1, as unsigned number; 0 with {@code l3mdev}
 * @param target the preference to go to, of action 2
 * @param preference its place among the rules; keepalived gives one to those without
 * @param match what else it asks for
 * @param realms source realm in the upper half, destination in the lower, 0 for none
 * @param suppressPrefixLength routes with a shorter or equal prefix do not count; −1 for none
 * @param suppressGroup routes over interfaces of this group do not count; −1 for none
 * @param l3mdev whether the table is that of the packet's VRF
 * @param protocol who made it; 18 is keepalived
 * @param tracked whether it is put back when somebody removes it
 */
public record VirtualRule(
        AddressFamily family,
        @Nullable Network from,
        @Nullable Network to,
        boolean inverted,
        int action,
        int table,
        int target,
        int preference,
        Match match,
        int realms,
        int suppressPrefixLength,
        int suppressGroup,
        boolean l3mdev,
        int protocol,
        boolean tracked) {
    public static final int TABLE = 1;
    public static final int GOTO = 2;
    public static final int NOP = 3;

    /** An address and how much of it counts. */
    public record Network(InetAddress address, int prefixLength) {}

    /**
     * What a packet must have besides its addresses.
     *
     * @param incoming the interface it came by, or null
     * @param outgoing the interface a local socket is bound to, or null
     * @param tos 0 for any
     * @param mark null for any
     * @param mask of the mark; null for all bits
     * @param tunnel null for any
     * @param ipProtocol 0 for any
     * @param uids of the local socket's owner, or null
     * @param sourcePorts null for any
     * @param destinationPorts null for any
     */
    public record Match(
            @Nullable String incoming,
            @Nullable String outgoing,
            int tos,
            @Nullable Integer mark,
            @Nullable Integer mask,
            @Nullable Long tunnel,
            int ipProtocol,
            @Nullable Range uids,
            @Nullable Range sourcePorts,
            @Nullable Range destinationPorts) {
        public static final Match ANY = new Match(null, null, 0, null, null, null, 0, null, null, null);
    }

    /** From the first to the last, both included. */
    public record Range(int first, int last) {}

    /** What {@code ip rule del} needs to tell it from others. */
    public String toCommand() {
        return "pref " + Integer.toUnsignedString(preference) + " protocol " + protocol + " from " + text(from)
                + (to == null ? "" : " to " + text(to));
    }

    /** As ip-rule(8) begins it: {@code 32000: from 10.0.0.0/8}. */
    @Override
    public String toString() {
        return Integer.toUnsignedString(preference) + ": "
                + (inverted ? "not " : "")
                + "from " + text(from)
                + (to == null ? "" : " to " + text(to))
                + (action == TABLE && table != 0 ? " table " + Integer.toUnsignedString(table) : "");
    }

    private static String text(@Nullable Network network) {
        return network == null ? "all" : network.address().getHostAddress() + "/" + network.prefixLength();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An address to put on an interface.
 *
 * @param label alias, or null; IPv4 only
 * @param scope rtnetlink's number
 * @param flags IFA_F_* bits
 * @param preferredSeconds until which it is chosen as a source, at most {@code validSeconds}; 0 for never
 * @param validSeconds after which the kernel removes it unless renewed, or {@link Addresses#FOREVER}
 * @param tag IFA_PROTO, 0 for none
 * @param peer the other end of a point-to-point link, or null
 * @param broadcast or null; IPv4 only
 */
public record AddressRequest(
        InetAddress address,
        int prefixLength,
        int interfaceIndex,
        @Nullable String label,
        int scope,
        int flags,
        int preferredSeconds,
        int validSeconds,
        int tag,
        @Nullable InetAddress peer,
        @Nullable InetAddress broadcast) {
    /** Flag: without duplicate address detection. */
    public static final int NODAD = 0x02;

    /** Flag: makes no route to its network. */
    public static final int NOPREFIXROUTE = 0x200;

    /** Whether both are one address to the kernel. */
    public boolean isAlso(@Nullable AddressRequest other) {
        return other != null
                && address.equals(other.address)
                && prefixLength == other.prefixLength
                && interfaceIndex == other.interfaceIndex
                && Objects.equals(peer, other.peer);
    }

    /** The same, never chosen as a source. */
    public AddressRequest deprecated() {
        return new AddressRequest(
                address, prefixLength, interfaceIndex, label, scope, flags, 0, validSeconds, tag, peer, broadcast);
    }

    /** The same on another interface, alone: no label, no network. */
    public AddressRequest aloneOn(int index) {
        boolean six = address instanceof Inet6Address;
        int kept = six ? flags & NODAD | NOPREFIXROUTE : flags & NODAD;
        return new AddressRequest(
                address, six ? 128 : 32, index, null, 0, kept, preferredSeconds, validSeconds, tag, null, null);
    }
}

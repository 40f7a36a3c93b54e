// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An interface of the virtual router's own, above its network's: keepalived's {@code use_vmac} and {@code use_ipvlan}.
 *
 * @param kind what it is
 * @param name at most 15 bytes, or null for {@code vrrp.VRID}
 * @param mac such as {@code 02:00:00:00:01:33}, or null for the virtual router's of RFC 9568 7.3; macvlan only
 * @param advertiseByParent whether advertisements leave by the interface below ({@code vmac_xmit_base})
 * @param everywhere whether addresses on other interfaces get one there as well ({@code use_vmac_addr})
 * @param source an ipvlan's own address, which advertisements come from; else null
 * @param ipvlanMode 0 bridge, 1 private, 2 vepa
 */
public record OwnInterface(
        Kind kind,
        @Nullable String name,
        @Nullable String mac,
        boolean advertiseByParent,
        boolean everywhere,
        @Nullable InetAddress source,
        int ipvlanMode) {
    /** A macvlan of the default name that carries the virtual router's MAC and its advertisements. */
    public static final OwnInterface VMAC = vmac(null, false);

    /** What the interface is. */
    public enum Kind {
        /** Has a MAC of its own. */
        MACVLAN,
        /** Shares its parent's MAC. */
        IPVLAN
    }

    /** A macvlan with the MAC of RFC 9568 7.3. */
    public static OwnInterface vmac(@Nullable String name, boolean advertiseByParent) {
        return new OwnInterface(Kind.MACVLAN, name, null, advertiseByParent, false, null, 0);
    }
}

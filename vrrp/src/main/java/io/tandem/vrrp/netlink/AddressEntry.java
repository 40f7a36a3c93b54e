// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.net.InetAddress;

/**
 * An address on an interface.
 *
 * @param label alias such as {@code eth0:1}; the interface's name or empty otherwise
 * @param scope rtnetlink's number: 0 global, 253 link, 254 host
 * @param tag IFA_PROTO: who put it there; 0 unknown. Tandem's own are {@link Addresses#TAG}
 * @param validSeconds remaining lifetime, or {@link Addresses#FOREVER}
 * @param tentative IPv6 whose uniqueness is not shown yet, or was refuted: nothing may be sent from it (RFC 4862 5.4)
 */
public record AddressEntry(
        InetAddress address,
        int prefixLength,
        int interfaceIndex,
        String label,
        int scope,
        int tag,
        long validSeconds,
        boolean tentative) {}

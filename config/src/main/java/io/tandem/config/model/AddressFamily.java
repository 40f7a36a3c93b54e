// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.Inet4Address;
import java.net.InetAddress;

/** The network layer of a virtual router. */
public enum AddressFamily {
    /** IPv4. */
    INET,
    /** IPv6. */
    INET6;

    /** That of an address. */
    public static AddressFamily of(InetAddress address) {
        return address instanceof Inet4Address ? INET : INET6;
    }
}

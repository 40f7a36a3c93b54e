// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

/** The network layer of a virtual router. */
public enum AddressFamily {
    /** IPv4. */
    INET,
    /** IPv6. */
    INET6
}

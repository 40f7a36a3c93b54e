// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address that moves with a virtual router.
 *
 * @param address the address
 * @param prefixLength 0..32 or 0..128; keepalived's default is 32 and 128
 * @param interfaceName the interface to put it on, or null for the virtual router's own
 * @param label an alias such as {@code eth0:1}, or null
 * @param scope rtnetlink's scope number; 0 is global
 */
public record VirtualAddress(
        InetAddress address, int prefixLength, @Nullable String interfaceName, @Nullable String label, int scope) {}

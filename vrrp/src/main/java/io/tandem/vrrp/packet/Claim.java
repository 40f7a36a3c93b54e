// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.InetAddress;

/** That a host says it has an address, by ARP or by a neighbour advertisement. */
public record Claim(InetAddress address, MacAddress holder) {}

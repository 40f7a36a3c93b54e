// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;

/** The addresses that warm-up uses: of the blocks for benchmarks (RFC 2544, RFC 5180), which no network uses. */
final class Scratch {
    static final InetAddress ADDRESS = address("c613fffe");
    static final InetAddress SIX = address("20010002000000000000000000000001");

    private Scratch() {}

    private static InetAddress address(String hex) {
        try {
            return InetAddress.getByAddress(HexFormat.of().parseHex(hex));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}

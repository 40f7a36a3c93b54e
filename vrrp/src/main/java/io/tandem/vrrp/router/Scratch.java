// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The address that warm-up puts on and takes off: of the block for benchmarks (RFC 2544), which no network uses. */
final class Scratch {
    static final InetAddress ADDRESS = address();

    private Scratch() {}

    private static InetAddress address() {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 198, 19, (byte) 255, (byte) 254});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.frontend.Peer;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The addresses of this host. Asking the kernel takes tens of microseconds, so its answer serves for a second. Immutable; the
 * current one is in {@link #now}.
 */
final class LocalAddresses {
    private static final long FRESH_NS = 1_000_000_000L;
    private static final int LOOPBACK = 127;

    private static volatile LocalAddresses last = new LocalAddresses(List.of(), 0, false); // any loop replaces it

    private final List<byte[]> addresses;
    private final long readNs;
    private final boolean known;

    private LocalAddresses(List<byte[]> addresses, long readNs, boolean known) {
        this.addresses = addresses;
        this.readNs = readNs;
        this.known = known;
    }

    static LocalAddresses now(long nowNs) {
        LocalAddresses present = last;
        if (!present.known || nowNs - present.readNs > FRESH_NS) {
            present = new LocalAddresses(read(), nowNs, true);
            last = present;
        }
        return present;
    }

    private static List<byte[]> read() {
        try {
            return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(InetAddress::getAddress)
                    .toList();
        } catch (SocketException unknown) {
            return List.of();
        }
    }

    /** Whether the address is this host's; that of a unix socket is. */
    boolean has(Peer peer) {
        byte[] address = peer.address();
        int length = peer.length();
        if (length == 0 || (length == 4 && address[0] == LOOPBACK)) {
            return true;
        }
        for (byte[] own : addresses) {
            if (own.length == length && Arrays.equals(own, 0, length, address, 0, length)) {
                return true;
            }
        }
        return false;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a server is known by name rather than by address.
 *
 * @param host the name as written; that of a service where {@code service}
 * @param service whether addresses, ports and weights come from SRV records
 * @param resolvers the section that searches for it at run time; null where it is only looked up at start
 */
public record ServerNaming(String host, boolean service, @Nullable String resolvers, Preferences preferences) {
    /**
     * Which address is taken.
     *
     * @param prefersIpv4 {@code resolve-prefer ipv4}
     * @param networks {@code resolve-net}: addresses in these come first
     * @param allowsDuplicates {@code resolve-opts allow-dup-ip}
     * @param ignoresWeights {@code resolve-opts ignore-weight}
     */
    public record Preferences(
            boolean prefersIpv4, List<Network> networks, boolean allowsDuplicates, boolean ignoresWeights) {
        public static final Preferences DEFAULT = new Preferences(false, List.of(), false, false);

        public Preferences {
            networks = List.copyOf(networks);
        }

        /** Whether an address is in one of the networks. */
        public boolean isNear(InetAddress address) {
            byte[] bytes = address.getAddress();
            return networks.stream().anyMatch(network -> network.contains(bytes));
        }
    }

    /**
     * An address and how many bits of it count.
     *
     * @param address 4 or 16 bytes; not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    public record Network(byte[] address, int length) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < length; bit++) {
                int mask = 0x80 >> (bit & 7);
                if (((address[bit >> 3] ^ other[bit >> 3]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}

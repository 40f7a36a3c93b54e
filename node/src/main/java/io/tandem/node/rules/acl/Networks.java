// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A set of IPv4 and IPv6 networks: per mask a sorted list of the networks under it, so that a look-up costs one binary
 * search for each mask in use however long the list is.
 */
final class Networks {
    private final List<Masked4> ipv4 = new ArrayList<>();
    private final List<Masked6> ipv6 = new ArrayList<>();

    private static final class Masked4 {
        final long mask;
        long[] networks = new long[0];
        int count;

        Masked4(long mask) {
            this.mask = mask;
        }

        void add(long network) {
            if (count == networks.length) {
                networks = Arrays.copyOf(networks, Math.max(4, count * 2));
            }
            int at = count;
            if (count > 0 && networks[count - 1] > network) {
                at = Arrays.binarySearch(networks, 0, count, network);
                if (at >= 0) {
                    return;
                }
                at = -at - 1;
            }
            System.arraycopy(networks, at, networks, at + 1, count - at);
            networks[at] = network;
            count++;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Masked6(byte[] mask, List<byte[]> networks) {}

    void add(long address, long mask) {
        Masked4 list = ipv4.stream().filter(m -> m.mask == mask).findFirst().orElseGet(() -> {
            Masked4 fresh = new Masked4(mask);
            ipv4.add(fresh);
            return fresh;
        });
        list.add(address & mask);
    }

    void add(byte[] address, byte[] mask) {
        Masked6 list = ipv6.stream()
                .filter(m -> Arrays.equals(m.mask(), mask))
                .findFirst()
                .orElseGet(() -> {
                    Masked6 fresh = new Masked6(mask, new ArrayList<>());
                    ipv6.add(fresh);
                    return fresh;
                });
        byte[] network = new byte[16];
        for (int i = 0; i < 16; i++) {
            network[i] = (byte) (address[i] & mask[i]);
        }
        int at = search(list.networks(), network, 0, mask);
        if (at < 0) {
            list.networks().add(-at - 1, network);
        }
    }

    /** An IPv4 address is also looked for among IPv6 networks as {@code ::ffff:a.b.c.d}, and the other way round. */
    boolean contains(Sample value) {
        if (value.type == SampleType.IPV4) {
            return contains4(value.number);
        }
        if (contains6(value.bytes, value.start)) {
            return true;
        }
        for (int i = 0; i < 10; i++) {
            if (value.bytes[value.start + i] != 0) {
                return false;
            }
        }
        return value.bytes[value.start + 10] == -1
                && value.bytes[value.start + 11] == -1
                && contains4(Text.int32(value.bytes, value.start + 12));
    }

    private boolean contains4(long address) {
        for (int i = 0; i < ipv4.size(); i++) {
            Masked4 list = ipv4.get(i);
            if (Arrays.binarySearch(list.networks, 0, list.count, address & list.mask) >= 0) {
                return true;
            }
        }
        return false;
    }

    private boolean contains6(byte[] bytes, int start) {
        for (int i = 0; i < ipv6.size(); i++) {
            Masked6 list = ipv6.get(i);
            if (search(list.networks(), bytes, start, list.mask()) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static int search(List<byte[]> networks, byte[] bytes, int start, byte[] mask) {
        int low = 0;
        int high = networks.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = compare(networks.get(middle), bytes, start, mask);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private static int compare(byte[] network, byte[] bytes, int start, byte[] mask) {
        for (int i = 0; i < 16; i++) {
            int difference = (network[i] & 0xFF) - (bytes[start + i] & mask[i] & 0xFF);
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }
}

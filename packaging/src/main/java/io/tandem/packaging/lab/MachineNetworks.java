// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The IPv4 networks this machine has addresses in or routes to, so that the lab takes another one. */
final class MachineNetworks {
    private static final Path ROUTES = Path.of("/proc/net/route");
    private static final int DESTINATION = 1;
    private static final int MASK = 7;
    private static final int FIRST_24_BITS = 0xffffff00;

    private MachineNetworks() {}

    /** A network of {@link Topology#NETWORKS} that the machine does not use. */
    static String free() throws IOException {
        List<int[]> used = used(Files.readAllLines(ROUTES));
        return Topology.NETWORKS.stream()
                .filter(network -> used.stream().noneMatch(other -> overlap(number(network + ".0"), other)))
                .findFirst()
                .orElseThrow(() -> new IOException("this machine uses all of the lab's networks: "
                        + String.join(".0/24, ", Topology.NETWORKS) + ".0/24"));
    }

    /** Pairs of network and mask. The default route is everybody's and does not count. */
    static List<int[]> used(List<String> routeLines) throws IOException {
        List<int[]> used = new ArrayList<>();
        for (String line : routeLines.subList(Math.min(1, routeLines.size()), routeLines.size())) {
            List<String> fields = List.of(line.strip().split("\\s+", -1));
            if (fields.size() > MASK) {
                int mask = Integer.reverseBytes(Integer.parseUnsignedInt(fields.get(MASK), 16));
                int network = Integer.reverseBytes(Integer.parseUnsignedInt(fields.get(DESTINATION), 16));
                if (mask != 0) {
                    used.add(new int[] {network, mask});
                }
            }
        }
        for (NetworkInterface link : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InterfaceAddress address : link.getInterfaceAddresses()) {
                if (address.getAddress() instanceof java.net.Inet4Address four) {
                    int length = address.getNetworkPrefixLength();
                    used.add(new int[] {number(four.getHostAddress()), length == 0 ? 0 : -1 << (32 - length)});
                }
            }
        }
        return used;
    }

    /** Whether the /24 at {@code network} shares an address with the other network. */
    static boolean overlap(int network, int[] other) {
        int common = FIRST_24_BITS & other[1];
        return (network & common) == (other[0] & common);
    }

    static int number(String ip) {
        int number = 0;
        for (String part : List.of(ip.split("\\.", -1))) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }
}

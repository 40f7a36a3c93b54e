// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineNetworksTest {
    @Test
    void networksThatShareAnAddressOverlap() {
        int lab = MachineNetworks.number("198.51.100.0");
        assertThat(MachineNetworks.overlap(lab, network("198.51.100.128", 25))).isTrue();
        assertThat(MachineNetworks.overlap(lab, network("198.51.0.0", 16))).isTrue();
        assertThat(MachineNetworks.overlap(lab, network("198.51.101.0", 24))).isFalse();
    }

    @Test
    void routesAreReadFromTheKernelsTableAndTheDefaultRouteDoesNotCount() throws Exception {
        List<int[]> used = MachineNetworks.used(List.of(
                "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT",
                "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
                "eth9\t00643AC6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"));
        assertThat(used).anySatisfy(found -> assertThat(found).containsExactly(network("198.58.100.0", 24)));
        assertThat(used).noneMatch(found -> found[1] == 0);
    }

    @Test
    void theLabsNetworkIsNotOneOfThisMachine() throws Exception {
        assertThat(Topology.NETWORKS).contains(MachineNetworks.free());
    }

    private static int[] network(String address, int prefixLength) {
        return new int[] {MachineNetworks.number(address), -1 << (32 - prefixLength)};
    }
}

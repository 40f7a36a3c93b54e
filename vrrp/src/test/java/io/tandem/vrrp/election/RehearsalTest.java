// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    @Test
    void takesOverAndGivesBackSeveralTimesInARound() throws Exception {
        InetAddress self = InetAddress.getByName("192.0.2.1");
        InetAddress peer = InetAddress.getByName("192.0.2.2");
        for (int version : new int[] {2, 3}) {
            for (int priority : new int[] {100, 255}) {
                ElectionConfig config =
                        new ElectionConfig(version, priority, 1_000_000_000L, true, 0, 3, true, true, false);

                assertThat(Rehearsal.play(config, self, peer)).isGreaterThan(60 * 6);
            }
        }
    }
}

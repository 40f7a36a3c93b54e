// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TutorialTest {
    @Test
    void onlyTheServersAddressesDifferFromTheTutorial() throws Exception {
        List<String> original = Resources.text("tutorial.cfg").lines().toList();
        List<String> ours =
                Tutorial.haproxyCfg(Topology.of(2, "203.0.113")).lines().toList();

        assertThat(ours).hasSameSizeAs(original);
        List<String> changed = IntStream.range(0, ours.size())
                .filter(i -> !ours.get(i).equals(original.get(i)))
                .mapToObj(ours::get)
                .toList();
        assertThat(changed)
                .containsExactly(
                        "    server node1 203.0.113.101:80 check #CHANGETHIS",
                        "    server node2 203.0.113.102:80 check #CHANGETHIS",
                        "    server node3 203.0.113.103:80 check #CHANGETHIS");
    }
}

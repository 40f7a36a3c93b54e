// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.packaging.lab.Engine;
import io.tandem.packaging.lab.Topology;
import org.junit.jupiter.api.Test;

class DrillConfigurationTest {
    @Test
    void everyNodeIsAPeerAndEveryWebServerAServer() throws Exception {
        String text = DrillConfiguration.haproxyCfg(Topology.of(3, "203.0.113"), Engine.HAPROXY_KEEPALIVED);
        assertThat(text)
                .contains("peer lb1 203.0.113.11:", "peer lb3 203.0.113.13:", "server web3 203.0.113.103:80")
                .doesNotContain("@");
    }

    @Test
    void tandemsClusterNeedsNoListOfPeers() throws Exception {
        String text = DrillConfiguration.haproxyCfg(Topology.of(2, "203.0.113"), Engine.TANDEM);
        assertThat(text).contains("stick-table type string").doesNotContain("peer", "@");
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.keepalived.RouteSyntax;
import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.VirtualAddress;
import io.tandem.vrrp.netlink.Addresses;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Addresses, routes and rules that stand whoever is Active. */
@Timeout(60)
class StaticNetworkTest extends OnLan {
    private static final InetAddress ONE = TestLan.address("10.3.0.1");
    private static final InetAddress TWO = TestLan.address("10.3.0.2");
    private static final Duration SOON = Duration.ofSeconds(15);

    @Test
    void theyStandFromTheStartToTheEndAndAReloadTouchesOnlyWhatChanges() throws IOException {
        try (TestNode node = new TestNode(a)) {
            node.routers().use(network(ONE, "10.44.0.0/16 via 10.3.0.9 dev eth0"));
            Await.until("there", SOON, () -> a.holds(ONE) && hasRoute() && hasRule());
            assertThat(a.entry(ONE).validSeconds()).isEqualTo(Addresses.FOREVER);

            node.routers().use(network(TWO, "10.44.0.0/16 via 10.3.0.9 dev eth0"));
            Await.until("changed", SOON, () -> a.holds(TWO) && !a.holds(ONE) && hasRoute());
        }
        assertThat(a.holds(TWO)).isFalse();
        assertThat(hasRoute()).isFalse();
        assertThat(hasRule()).isFalse();
    }

    @Test
    void whatIsTakenAwayIsPutBackAndAnInterfaceThatAppearsGetsItsOwn() throws IOException {
        try (TestNode node = new TestNode(a)) {
            node.routers()
                    .use(new StaticNetwork(
                            List.of(
                                    new VirtualAddress(ONE, 24, "eth0", null, 0),
                                    new VirtualAddress(TWO, 24, "eth5", null, 0)),
                            List.of(),
                            List.of()));
            Await.until("there", SOON, () -> a.holds(ONE));
            a.netlink().addresses().remove(ONE, 24, "eth0");
            Await.until("put back", SOON, () -> a.holds(ONE));

            a.netlink().links().addVeth("eth5", "eth5-peer", null);
            Await.until("on the new interface", SOON, () -> a.holds(TWO));
            assertThat(node.log)
                    .filteredOn(line -> line.contains("address-refused"))
                    .hasSize(1);
        }
    }

    private static StaticNetwork network(InetAddress address, String route) {
        RouteSyntax syntax = new RouteSyntax();
        return new StaticNetwork(
                List.of(new VirtualAddress(address, 24, "eth0", null, 0)),
                syntax.route(route).stream().toList(),
                syntax.rule("from 10.44.0.0/16 table 77 priority 700").stream().toList());
    }

    private boolean hasRoute() {
        return Neighborhood.run(a, "ip", "route").stream().anyMatch(line -> line.startsWith("10.44.0.0/16"));
    }

    private boolean hasRule() {
        return Neighborhood.run(a, "ip", "rule").stream().anyMatch(line -> line.startsWith("700:"));
    }
}

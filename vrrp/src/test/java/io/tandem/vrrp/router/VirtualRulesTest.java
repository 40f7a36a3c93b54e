// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.text.Problems;
import io.tandem.vrrp.election.State;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code virtual_rules} and the options of addresses: what the kernel has while a router is active, beside keepalived. */
@Timeout(90)
class VirtualRulesTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final Duration SOON = Duration.ofSeconds(15);

    private static final String RULES =
            """
            from 192.168.2.0/24 table 1
            to 192.168.2.0/24 table 1 no_track
            from 192.168.28.0/24 to 192.168.29.0/26 table 100 iif eth0 oif lo tos 0x10 fwmark 24/12 preference 39
            from 192.168.28.0/24 goto 40000 preference 40
            to 10.2.0.0/16 lookup 200 priority 500 suppress_prefixlength 3
            not from 10.3.0.0/16 table 201
            from 10.4.0.0/16 blackhole
            from 10.5.0.0/16 prohibit priority 77
            type unreachable from 10.6.0.0/16
            uidrange 1000-1999 table 202
            ipproto udp sport 10-20 dport 20-30 table 203
            to 1:2:3:4:5:6:7:0/112 from 7:6:5:4:3:2::/96 table 6908
            l3mdev priority 900
            from all nop
            tunnel-id 5 table 206
            from 10.7.0.0/16 realms 3/4 table 208
            from 10.8.0.0/16 suppress_ifgroup 5 table 209
            iif eth0 fwmark 0x7 dsfield 8 table 210
            """;

    private static final String ADDRESSES =
            """
            10.99.0.50/32
            10.99.0.51/24 brd - label eth0:1
            10.99.0.52 brd 10.99.0.200 scope site
            10.99.0.53 noprefixroute
            10.99.0.54/24 brd +
            """;

    private static final String EXCLUDED =
            """
            fd99::50/64 preferred_lft 0
            fd99::51 preferred_lft forever
            fd99::52/64 -nodad
            fd99::54
            fd99::55/64 home noprefixroute
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @BeforeEach
    void keepalived() {
        Keepalived.need();
    }

    @Test
    @SuppressWarnings("try") // it runs beside the test
    void rulesAreThoseOfKeepalived() throws Exception {
        Path file = write("10.99.0.50/32", "", RULES);
        List<String> expected;
        try (Keepalived keepalived = new Keepalived(a, file, directory)) {
            Await.until("keepalived is active", SOON, () -> a.holds(VIRTUAL));
            Await.until(
                    "its rules stand",
                    SOON,
                    () -> rules().size() >= RULES.lines().count());
            expected = rules();
        }
        Await.until("they are gone", SOON, () -> rules().isEmpty());
        assertThat(expected).hasSize((int) RULES.lines().count());

        try (TestNode node = new TestNode(a, load(file))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
            assertThat(node.log).noneMatch(line -> line.contains("rule-refused"));
            assertThat(rules()).containsExactlyElementsOf(expected);

            Neighborhood.run(a, "ip", "rule", "del", "pref", "77");
            Await.until("put back", SOON, () -> rules().equals(expected));
            node.routers().stop(100);
            assertThat(rules()).isEmpty();
        }
    }

    @Test
    @SuppressWarnings("try") // it runs beside the test
    void addressesHaveTheOptionsOfKeepalivedsButForTheirLifetime() throws Exception {
        Path file = write(ADDRESSES, EXCLUDED, "");
        List<String> expected;
        try (Keepalived keepalived = new Keepalived(a, file, directory)) {
            Await.until("keepalived is active", SOON, () -> addresses().size() == 10);
            // Until then one is tentative.
            Await.until("detected", SOON, () -> addresses().stream().noneMatch(line -> line.contains("tentative")));
            expected = addresses();
        }
        Await.until("they are gone", SOON, () -> addresses().isEmpty());

        try (TestNode node = new TestNode(a, load(file))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            assertThat(addresses()).hasSize(10);
            Await.until("detected", SOON, () -> addresses().stream().noneMatch(line -> line.contains("tentative")));
            assertThat(addresses()).containsExactlyElementsOf(expected);
        }
    }

    private VirtualRouterConfig load(Path file) {
        KeepalivedConf conf = KeepalivedConf.load(file, Map.of(), "", new Problems());
        return conf.routers().get(0);
    }

    private Path write(String addresses, String excluded, String rules) throws IOException {
        return Files.writeString(
                directory.resolve("keepalived.conf"),
                """
                vrrp_instance VI_1 {
                    state BACKUP
                    interface eth0
                    virtual_router_id 51
                    priority 100
                    version 3
                    advert_int 0.1
                    virtual_ipaddress {
                %s
                    }
                    virtual_ipaddress_excluded {
                %s
                    }
                    virtual_rules {
                %s
                    }
                }
                """
                        .formatted(addresses, excluded, rules));
    }

    /** All of the host's rules but the kernel's own, sorted. */
    private List<String> rules() {
        List<String> all = new ArrayList<>();
        for (String family : List.of("-4", "-6")) {
            all.addAll(Neighborhood.run(a, "ip", "-d", family, "rule"));
        }
        all.removeIf(line -> line.contains("proto kernel"));
        return all.stream().map(String::strip).sorted().toList();
    }

    /** The virtual addresses as ip shows them, without their lifetimes, on whatever interface; of a TUN device the least. */
    private List<String> addresses() {
        return Neighborhood.run(a, "ip", "-d", "address").stream()
                .map(String::strip)
                .filter(line -> line.matches("inet6? (?:10\\.99\\.0\\.5|fd99::5).*"))
                .filter(line -> !line.matches(".*/32 scope global.* vrrp\\.51") || line.contains("10.99.0.50"))
                .map(line -> line.replaceAll("(?: dynamic| proto 0xb4| proto keepalived)", "")
                        .replaceAll(" (?:vrrp\\.51|eth0)$", ""))
                .map(VirtualRulesTest::withoutNetwork)
                .sorted()
                .toList();
    }

    /** Of the IPv6 addresses that are on the TUN device, which makes no routes to networks. */
    private static String withoutNetwork(String line) {
        return line.matches("inet6 fd99::5[014]/.*")
                ? line.replaceFirst("/\\d+", "").replace(" noprefixroute", "")
                : line;
    }
}

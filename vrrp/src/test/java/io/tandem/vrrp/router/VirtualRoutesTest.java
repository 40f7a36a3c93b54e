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
import java.nio.charset.StandardCharsets;
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

/** The routes of {@code virtual_routes}: what is in the kernel's tables while a router is active, beside keepalived. */
@Timeout(90)
class VirtualRoutesTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final Duration SOON = Duration.ofSeconds(15);

    private static final String ROUTES =
            """
            10.1.0.0/16 via 10.99.0.1
            src 10.99.0.11 10.2.0.0/16 via 10.99.0.2 dev eth0
            10.3.0.0/16 dev eth0 scope link
            10.5.0.0/16 via 10.99.0.5 or 10.99.0.6
            10.6.0.0/16 gw 10.99.0.7 table 100 metric 7
            10.7.0.0/16 nexthop via 10.99.0.8 dev eth0 weight 3 nexthop via 10.99.0.9 dev eth0 weight 1
            10.8.0.0/16 via 172.16.0.1 dev eth0 onlink
            10.9.0.0/16 via 10.99.0.1 mtu 1400 advmss lock 1300 initcwnd 20
            10.10.0.0/16 via 10.99.0.1 tos 0x10
            blackhole 10.11.0.0/16
            unreachable 10.12.0.1
            prohibit 10.13.0.0/24 metric 5
            throw 10.14.0.0/24 table 3000
            default via 10.99.0.1 table 100
            0.0.0.0/0 gw 10.99.0.2 table 101
            fd01::/64 dev eth0 metric 9
            blackhole fd02::/64
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
    void theyAreThoseOfKeepalived() throws Exception {
        Path file = write(ROUTES);
        List<String> expected;
        try (Keepalived keepalived = new Keepalived(a, file, directory)) {
            Await.until("keepalived is active", SOON, () -> a.holds(VIRTUAL));
            Await.until("its routes stand", SOON, () -> routes().stream().anyMatch(line -> line.contains("fd02::")));
            expected = routes();
        }
        Await.until("they are gone", SOON, () -> routes().isEmpty());
        assertThat(expected).hasSize((int) ROUTES.lines().count());

        try (TestNode node = new TestNode(a, load(file))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
            assertThat(node.log).noneMatch(line -> line.contains("route-refused"));
            assertThat(routes()).containsExactlyElementsOf(expected);

            node.routers().stop(100);
            assertThat(routes()).isEmpty();
        }
    }

    @Test
    void oneThatIsRemovedIsPutBackAndOneThatIsRefusedIsSaidOnce() throws Exception {
        Path file = write("10.1.0.0/16 via 10.99.0.1\n10.2.0.0/16 via 172.16.0.1\n");
        try (TestNode node = new TestNode(a, load(file))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            Await.until("the route stands", SOON, () -> routes().size() == 1);

            run("ip", "route", "del", "10.1.0.0/16");

            Await.until("it is back", SOON, () -> routes().size() == 1);
            assertThat(node.log.stream().filter(line -> line.contains("route-refused")))
                    .containsExactly(
                            "vrrp route-refused vrid=51 route=\"10.2.0.0/16\" operation=add: netlink: ENETUNREACH");
        }
    }

    @Test
    void oneThatIsNotTrackedIsNotPutBackUntilTheNextTakeover() throws Exception {
        Path file = write("10.1.0.0/16 via 10.99.0.1 no_track\n10.2.0.0/16 dev eth0\n");
        try (TestNode node = new TestNode(a, load(file))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && routes().size() == 2);

            a.netlink().routes().remove(TestLan.address("10.1.0.0"), 16);
            a.netlink().routes().remove(TestLan.address("10.2.0.0"), 16);
            Await.until("the other is back", SOON, () -> routes().size() == 1);
            assertThat(routes().get(0)).contains("10.2.0.0/16");

            node.routers().fault("a test");
            Await.until("off", SOON, () -> routes().isEmpty());
            node.routers().clear("a test");
            Await.until("both again", SOON, () -> routes().size() == 2);
        }
    }

    private VirtualRouterConfig load(Path file) {
        Problems problems = new Problems();
        KeepalivedConf conf = KeepalivedConf.load(file, Map.of(), "", problems);
        assertThat(problems.all())
                .as("each route without an interface is warned of, as by keepalived")
                .allMatch(problem -> problem.text().contains("cannot track route"));
        return conf.routers().get(0);
    }

    private Path write(String routes) throws IOException {
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
                        10.99.0.50/32
                    }
                    virtual_routes {
                %s
                    }
                }
                """
                        .formatted(routes));
    }

    /** All of the host's routes but the kernel's own, sorted. */
    private List<String> routes() {
        List<String> all = new ArrayList<>();
        for (String family : List.of("-4", "-6")) {
            all.addAll(run("ip", "-d", family, "route", "show", "table", "all"));
        }
        all.removeIf(line -> line.contains("proto kernel"));
        return all.stream().map(String::strip).sorted().toList();
    }

    private List<String> run(String... command) {
        try {
            List<String> words =
                    new ArrayList<>(List.of("nsenter", "--net=" + a.namespace().path()));
            words.addAll(List.of(command));
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.replaceAll("\n\\s+", " ").lines().toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}

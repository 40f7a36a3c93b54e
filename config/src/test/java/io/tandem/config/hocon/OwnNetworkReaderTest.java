// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.NodeConfig;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualAddress.Options;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Macvlans, routes, rules, static networks and announcements in tandem.conf. */
class OwnNetworkReaderTest {
    private final Path directory;
    private Problems problems = new Problems();

    OwnNetworkReaderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void aMacvlanIsTrueOrABlock() throws IOException {
        assertThat(router("vmac = true").ownInterface()).isEqualTo(OwnInterface.VMAC);
        assertThat(router("vmac = false").ownInterface()).isNull();
        assertThat(router("vmac { name = vip0, mac = \"02:00:00:00:01:33\", everywhere = true }")
                        .ownInterface())
                .isEqualTo(
                        new OwnInterface(OwnInterface.Kind.MACVLAN, "vip0", "02:00:00:00:01:33", false, true, null, 0));
        assertThat(router("ipvlan { address = 10.0.0.7, mode = private }").ownInterface())
                .isEqualTo(new OwnInterface(
                        OwnInterface.Kind.IPVLAN, null, null, false, false, InetAddress.getByName("10.0.0.7"), 1));
    }

    @Test
    void routesAndRulesAreThoseOfIproute2() throws IOException {
        VirtualRouterConfig router = router("routes = [ \"10.1.0.0/16 via 10.0.0.1\" ]\n"
                + "rules = [ \"from 10.1.0.0/16 table 100 priority 7\", \"to 10.2.0.0/16 blackhole\" ]");

        assertThat(router.routes()).singleElement().asString().isEqualTo("10.1.0.0/16");
        assertThat(router.rules())
                .extracting(Object::toString)
                .containsExactly("7: from 10.1.0.0/16 table 100", "16384: from all to 10.2.0.0/16");
    }

    @Test
    void aRouteThatIsNoneSaysWhy() throws IOException {
        load("routes = [ \"10.1.0.0/16 via nowhere\" ]");

        assertThat(problems.all())
                .extracting(Problem::text)
                .anyMatch(text -> text.contains("is none: VRRP parsed invalid IP nowhere."));
    }

    @Test
    void aMacvlanWithUnicastAdvertisesByTheInterfaceBelow() throws IOException {
        load("vmac = true, unicast { peers = [ 10.0.0.2 ] }");

        assertThat(problems.hasAlerts()).isTrue();
        assertThat(problems.all().get(0).remedy()).isEqualTo("vmac { advertise-by-interface = true }");
    }

    @Test
    void staticNetworksAndOptionsOfAddressesReachTheirRecords() throws IOException {
        NodeConfig node = load(
                """
                }
                static {
                  addresses = [ { address = "10.3.0.1/24", interface = eth1, broadcast = 10.3.0.255,
                                  flags = [ noprefixroute ], preferred-seconds = 60, restore = false } ]
                  routes = [ "10.44.0.0/16 via 10.3.0.9 dev eth1" ]
                """);

        StaticNetwork statics = Objects.requireNonNull(node).vrrp().statics();
        assertThat(statics.routes()).hasSize(1);
        assertThat(statics.addresses())
                .containsExactly(new VirtualAddress(
                        InetAddress.getByName("10.3.0.1"),
                        24,
                        "eth1",
                        null,
                        0,
                        new Options(
                                null, InetAddress.getByName("10.3.0.255"), Options.NO_PREFIX_ROUTE, 60, false, false)));
    }

    @Test
    void announcementsHaveASecondScheduleAndAPace() throws IOException {
        VirtualRouterConfig router =
                router("announce { repeat = 2, delay = 1s, again { repeat = 1, delay = 0 }, interval = 5ms,"
                        + " neighbor-interval = 6ms, pace-group = sw, elsewhere = 100s, everywhere = true }");

        assertThat(router.announce())
                .isEqualTo(new Announce(
                        2,
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        1,
                        new Again(1, Duration.ZERO),
                        new Pace(Duration.ofMillis(5), Duration.ofMillis(6), "sw"),
                        Duration.ofSeconds(100),
                        true));
    }

    private VirtualRouterConfig router(String lines) throws IOException {
        NodeConfig node = load(lines);
        assertThat(problems.all()).isEmpty();
        return Objects.requireNonNull(node).routers().get(0);
    }

    /** A file whose router has these lines too. */
    private @Nullable NodeConfig load(String lines) throws IOException {
        Path file = Files.writeString(
                directory.resolve("tandem.conf"),
                "vrrp { routers.VI_1 { interface = eth0, vrid = 51, addresses = [ 10.0.0.5 ]\n" + lines + "\n} }\n");
        problems = new Problems();
        return TandemConf.load(file, Map.of(), "lb1", problems);
    }
}

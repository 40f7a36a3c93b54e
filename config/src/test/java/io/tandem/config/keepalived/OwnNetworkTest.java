// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static io.tandem.config.keepalived.KeepalivedFile.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.StaticNetwork;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualAddress.Options;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.config.model.VirtualRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a keepalived.conf says of interfaces of an instance's own, rules, static networks and announcements. */
class OwnNetworkTest {
    private KeepalivedFile conf;

    @BeforeEach
    void file(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
    }

    @Test
    void aVmacHasItsNameItsMacAndItsWayOfSending() {
        assertThat(own("use_vmac")).isEqualTo(OwnInterface.VMAC);
        assertThat(own("use_vmac vip0\n vmac_xmit_base")).isEqualTo(OwnInterface.vmac("vip0", true));
        assertThat(own("use_vmac vip0 02:00:00:00:01\n use_vmac_addr"))
                .as("the VRID is the last of five")
                .isEqualTo(
                        new OwnInterface(OwnInterface.Kind.MACVLAN, "vip0", "02:00:00:00:01:33", false, true, null, 0));
        assertThat(own("use_ipvlan ip0 10.0.0.9 vepa"))
                .isEqualTo(new OwnInterface(OwnInterface.Kind.IPVLAN, "ip0", null, false, false, ip("10.0.0.9"), 2));
    }

    @Test
    void addressesHaveTheirOptions() {
        List<VirtualAddress> addresses = conf.load(MINIMAL.replace(
                                "{ 10.0.0.5 }",
                                """
                {
                10.0.0.5/24 brd + home noprefixroute no_track
                10.0.0.6 peer 10.0.0.7 preferred_lft 60
                10.0.0.8/24 dev eth1 use_vmac brd -
                }
                """)
                        + "}")
                .get(0)
                .addresses();

        assertThat(addresses)
                .extracting(VirtualAddress::options)
                .containsExactly(
                        new Options(
                                null,
                                ip("10.0.0.255"),
                                Options.HOME | Options.NO_PREFIX_ROUTE,
                                Options.FOREVER,
                                false,
                                false),
                        new Options(ip("10.0.0.7"), null, 0, 60, true, false),
                        new Options(null, ip("10.0.0.0"), 0, Options.FOREVER, true, true));
    }

    @Test
    void rulesWithoutAPreferenceGetOneAfterTheOther() {
        List<VirtualRule> rules = conf.load(MINIMAL
                        + "virtual_rules {\n from 10.0.0.0/8 table 5\n to fd00::/8 table 6\n iif eth0 nop\n }\n}")
                .get(0)
                .rules();

        assertThat(rules).extracting(VirtualRule::preference).containsExactly(16_384, 16_384, 16_383);
        assertThat(rules).extracting(VirtualRule::action).containsExactly(1, 1, VirtualRule.NOP);
        assertThat(rules.get(0).toCommand()).isEqualTo("pref 16384 protocol 18 from 10.0.0.0/8");
    }

    @Test
    void moreNextHopsThanAMessageHoldsAreRefused() {
        String hop = " nexthop via 10.0.0.1 dev eth0";
        conf.load(MINIMAL + "virtual_routes {\n 10.44.0.0/16" + hop.repeat(500) + "\n }\n}");
        assertThat(conf.texts()).isEmpty();
        conf.load(MINIMAL + "virtual_routes {\n 10.44.0.0/16" + hop.repeat(501) + "\n }\n}");
        assertThat(conf.texts()).anyMatch(said -> said.contains("more than 500 next hops"));
    }

    @Test
    void staticNetworksStandBesideTheInstances() {
        conf.load(
                """
                global_defs {
                    default_interface eth7
                }
                static_ipaddress {
                    10.3.0.1/24
                    10.3.0.2/24 dev eth1
                }
                static_routes {
                    10.44.0.0/16 via 10.3.0.9 dev eth1
                }
                static_rules {
                    from 10.44.0.0/16 table 7 priority 9
                }
                """);
        StaticNetwork statics = conf.conf().vrrp().statics();

        assertThat(statics.addresses())
                .extracting(VirtualAddress::interfaceName)
                .containsExactly("eth7", "eth1");
        assertThat(statics.routes()).singleElement().asString().isEqualTo("10.44.0.0/16");
        assertThat(statics.rules()).singleElement().asString().isEqualTo("9: from 10.44.0.0/16 table 7");
        assertThat(conf.problems().hasAlerts()).isFalse();
    }

    @Test
    void announcementsHaveAPaceAndASecondSchedule() {
        String globals =
                """
                global_defs {
                    vrrp_garp_interval 0.01
                    vrrp_garp_lower_prio_repeat 2
                    vrrp_garp_extra_if all 100
                }
                garp_group {
                    gna_interval 0.5
                    interfaces {
                        eth1 eth2
                    }
                }
                """;

        assertThat(conf.load(globals + MINIMAL + "garp_master_delay 3\n}")
                        .get(0)
                        .announce())
                .isEqualTo(new Announce(
                        5,
                        Duration.ofSeconds(3),
                        Duration.ZERO,
                        1,
                        new Again(2, Duration.ofSeconds(5)), // the delay that holds for all
                        new Pace(Duration.ofMillis(10), Duration.ZERO, null),
                        Duration.ofSeconds(100),
                        true));
        assertThat(conf.load(globals + MINIMAL.replace("eth0", "eth2") + "}")
                        .get(0)
                        .announce()
                        .pace())
                .isEqualTo(new Pace(Duration.ZERO, Duration.ofMillis(500), "0"));
    }

    @Test
    void oneMessageIsEnoughWithMinGarp() {
        Announce announce = conf.load("global_defs {\n vrrp_min_garp\n}\n" + MINIMAL + "}")
                .get(0)
                .announce();

        assertThat(announce).isEqualTo(new Announce(1, Duration.ZERO, Duration.ZERO, 1));
    }

    private @Nullable OwnInterface own(String lines) {
        return conf.load(MINIMAL + lines + "\n}").get(0).ownInterface();
    }
}

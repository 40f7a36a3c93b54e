// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static io.tandem.config.keepalived.KeepalivedFile.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Manners;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.config.model.VrrpGlobals.LinkDelay;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where an instance departs from what nearly all do, where on the host it runs, and what of all that is refused. */
class MannersKeywordsTest {
    private static final String PEER = "unicast_peer { 10.0.0.2 }\n";

    private final KeepalivedFile conf;

    MannersKeywordsTest(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
    }

    @Test
    void eachReachesItsRecord() {
        VirtualRouterConfig router = read("no_accept\n unicast_ttl 7\n dont_track_primary\n higher_prio_send_advert\n"
                + " owner_ignore_adverts\n track_src_ip\n mcast_src_ip 10.0.0.9\n" + PEER);

        assertThat(router.tuning().manners()).isEqualTo(new Manners(false, 7, false, true, true, false));
        assertThat(router.unicastSource()).isEqualTo(ip("10.0.0.9"));
        assertThat(conf.problems().all())
                .extracting(Problem::severity)
                .as("that nothing is served on the addresses")
                .containsExactly(Severity.NOTICE);
        assertThat(read("accept\n").tuning().manners()).isEqualTo(Manners.USUAL);
    }

    @Test
    void whatIsSaidOfAllIsTrueOfEachUnlessItSaysOtherwise() {
        String globals = "global_defs {\n vrrp_higher_prio_send_advert\n vrrp_owner_ignore_adverts\n"
                + " set_supplementary_groups\n use_symlink_paths\n vrrp_delay_after_boot 30.5\n}\n";
        conf.load(globals + MINIMAL + "higher_prio_send_advert off\n}\n");

        assertThat(conf.problems().all()).isEmpty();
        assertThat(conf.conf().routers().get(0).tuning().manners())
                .isEqualTo(new Manners(true, 255, true, false, true, false));
        assertThat(conf.conf().vrrp().globals().host().delayAfterBoot()).isEqualTo(Duration.ofMillis(30_500));
    }

    @Test
    @Tag("vrrp-case-28")
    void anOwnerTakesWhatIsSentToItsAddressesInAnyCase() {
        assertThat(read("no_accept\n").dropsPackets()).isTrue();
        assertThat(read("no_accept\n priority 255\n").dropsPackets()).isFalse();
        assertThat(read("no_accept\n accept\n").dropsPackets()).isFalse();
    }

    @Test
    void strictModeDropsPacketsUnlessItIsToldOtherwiseInVersion3() {
        assertThat(read("strict_mode\n").dropsPackets()).isTrue();
        assertThat(read("strict_mode\n version 3\n accept\n").dropsPackets()).isFalse();
        assertThat(read("strict_mode\n accept\n").dropsPackets()).isTrue();
        assertThat(conf.texts())
                .contains(
                        "(FILE: Line 1) (VI_1) warning - accept mode for VRRP version 2 does not comply with RFC3768 -"
                                + " resetting");
        assertThat(conf.status()).isEqualTo(5);
    }

    @Test
    void aTtlNeedsPeers() {
        assertThat(read("unicast_ttl 7\n").tuning().manners()).isEqualTo(Manners.USUAL);
        assertThat(conf.texts())
                .containsExactly("(FILE: Line 1) (VI_1): Cannot use unicast_ttl without unicast peers - resetting");
    }

    @Test
    void withoutPeersAnInstanceThatIsToFaultIsRefused() {
        read("unicast_fault_no_peer\n unicast_src_ip 10.0.0.1\n");
        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 1) 'unicast_fault_no_peer without unicast peers in VI_1' is not supported by"
                                + " this version of tandem");
        assertThat(conf.problems().hasAlerts()).isTrue();
        read("unicast_fault_no_peer\n" + PEER);
        assertThat(conf.problems().all()).isEmpty();
    }

    @Test
    void aVrfStandsInTheWayOfAnInterfaceAndIsRefusedWithoutOne() {
        read("vrf red\n");
        assertThat(conf.texts())
                .containsExactly("(FILE: Line 5) (VI_1) Cannot specify VRF interface and interface - ignoring");
        assertThat(conf.problems().hasAlerts()).isFalse();

        conf.load("vrrp_instance V {\n virtual_router_id 1\n vrf red\n unicast_src_ip 10.0.0.1\n " + PEER
                + " virtual_ipaddress { 10.0.0.5 }\n}\n");
        assertThat(conf.texts().get(0)).isEqualTo("(FILE: Line 3) 'vrf' is not supported by this version of tandem");
        assertThat(conf.problems().all().get(1).remedy()).isEqualTo("interface NAME, one that belongs to red");
        assertThat(conf.problems().hasAlerts()).isTrue();
    }

    @Test
    void interfacesMayBounceForAsLongAsNoBackupTakesOver() {
        List<LinkDelay> delays = delays("eth0 0.5 3\n eth1 2\n eth2\n eth1 0.25");

        assertThat(delays)
                .containsExactly(
                        new LinkDelay("eth0", Duration.ofMillis(500), Duration.ofSeconds(3)),
                        new LinkDelay("eth1", Duration.ofMillis(250), Duration.ofMillis(250)));
        assertThat(conf.problems().all()).isEmpty();

        assertThat(delays("eth0 10"))
                .containsExactly(new LinkDelay("eth0", Duration.ofSeconds(2), Duration.ofSeconds(10)));
        assertThat(conf.texts())
                .containsExactly(
                        "interface_up_down_delays: the Backups take over before eth0 has been down for so long;"
                                + " 2000 ms are used");
        assertThat(conf.status()).as("keepalived says nothing").isZero();
    }

    @Test
    void aNamespaceIsForAllAndItsInterfacesAreNotLookedForHere() {
        KeepalivedHost host = new KeepalivedHost(
                java.util.Map.of(), "host", name -> false, name -> List.of(), java.util.Set.of(), java.util.Set.of());
        conf.load("net_namespace tnd-nowhere\nnet_namespace other\n" + MINIMAL + "}\n", host);

        VrrpGlobals globals = conf.conf().vrrp().globals();
        assertThat(globals.host().namespace()).isEqualTo("tnd-nowhere");
        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 1) there is no network namespace tnd-nowhere",
                        "(FILE: Line 2) Duplicate net_namespace definition other - ignoring");
        assertThat(conf.status()).isZero();

        conf.load("net_namespace\n" + MINIMAL + "}\n");
        assertThat(conf.texts()).containsExactly("(FILE: Line 1) net_namespace name missing - ignoring");
        conf.load("net_namespace ../x\n" + MINIMAL + "}\n");
        assertThat(conf.problems().hasAlerts()).isTrue();
    }

    private VirtualRouterConfig read(String lines) {
        return conf.load(MINIMAL + lines + "}\n").get(0);
    }

    private List<LinkDelay> delays(String lines) {
        conf.load("interface_up_down_delays {\n " + lines + "\n}\n" + MINIMAL + "}\n");
        return conf.conf().vrrp().globals().host().linkDelays();
    }
}

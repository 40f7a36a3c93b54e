// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static io.tandem.config.keepalived.KeepalivedFile.ip;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the keywords of {@code vrrp_instance} become, and what is said about mistakes in them. */
class InstanceKeywordsTest {
    private final KeepalivedFile conf;

    InstanceKeywordsTest(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
    }

    @Test
    void everySupportedKeywordReachesItsRecord() {
        List<VirtualRouterConfig> routers = conf.load(
                """
                ! comment
                global_defs {
                    router_id LVS_MAIN   # comment
                    enable_script_security
                    script_user daemon adm
                    vrrp_garp_master_refresh 60
                }
                vrrp_script chk {
                    script "/bin/true -x 'a b'"
                    interval 0.5
                    timeout 3
                    weight -20
                    rise 2
                    fall 3
                    init_fail
                    user nobody nogroup
                }
                vrrp_script other { script /bin/false }
                track_file load {
                    file /run/load
                    weight -2 reverse
                    init_file 5 overwrite
                }
                vrrp_instance VI_1 {
                    state BACKUP
                    interface eth0
                    virtual_router_id 51
                    priority 150
                    advert_int 2
                    nopreempt
                    authentication {
                        auth_type PASS
                        auth_pass "a b#!c"
                    }
                    virtual_ipaddress {
                        10.0.0.5/24 dev eth1 label eth1:vip scope link
                        10.0.0.6
                    }
                    virtual_ipaddress_excluded
                    {
                        fd00::6/64
                    }
                    unicast_src_ip 10.0.0.1
                    unicast_peer { 10.0.0.2
                        10.0.0.3 }
                    track_interface {
                        eth2
                        eth3 weight -30
                        eth4 weight 7 reverse
                    }
                    track_file {
                        load weight 3
                    }
                    track_script {
                        chk
                        other weight 5 reverse
                    }
                    garp_master_delay 1
                    garp_master_repeat 2
                    lower_prio_no_advert
                    check_unicast_src
                    down_timer_adverts 4
                    notify_master "/bin/true 'x y' z"
                    notify /bin/false nobody
                    notify_deleted
                    notify_priority_changes on
                }
                """);

        assertThat(conf.problems().all()).isEmpty();
        assertThat(conf.status()).isZero();
        VirtualRouterConfig router = routers.get(0);
        assertThat(router.name()).isEqualTo("VI_1");
        assertThat(router.startAsMaster()).isFalse();
        assertThat(router.version()).isEqualTo(2);
        assertThat(router.priority()).isEqualTo(150);
        assertThat(router.advertInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(router.preempt()).isFalse();
        assertThat(router.password()).isEqualTo("a b#!c");
        assertThat(router.addresses())
                .containsExactly(
                        new VirtualAddress(ip("10.0.0.5"), 24, "eth1", "eth1:vip", 253),
                        new VirtualAddress(ip("10.0.0.6"), 32, null, null, 0));
        assertThat(router.excludedAddresses()).containsExactly(new VirtualAddress(ip("fd00::6"), 64, null, null, 0));
        assertThat(router.unicastSource()).isEqualTo(ip("10.0.0.1"));
        assertThat(router.unicastPeers()).containsExactly(ip("10.0.0.2"), ip("10.0.0.3"));
        assertThat(router.tracks().interfaces())
                .containsExactly(
                        new TrackInterface("eth2", 0, false),
                        new TrackInterface("eth3", -30, false),
                        new TrackInterface("eth4", 7, true));
        assertThat(router.tracks().files())
                .containsExactly(new TrackFile("load", Path.of("/run/load"), 3, false, 5, true));
        Duration second = Duration.ofSeconds(1);
        assertThat(router.tracks().scripts())
                .containsExactly(
                        new TrackScript(
                                "chk",
                                List.of("/bin/true", "-x", "a b"),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(3),
                                -20,
                                false,
                                2,
                                3,
                                true,
                                "nobody",
                                "nogroup"),
                        new TrackScript(
                                "other", List.of("/bin/false"), second, second, 5, true, 1, 1, false, "daemon", "adm"));
        assertThat(router.announce())
                .as("a lower router is answered as globals say")
                .isEqualTo(new Announce(
                        2,
                        second,
                        Duration.ofMinutes(1),
                        1,
                        new Again(5, Duration.ofSeconds(5)),
                        Pace.FREE,
                        Duration.ZERO,
                        false));
        assertThat(router.tuning()).isEqualTo(new VirtualRouterConfig.Tuning(4, false, true));
        assertThat(router.scripts())
                .isEqualTo(new Notify(
                        Map.of(Moment.MASTER, new Script(List.of("/bin/true", "x y", "z"), "daemon", "adm")),
                        new Script(List.of("/bin/false"), "nobody", null),
                        true,
                        true,
                        false));
    }

    @Test
    void aPasswordOfMoreThanEightCharactersIsCut() {
        VirtualRouterConfig router = conf.load(
                        MINIMAL + "authentication {\n auth_type PASS\n auth_pass abcdefghij\n}\n}")
                .get(0);

        assertThat(router.password()).isEqualTo("abcdefgh");
        assertThat(conf.texts()).containsExactly("(FILE: Line 7) Truncating auth_pass to 8 characters");
        assertThat(conf.status()).isEqualTo(5);
    }

    @Test
    void anEmptyPasswordIsNeverSent() {
        VirtualRouterConfig router =
                conf.load(MINIMAL + "authentication { auth_type PASS }\n}").get(0);

        assertThat(router.password()).isNull();
        assertThat(conf.texts())
                .containsExactly("(FILE: Line 1) (VI_1) Authentication specified but no password given. Ignoring");
    }

    @Test
    void strictModeSendsNoPasswordAsInKeepalived() {
        VirtualRouterConfig router = conf.load("global_defs { vrrp_strict }\n" + MINIMAL
                        + "authentication {\n auth_type PASS\n auth_pass x\n}\n}")
                .get(0);

        assertThat(router.password()).isNull();
        assertThat(conf.texts().get(0)).contains("Strict mode does not support authentication. Ignoring.");
    }

    @Test
    void stateMasterWithoutPriorityOwnsTheAddressesAsInKeepalived() {
        assertThat(conf.load(MINIMAL + "state MASTER\n}").get(0).priority()).isEqualTo(255);
        assertThat(conf.load(MINIMAL + "state BACKUP\n}").get(0).priority()).isEqualTo(100);
        assertThat(conf.load(MINIMAL + "state MASTER\n priority 7\n}").get(0).priority())
                .isEqualTo(7);
    }

    @Test
    void anOwnerAlwaysPreempts() {
        assertThat(conf.load(MINIMAL + "priority 255\nnopreempt\n}").get(0).preempt())
                .isTrue();
        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 1) (VI_1) nopreempt is incompatible with priority 255. resetting nopreempt");
    }

    @Test
    void numbersOutOfRangeFallBackAsInKeepalived() {
        VirtualRouterConfig router = conf.load(MINIMAL + "priority 256\n advert_int 0.001\n preempt_delay 2000\n}")
                .get(0);

        assertThat(router.priority()).isEqualTo(100);
        assertThat(router.advertInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 5) number '256' outside range [1, 255]",
                        "(FILE: Line 5) (VI_1) Priority not valid! must be between 1 & 255. Using default 100",
                        "(FILE: Line 6) number '0.001' outside range [0.010000, 255.000000]",
                        "(FILE: Line 6) (VI_1) Advert interval (0.001) not valid! Must be > 0 - ignoring",
                        "(FILE: Line 7) number '2000' outside range [0.000000, 1000.000000]",
                        "(FILE: Line 7) (VI_1) Preempt_delay not valid! must be between 0-1000");
    }

    @Test
    void version2RoundsItsIntervalAndVersion3CutsIt() {
        assertThat(conf.load(MINIMAL + "advert_int 1.5\n}").get(0).advertInterval())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(conf.texts().get(0))
                .endsWith("VRRPv2 advertisement interval 1.500000s must be an integer. rounding");

        assertThat(conf.load(MINIMAL + "version 3\n advert_int 41\n}").get(0).advertInterval())
                .isEqualTo(Duration.ofMillis(40_950));
        assertThat(conf.load(MINIMAL + "version 3\n advert_int 0.2\n}").get(0).advertInterval())
                .isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void version3HasNoPassword() {
        VirtualRouterConfig router = conf.load(
                        MINIMAL + "version 3\n authentication {\n auth_type PASS\n auth_pass x\n}\n}")
                .get(0);

        assertThat(router.password()).isNull();
        assertThat(conf.texts().get(0)).contains("VRRP version 3 does not support authentication. Ignoring.");
    }

    @Test
    void ipv6IsAlwaysVersion3AndTheFirstAddressDecides() {
        VirtualRouterConfig router = conf.load("vrrp_instance V {\n interface eth0\n virtual_router_id 1\n"
                        + " virtual_ipaddress {\n fe80::1\n 10.0.0.1\n }\n}")
                .get(0);

        assertThat(router.family()).isEqualTo(AddressFamily.INET6);
        assertThat(router.version()).isEqualTo(3);
        assertThat(conf.texts())
                .containsExactly("(FILE: Line 6) (V): address family must match VRRP instance [10.0.0.1] - ignoring");
    }

    @Test
    void masterAndNopreemptContradictEachOther() {
        VirtualRouterConfig router = conf.load(MINIMAL + "state MASTER\n priority 9\n nopreempt\n preempt_delay 5\n}")
                .get(0);

        assertThat(router.preempt()).as("as in keepalived").isTrue();
        assertThat(router.preemptDelay()).isZero();
        assertThat(conf.problems().all().get(0).remedy()).contains("state BACKUP");
        assertThat(conf.status()).isEqualTo(5);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static io.tandem.config.keepalived.KeepalivedFile.ip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.MailConfig;
import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.config.model.VirtualRouterConfig.ProcessMatch;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keywords of {@code keepalived.conf} become, and what is said about mistakes in them. */
class KeepalivedConfTest {
    private final KeepalivedFile conf;

    KeepalivedConfTest(@TempDir Path directory) {
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
    void aKeywordOnTheLineOfItsBraceIsNotLost() {
        VirtualRouterConfig router = conf.load(MINIMAL + "authentication { auth_type PASS\n auth_pass secret }\n}")
                .get(0);

        assertThat(conf.problems().all()).isEmpty();
        assertThat(router.password()).isEqualTo("secret");
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
    void anUnknownKeywordIsNamedAndAnswered() {
        conf.load(MINIMAL + "prioritty 100\n}");

        assertThat(conf.problems().all()).hasSize(1);
        Problem problem = conf.problems().all().get(0);
        assertThat(conf.show(problem)).isEqualTo("(FILE: Line 5) Unknown keyword 'prioritty'");
        assertThat(problem.severity()).as("keepalived would run").isEqualTo(Severity.WARNING);
        assertThat(problem.remedy()).isEqualTo("did you mean 'priority'?");
    }

    @Test
    void aKeywordThatTandemLacksIsRefusedByName() {
        conf.load(MINIMAL + "vrf red\n no_accept\n}\n");

        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 5) 'vrf' is not supported by this version of tandem",
                        "(FILE: Line 6) 'no_accept' is not supported by this version of tandem");
        assertThat(conf.problems().hasAlerts()).isTrue();
        assertThat(conf.status()).as("keepalived minds nothing").isZero();
    }

    @Test
    void aKeywordWithoutEffectIsNamed() {
        conf.load(MINIMAL + "kernel_rx_buf_size 5\n}");

        assertThat(conf.texts().get(0)).startsWith("(FILE: Line 5) 'kernel_rx_buf_size' has no effect in tandem");
        assertThat(conf.problems().hasAlerts()).isFalse();
    }

    @Test
    void virtualServersGetOneNoticeEach() {
        conf.load(
                """
                virtual_server 10.0.0.1 80 {
                    delay_loop 3
                    real_server 10.0.0.2 80 {
                        weight 1
                    }
                }
                virtual_server fwmark 1 {
                }
                """);

        assertThat(conf.problems().all())
                .extracting(Problem::severity)
                .containsExactly(Severity.NOTICE, Severity.NOTICE);
        assertThat(conf.status()).isZero();
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
    void aMissingParameterIsFatal() {
        conf.load(MINIMAL + "priority\n}");

        assertThat(conf.texts())
                .containsExactly("(FILE: Line 5) *** Configuration line starting `priority` is missing a parameter"
                        + " after keyword `priority` at word position 2");
        assertThat(conf.status()).isEqualTo(2);
    }

    @Test
    void aMissingBraceIsAnAlert() {
        conf.load("vrrp_instance A {\n interface eth0\n virtual_router_id 5\n");

        assertThat(conf.texts()).contains("There are 1 missing '}'s or extra '{'s");
        assertThat(conf.problems().hasAlerts()).isTrue();
    }

    @Test
    void duplicateNamesAndVridsAreAlerts() {
        conf.load(MINIMAL + "}\n" + MINIMAL + "}\n" + MINIMAL.replace("VI_1", "VI_2") + "}\n");

        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 6) vrrp instance VI_1 already defined",
                        "VI_1 and VI_2 both use VRID 51 with IPv4 on interface eth0");
        assertThat(conf.problems().hasAlerts()).isTrue();
    }

    @Test
    void aVridMayRepeatInTheOtherFamilyAndOnOtherInterfaces() {
        conf.load(MINIMAL + "}\n" + MINIMAL.replace("VI_1", "VI_2").replace("10.0.0.5", "fe80::5") + "}\n"
                + MINIMAL.replace("VI_1", "VI_3").replace("eth0", "eth1") + "}\n");

        assertThat(conf.problems().all()).isEmpty();
    }

    @Test
    void syncGroupsNameTheirMembers() {
        List<VirtualRouterConfig> routers = conf.load("vrrp_sync_group G {\n group {\n VI_1\n VI_2\n Z\n }\n}\n"
                + MINIMAL + "}\n" + MINIMAL.replace("VI_1", "VI_2").replace("51", "52") + "}\n");

        assertThat(routers).extracting(VirtualRouterConfig::syncGroup).containsExactly("G", "G");
        assertThat(conf.texts())
                .containsExactly("(FILE: Line 1) Virtual router Z specified in sync group G doesn't exist - ignoring");
    }

    @Test
    void scriptsWithoutScriptSecurityGetKeepalivedsWarningAndStatus() {
        conf.load("vrrp_script s { script /bin/true }\n" + MINIMAL + "track_script { s }\n}");

        assertThat(conf.texts())
                .containsExactly("SECURITY VIOLATION - scripts are being executed but script_security not enabled.");
        assertThat(conf.status()).isEqualTo(6);
    }

    @Test
    void aScriptThatIsNotThereIsNotTracked() {
        VirtualRouterConfig router = conf.load(
                        "vrrp_script s { script /nowhere/x }\n" + MINIMAL + "track_script { s }\n}")
                .get(0);

        assertThat(router.tracks().scripts()).isEmpty();
        assertThat(conf.texts()).containsExactly("Disabling track script s since not found/accessible");
    }

    @Test
    void whatConcernsAllRoutersReachesItsRecord() {
        conf.load(
                """
                global_defs {
                    router_id node1
                    enable_script_security
                    script_user root
                    notification_email { a@x.org
                        b@x.org }
                    notification_email_from k@x.org
                    smtp_server 127.0.0.1 2525
                    smtp_connect_timeout 7
                    smtp_helo_name me
                    no_email_faults
                    notify_fifo /run/all nobody
                    vrrp_notify_fifo /run/vrrp
                    vrrp_notify_fifo_script "/bin/true a"
                    fifo_write_vrrp_states_on_reload
                    startup_script /bin/true
                    startup_script_timeout 3
                    shutdown_script /bin/false daemon
                    vrrp_startup_delay 5.5
                }
                """);

        assertThat(conf.problems().all()).isEmpty();
        Script reader = new Script(List.of("/bin/true", "a"), "root", null);
        assertThat(conf.conf().vrrp().globals())
                .isEqualTo(new VrrpGlobals(
                        "node1",
                        List.of(
                                new NotifyFifo(Path.of("/run/all"), "nobody", null, null),
                                new NotifyFifo(Path.of("/run/vrrp"), null, null, reader)),
                        true,
                        new MailConfig(
                                "127.0.0.1",
                                2525,
                                "me",
                                Duration.ofSeconds(7),
                                "k@x.org",
                                List.of("a@x.org", "b@x.org"),
                                false),
                        new Script(List.of("/bin/true"), "root", null),
                        Duration.ofSeconds(3),
                        new Script(List.of("/bin/false"), "daemon", null),
                        Duration.ofSeconds(10),
                        Duration.ofMillis(5500)));
    }

    @Test
    void aGroupsTrackersAreItsMembersAndTheirOwnWeightsGo() {
        List<VirtualRouterConfig> routers = conf.load(
                """
                global_defs { enable_script_security
                    script_user root }
                vrrp_script a { script /bin/true }
                vrrp_script b { script /bin/true }
                vrrp_track_process p {
                    process "nginx"
                    quorum 2
                    quorum_max 5
                    fork_delay 0.5
                    terminate_delay 2
                    weight 4
                }
                vrrp_sync_group G {
                    group { VI_1
                        VI_2 }
                    track_script { b weight 7 }
                    track_process { p }
                    notify "/bin/true x"
                    notify_fault /bin/false
                    smtp_alert
                }
                """
                        + MINIMAL + "track_script { a weight 5 }\n track_interface { lo weight 5 }\n}\n"
                        + MINIMAL.replace("VI_1", "VI_2").replace("51", "52") + "}\n");

        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 22) (VI_1) ignoring lo tracked interface weight due to SYNC group",
                        "(FILE: Line 22) (VI_1) ignoring tracked script a with weights due to SYNC group",
                        "smtp_alert is asked for, but no mail can be sent");
        TrackProcess process = new TrackProcess(
                "p",
                List.of("nginx"),
                ProcessMatch.NAME,
                4,
                false,
                2,
                5,
                Duration.ofMillis(500),
                Duration.ofSeconds(2));
        assertThat(routers.get(0).tracks().interfaces()).containsExactly(new TrackInterface("lo", 0, false));
        for (VirtualRouterConfig router : routers) {
            assertThat(router.tracks().scripts())
                    .extracting(TrackScript::name, TrackScript::weight)
                    .containsExactly(tuple("b", 7));
            assertThat(router.tracks().processes()).containsExactly(process);
        }
        SyncGroupConfig group = conf.conf().vrrp().groups().get(0);
        assertThat(group.members()).containsExactly("VI_1", "VI_2");
        assertThat(group.tracks().processes()).containsExactly(process);
        assertThat(group.told())
                .isEqualTo(new Notify(
                        Map.of(Moment.FAULT, new Script(List.of("/bin/false"), "root", null)),
                        new Script(List.of("/bin/true", "x"), "root", null),
                        false,
                        false,
                        true));
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

    @Test
    void anAddressOnNoNetworkOfItsInterfaceIsHintedAt() {
        KeepalivedHost.Network network = new KeepalivedHost.Network(ip("10.1.0.1"), 24);
        KeepalivedHost host =
                new KeepalivedHost(Map.of(), "host", name -> true, name -> List.of(network), Set.of(), Set.of());

        conf.load(MINIMAL + "virtual_ipaddress {\n 10.1.0.9\n }\n}", host);

        assertThat(conf.texts())
                .containsExactly("(FILE: Line 1) (VI_1) 10.0.0.5 is on none of the networks of eth0: only routers that"
                        + " have a route to it will find it");
        assertThat(conf.problems().all().get(0).severity()).isEqualTo(Severity.NOTICE);
        assertThat(conf.status()).isZero();
    }

    @Test
    void anInterfaceThatIsNotThereIsAskedForUnlessInterfacesAreDynamic() {
        KeepalivedHost host = new KeepalivedHost(
                Map.of(), "host", name -> !name.startsWith("no"), name -> List.of(), Set.of(), Set.of());
        String text = MINIMAL.replace("eth0", "no0") + "track_interface { no1 }\n}";

        assertThat(conf.load(text, host)).as("it may appear").hasSize(1);
        assertThat(conf.texts())
                .containsExactly(
                        "(FILE: Line 2) WARNING - interface no0 for vrrp_instance VI_1 doesn't exist",
                        "(FILE: Line 5) (VI_1) tracked interface no1 doesn't exist",
                        "Non-existent interface specified in configuration");
        assertThat(conf.status()).isEqualTo(5);

        conf.load("global_defs { dynamic_interfaces }\n" + text, host);
        assertThat(conf.problems().all()).isEmpty();
    }
}

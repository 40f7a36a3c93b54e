// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static io.tandem.config.keepalived.KeepalivedFile.MINIMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tandem.config.model.MailConfig;
import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.ProcessMatch;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.model.VrrpGlobals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What concerns all instances: {@code global_defs}, scripts, sync groups and what these track. */
class GlobalKeywordsTest {
    private final KeepalivedFile conf;

    GlobalKeywordsTest(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
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
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators ask of two running guardians, and what these say aloud by themselves. */
@Timeout(240)
class VrrpCommandsTest extends OnGuardianPair {
    @Test
    void releaseTakeDrainAndPrioDoWhatTheySayAndAnswerWithTheirStatus() throws IOException {
        pair.start();

        assertThat(a.ask("vrrp status")).startsWith("0\nguardian pid=").contains("router name=VI_1", "link peer=b");
        assertThat(a.ask("vrrp release VI_1")).startsWith("0\nVI_1 BACKUP");
        pair.until("b has it", () -> b.isActive() && b.holds() && !a.holds());
        pair.until("said", () -> b.log().contains("to=ACTIVE reason=peer-releasing"));

        assertThat(a.ask("vrrp take VI_1")).startsWith("0\nVI_1 ACTIVE");
        pair.until("a has it", () -> a.holds() && !b.holds());

        assertThat(a.ask("vrrp drain")).startsWith("0\n");
        pair.until("b has it again", () -> b.holds() && !a.holds());
        assertThat(a.json()).contains("\"hold\":\"drained\"");
        assertThat(a.ask("vrrp rejoin")).startsWith("0\n");
        assertThat(a.json()).contains("\"hold\":\"\"");

        assertThat(a.ask("vrrp prio VI_1 180")).startsWith("0\nVI_1 BACKUP priority=180");
        assertThat(a.ask("vrrp prio VI_1 auto")).startsWith("0\n");
        pair.until("back", () -> a.ask("vrrp status VI_1").contains(" priority=100 "));
    }

    @Test
    void whatCannotBeUnderstoodOrDoneSaysSoWithItsStatus() throws IOException {
        a.start("-W");
        pair.until("active", () -> a.isActive());

        assertThat(a.ask("vrrp fly")).startsWith("2\nunknown: vrrp fly\nusage: tandem vrrp");
        assertThat(a.ask("vrrp release")).startsWith("2\nwhich router? VI_1, or --all");
        assertThat(a.ask("vrrp release VI_2")).startsWith("2\nno virtual router is called \"VI_2\"; there are: VI_1");
        assertThat(a.ask("vrrp prio VI_1 255")).startsWith("2\npriority 255 is neither 1 to 254");
        assertThat(a.ask("vrrp drain now")).startsWith("2\n'now' is not understood");
        assertThat(b.ask("vrrp status")).isEmpty();

        b.start("-W");
        pair.awaitBackup(a, b);
        GuardianHost.signal(b.process().pid(), 9);
        pair.until("b is gone", () -> !a.isLinked());
        assertThat(a.ask("vrrp prio VI_1 50")).startsWith("0\nVI_1 ACTIVE priority=50");
    }

    @Test
    void theHistoryHasCauseAndMeasuredDurationAndTheMetricsAreWellFormed() throws IOException {
        pair.start();
        a.ask("vrrp release --all");
        pair.until("moved", () -> b.isActive());

        Config history = ConfigFactory.parseString(b.ask("vrrp history --json").substring(2));
        Config last = history.getConfigList("routers").get(0).getConfigList("history").stream()
                .reduce((first, second) -> second)
                .orElseThrow();
        assertThat(last.getString("to")).isEqualTo("ACTIVE");
        assertThat(last.getString("reason")).isEqualTo("peer-releasing peer=10.99.0.11");
        assertThat(last.getLong("took_us")).isBetween(1L, 5_000_000L);
        assertThat(b.ask("vrrp history")).contains("from=BACKUP to=ACTIVE reason=peer-releasing peer=10.99.0.11 took=");

        String metrics = b.ask("metrics");
        assertThat(metrics)
                .contains("tandem_vrrp_state{router=\"VI_1\",vrid=\"51\",interface=\"eth0\",state=\"ACTIVE\"} 1\n")
                .contains("tandem_vrrp_became_active_total{router=\"VI_1\",vrid=\"51\",interface=\"eth0\"} 1\n")
                .contains("tandem_liveness_up{peer=\"a\"} 1\n")
                .contains("tandem_alarms_total{kind=\"two-active\"} 0\n");
        assertThat(metrics.lines().filter(line -> !line.startsWith("#")))
                .allMatch(line -> line.matches("[a-z_]+(\\{[^}]*\\})? -?[0-9.]+"));
        assertThat(metrics.lines().filter(line -> line.startsWith("# TYPE")).toList())
                .doesNotHaveDuplicates();
    }

    @Test
    void twoActiveNodesAreAnAlarmUntilOneHasGivenWayAndThenTheAddressIsAnnouncedAgain() throws IOException {
        for (GuardianHost host : new GuardianHost[] {a, b}) {
            host.configure("vrrp.on-alarm { command = [ \"/bin/sh\", \"-c\", \"echo $TANDEM_ALARM $TANDEM_STANDS >> "
                    + host.directory().resolve("alarms") + "\" ], user = root }");
        }
        pair.start();
        pair.isolate("a");
        pair.until("split", () -> a.isActive() && b.isActive());
        pair.rejoin("a");

        pair.until("one holder", () -> a.holds() != b.holds());
        GuardianHost holder = a.holds() ? a : b;
        pair.until("alarm", () -> holder.log().contains("alarm begin what=two-active of=VI_1 by="));
        pair.until("over", () -> holder.log().contains("alarm end what=two-active of=VI_1"));
        pair.until("told", () -> read(holder.directory().resolve("alarms")).contains("two-active yes\ntwo-active no"));
        assertThat(holder.json()).contains("\"two-active\":1").contains("\"alarms\":[]");
    }

    @Test
    void theNodeThatReachesNeitherPeerNorWitnessGivesWay() throws IOException {
        pair.addWitness("10.99.0.254");
        String witness = "vrrp.witness { address = 10.99.0.254, interval = 100ms, fall = 2 }";
        a.configure(witness);
        b.configure(witness);
        pair.start();

        pair.isolate("a");

        pair.until("b has it, a has given way", () -> b.holds() && !a.holds());
        pair.until(
                "said",
                () -> a.log().contains("witness address=10.99.0.254 is=unreachable")
                        && a.log().contains("alarm begin what=isolated"));
        pair.until("b is active", () -> b.isActive());
        pair.rejoin("a");
        pair.until("a takes part again", () -> a.isBackup() && a.isLinked());
        assertThat(b.holds()).isTrue();
    }

    @Test
    void becomingActiveRunsTheHookAndTheStatusHasItsResult() throws IOException {
        a.configure("vrrp.on-active { command = [ \"/bin/sh\", \"-c\", \"echo $TANDEM_ROUTER $TANDEM_ADDRESSES >> "
                + a.directory().resolve("hook") + "\" ], user = root }");
        a.start("-W");

        pair.until("run", () -> read(a.directory().resolve("hook")).equals("VI_1 10.99.0.50\n"));
        pair.until("known", () -> a.ask("vrrp status").contains("hook on-active of=VI_1 result=ok attempts=1"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}

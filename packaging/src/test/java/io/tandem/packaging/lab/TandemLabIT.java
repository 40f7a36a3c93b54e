// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two Tandem nodes: the tutorial walked through, and a crash. */
class TandemLabIT {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path parent;

    private LabProgram lab;

    @BeforeEach
    void needPrograms() throws Exception {
        LabProgram.needRootAnd("unshare", "nsenter", "curl");
        lab = new LabProgram(parent);
    }

    @AfterEach
    void endWhatRuns() throws Exception {
        if (lab != null) {
            lab.end();
        }
    }

    @Test
    void theTutorialIsServedThroughTheFloatingAddress() throws Exception {
        Process running = lab.start();
        Await.until("the lab to run", START_LIMIT, () -> lab.printed().contains("The lab runs"));
        LabProgram asking = new LabProgram(parent);
        String floating = asking.floatingAddress();

        assertThat(curl(asking, "-i", "http://" + floating + "/")).contains("302 Found", "location: https://");
        assertThat(curl(asking, "-k", "https://" + floating + "/")).containsPattern("^[0-9.]+\\.10[123]$");
        assertThat(curl(asking, "http://" + floating + ":8404/stats")).contains("Statistics Report");
        assertThat(curl(asking, "http://" + floating + ":8404/metrics"))
                .contains("haproxy_process_current_ssl_connections");
        assertThat(asking.run("exec", "lb1", "--", "cat", "/var/log/haproxy.log")
                        + asking.run("exec", "lb2", "--", "cat", "/var/log/haproxy.log"))
                .contains("backend/node", "\"GET / HTTP/1.1\"");
        asking.run("stop");

        assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lab.directory()).doesNotExist();
    }

    @Test
    void aCrashIsHardlyNoticed() throws Exception {
        String printed = lab.run("drill", "--fault", "crash", "--count", "3", "--json");

        String last = printed.lines().reduce((first, second) -> second).orElseThrow();
        Config report = ConfigFactory.parseString(last);
        assertThat(report.getInt("trials")).as(printed).isEqualTo(3);
        // The targets are 50 ms and 99.9 %; the machine that runs the tests may be busy.
        assertThat(report.getDouble("outage_ms_median")).as(printed).isLessThan(500);
        assertThat(report.getDouble("duplicate_address_ms_max")).as(printed).isLessThan(500);
        assertThat(report.getInt("entries_after")).as(printed).isGreaterThanOrEqualTo((int)
                (0.99 * report.getInt("entries_before")));
        assertThat(report.getDouble("persistence_kept_pct")).as(printed).isGreaterThanOrEqualTo(99);
    }

    private static String curl(LabProgram lab, String... words) throws Exception {
        String[] command = new String[words.length + 7];
        System.arraycopy(new String[] {"exec", "client", "--", "curl", "-s", "-m", "5"}, 0, command, 0, 7);
        System.arraycopy(words, 0, command, 7, words.length);
        return lab.run(command);
    }
}

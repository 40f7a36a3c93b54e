// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lab and the drill themselves, with programs whose behaviour is known. */
class ComparisonLabIT {
    private static final String ENGINE = "haproxy+keepalived";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path parent;

    private LabProgram lab;

    @BeforeEach
    void needPrograms() throws Exception {
        LabProgram.needRootAnd("haproxy", "keepalived", "unshare", "nsenter");
        lab = new LabProgram(parent);
    }

    @AfterEach
    void endWhatRuns() throws Exception {
        if (lab != null) {
            lab.end();
        }
    }

    @Test
    void aCrashIsMeasuredAsKeepalivedsTimersPredict() throws Exception {
        String printed = lab.run("drill", "--engine", ENGINE, "--fault", "crash", "--count", "2", "--json");

        String last = printed.lines().reduce((first, second) -> second).orElseThrow();
        Config report = ConfigFactory.parseString(last);
        assertThat(report.getInt("trials")).isEqualTo(2);
        // Adverts every 0.1 s: three of them and the skew, or at once where the child's farewell gets out.
        assertThat(report.getDouble("outage_ms_max")).isBetween(5.0, 1_500.0);
        assertThat(report.getInt("requests_ok")).isPositive();
        assertThat(report.getInt("entries_before")).isPositive();
        assertThat(report.getInt("entries_after")).isPositive();
        assertThat(parent.toFile().list()).allMatch(name -> name.endsWith(".out"));
    }

    @Test
    void aRunningLabAnswersAndLeavesNothingWhenItIsStopped() throws Exception {
        Process running = lab.start("--engine", ENGINE);
        Await.until("the lab to run", START_LIMIT, () -> lab.printed().contains("The lab runs"));

        LabProgram asking = new LabProgram(parent);
        assertThat(asking.floatingAddress()).matches("[0-9.]+\\.10");
        assertThat(asking.run("status")).contains("lb1");
        assertThat(asking.run("exec", "lb2", "--", "cat", "/proc/sys/kernel/hostname"))
                .isEqualTo("lb2\n");
        asking.run("stop");

        assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lab.directory()).doesNotExist();
    }

    @Test
    void anOrdinaryUserHasALabToo() throws Exception {
        lab = LabProgram.ofNobody(parent);
        String printed = lab.run("drill", "--engine", ENGINE, "--fault", "stop", "--count", "1", "--json");

        String last = printed.lines().reduce((first, second) -> second).orElseThrow();
        assertThat(ConfigFactory.parseString(last).getDouble("outage_ms_max"))
                .as(printed)
                .isPositive();
    }

    @Test
    void aLabWhoseSupervisorIsKilledEndsByItselfAndTheNextStartRemovesItsFiles() throws Exception {
        Process running = lab.start("--engine", ENGINE);
        Await.until("the lab to run", START_LIMIT, () -> lab.printed().contains("The lab runs"));
        String inside = Files.readAllLines(lab.directory().resolve("running")).stream()
                .filter(line -> line.startsWith("lab="))
                .findFirst()
                .orElseThrow()
                .substring("lab=".length());

        running.destroyForcibly();

        Await.until("the lab's own process to end", Duration.ofSeconds(20), () -> !LabDirectory.isAlive(inside));
        assertThat(lab.directory()).exists();
        Process next = lab.start("--engine", ENGINE);
        Await.until("the next lab to run", START_LIMIT, () -> lab.printed().contains("removed what an earlier lab"));
        next.destroy();
        assertThat(next.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lab.directory()).doesNotExist();
    }
}

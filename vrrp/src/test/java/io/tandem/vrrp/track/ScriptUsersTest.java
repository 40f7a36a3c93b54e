// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.keepalived.KeepalivedConf;
import io.tandem.config.model.OperatingConfig;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.model.VrrpConfig;
import io.tandem.config.text.Problems;
import io.tandem.vrrp.netlink.Privileges;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands that name a user, started by a service that is locked in as tandem.service is. */
@Timeout(60)
class ScriptUsersTest {
    /** Of the unit, those that matter here; the last lets it read this test's classes. */
    private static final String UNIT = "+net_admin,+net_raw,+dac_read_search";

    @TempDir
    Path directory;

    @BeforeEach
    void needRoot() throws IOException {
        Privileges.needRoot();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    @Test
    void theUnitCannotRunACommandAsAnotherUserAndSaysOnceWhatItLacks() throws Exception {
        List<String> said = inService(UNIT, "daemon");

        assertThat(said)
                .filteredOn(line -> line.contains("cannot be run"))
                .containsExactly("vrrp script name=check cannot be run: to run as user daemon this process lacks"
                        + " CAP_SETUID and CAP_SETGID");
        assertThat(said).anyMatch(line -> line.endsWith("result=down cause=not-started"));
        assertThat(said)
                .contains("script check: to run as user daemon this process lacks CAP_SETUID and CAP_SETGID;"
                        + " it counts as failed");
    }

    @Test
    void withTheTwoCapabilitiesItRunsAsTheUserWhoGetsNoneOfTheServices() throws Exception {
        List<String> said = inService(UNIT + ",+setuid,+setgid", "daemon");

        assertThat(said).anyMatch(line -> line.endsWith("result=up")).noneMatch(line -> line.contains("lacks"));
        assertThat(Files.readAllLines(directory.resolve("status"), StandardCharsets.ISO_8859_1))
                .contains("Uid:\t1\t1\t1\t1", "Gid:\t1\t1\t1\t1", "CapEff:\t0000000000000000")
                .contains("CapAmb:\t0000000000000000", "CapInh:\t0000000000000000");
    }

    @Test
    void itsOwnUserNeedsNothing() throws Exception {
        assertThat(inService(UNIT, "nobody")).anyMatch(line -> line.endsWith("result=up"));
    }

    @Test
    void aUnitThatHasTheCapabilitiesFromADropInIsLeftAlone() throws IOException {
        assertThat(ScriptUsers.unitKeepsItsUser(directory)).isFalse();
        Path unit = directory.resolve("usr/lib/systemd/system/tandem.service");
        Files.createDirectories(unit.getParent());
        Files.writeString(unit, "[Service]\n");
        assertThat(ScriptUsers.unitKeepsItsUser(directory)).isTrue();

        Path dropIn = directory.resolve("etc/systemd/system/tandem.service.d/override.conf");
        Files.createDirectories(dropIn.getParent());
        Files.writeString(dropIn, "[Service]\nAmbientCapabilities=CAP_SETUID CAP_SETGID\n");
        assertThat(ScriptUsers.unitKeepsItsUser(directory)).isFalse();
    }

    /** What {@link Service} says, which runs one script until its verdict has come and two more runs have passed. */
    private List<String> inService(String capabilities, String user) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup"));
        command.addAll(List.of("--clear-groups", "--nnp", "--inh-caps=-all," + capabilities));
        command.addAll(List.of("--ambient-caps=-all," + capabilities, "--bounding-set=-all," + capabilities, "--"));
        command.addAll(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                Service.class.getName(),
                user,
                directory.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> said;
        try (var lines = process.inputReader()) {
            said = lines.lines().toList();
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    /** The process of the service. */
    static final class Service {
        private Service() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[1]);
            Path file = Files.writeString(
                    directory.resolve("keepalived.conf"),
                    """
                    vrrp_script check {
                        script "/bin/true"
                        user %s
                    }
                    vrrp_instance VI_1 {
                        interface eth0
                        virtual_router_id 51
                        virtual_ipaddress {
                            192.0.2.1
                        }
                        track_script {
                            check
                        }
                    }
                    """
                            .formatted(arguments[0]));
            VrrpConfig config =
                    KeepalivedConf.load(file, Map.of(), "", new Problems()).vrrp();
            ScriptUsers.obstacles(config, OperatingConfig.NONE).forEach(System.out::println);
            RecordedLog log = new RecordedLog();
            ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
            TrackScript script = new TrackScript(
                    "check",
                    List.of("/bin/sh", "-c", "cat /proc/self/status > " + directory + "/status"),
                    Duration.ofMillis(50),
                    Duration.ofSeconds(5),
                    0,
                    false,
                    1,
                    1,
                    false,
                    arguments[0],
                    null);
            List<String> verdicts = new CopyOnWriteArrayList<>();
            ScriptTracker tracker =
                    new ScriptTracker(script, log, (of, up) -> verdicts.add(of.name()), executor, new Object());
            tracker.start();
            Soon.until("a verdict", () -> !verdicts.isEmpty());
            CountDownLatch moreRuns = new CountDownLatch(5); // of which nothing new is to be said
            executor.scheduleAtFixedRate(moreRuns::countDown, 0, 50, TimeUnit.MILLISECONDS);
            moreRuns.await();
            tracker.stop();
            executor.shutdownNow();
            log.lines.forEach(System.out::println);
        }
    }
}

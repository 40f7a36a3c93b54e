// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualRouterConfig.ProcessMatch;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes counted in a directory that looks like /proc. */
class ProcessScanTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path proc;

    @Test
    void processesAreCountedByTheirNameAndThoseThatHaveEndedAreNot() throws IOException {
        process(10, "nginx", 'S', "nginx: master");
        process(11, "nginx", 'Z');
        process(12, "nginx x", 'S', "nginx");
        process(13, "sh) S (nginx", 'R', "sh");
        Files.createDirectories(proc.resolve("self"));
        ProcessScan scan = scan(process(ProcessMatch.NAME, "nginx"), process(ProcessMatch.NAME, "sh) S (nginx"));

        assertThat(scan.count(0)).containsExactly(1, 1);
    }

    @Test
    void thatOthersAreHiddenIsSeenByTheFirstProcess() throws IOException {
        ProcessScan scan = scan(process(ProcessMatch.NAME, "nginx"));
        process(10, "nginx", 'S', "nginx");

        assertThat(scan.seesOwnOnly()).isTrue();
        process(1, "init", 'S', "init");
        assertThat(scan.seesOwnOnly()).isFalse();
    }

    @Test
    void aLongNameIsTheKernelsFifteenBytes() throws IOException {
        process(10, "averylongname-x", 'S', "averylongname-xyz");

        assertThat(scan(process(ProcessMatch.NAME, "averylongname-xyz"), process(ProcessMatch.NAME, "averylong"))
                        .count(0))
                .containsExactly(1, 0);
    }

    @Test
    void parametersAreComparedAsAsked() throws IOException {
        process(10, "ha", 'S', "/usr/sbin/ha", "-f", "a b", "-W");
        process(11, "ha", 'S', "/usr/sbin/ha");
        ProcessScan scan = scan(
                process(ProcessMatch.COMMAND, "/usr/sbin/ha", "-f", "a b", "-W"),
                process(ProcessMatch.COMMAND, "/usr/sbin/ha"),
                process(ProcessMatch.PARTIAL, "/usr/sbin/ha", "-f"),
                process(ProcessMatch.PARTIAL, "/usr/sbin/ha"),
                process(ProcessMatch.INITIAL, "/usr/sbin/ha", "-f", "a b", "-"),
                process(ProcessMatch.INITIAL, "/usr/sbin/ha", "-f", "a"));

        assertThat(scan.count(0)).containsExactly(1, 1, 1, 1, 1, 0);
    }

    @Test
    void aYoungProcessMayBecomeAnotherProgramAndOneThatCountsMayEnd() throws IOException {
        process(10, "sh", 'S', "sh");
        ProcessScan scan = scan(process(ProcessMatch.NAME, "nginx"));
        assertThat(scan.count(0)).containsExactly(0);

        process(10, "nginx", 'S', "nginx");
        assertThat(scan.count(SECOND)).containsExactly(1);
        process(10, "nginx", 'Z');
        assertThat(scan.count(60 * SECOND)).containsExactly(0);
        Files.delete(proc.resolve("10/stat"));
        assertThat(scan.count(61 * SECOND)).containsExactly(0);
    }

    @Test
    void aQuorumCountsWhenItsDelayIsOver() throws IOException {
        TrackProcess wanted = new TrackProcess(
                "p", List.of("nginx"), ProcessMatch.NAME, 0, false, 2, 3, Duration.ofSeconds(1), Duration.ofSeconds(5));
        List<Boolean> verdicts = new ArrayList<>();
        ProcessTracker tracker =
                new ProcessTracker(proc, List.of(wanted), new RecordedLog(), (process, up) -> verdicts.add(up));

        tracker.look(0);
        assertThat(verdicts).as("at once at the start").containsExactly(false);
        process(1, "nginx", 'S', "nginx");
        process(2, "nginx", 'S', "nginx");
        tracker.look(SECOND);
        tracker.look(SECOND * 3 / 2);
        assertThat(verdicts).containsExactly(false);
        tracker.look(2 * SECOND);
        assertThat(verdicts).containsExactly(false, true);
        process(3, "nginx", 'S', "nginx");
        tracker.look(3 * SECOND);
        process(4, "nginx", 'S', "nginx");
        tracker.look(10 * SECOND);
        tracker.look(14 * SECOND);
        assertThat(verdicts).as("four are too many, but not yet").containsExactly(false, true);
        process(4, "nginx", 'Z');
        tracker.look(15 * SECOND);
        process(1, "nginx", 'Z');
        process(2, "nginx", 'Z');
        tracker.look(16 * SECOND);
        tracker.look(21 * SECOND);
        assertThat(verdicts).containsExactly(false, true, false);
    }

    private ProcessScan scan(TrackProcess... wanted) {
        return new ProcessScan(proc, List.of(wanted));
    }

    private static TrackProcess process(ProcessMatch match, String... words) {
        return new TrackProcess(
                "p", List.of(words), match, 0, false, 1, Integer.MAX_VALUE, Duration.ZERO, Duration.ZERO);
    }

    private void process(int pid, String name, char state, String... command) throws IOException {
        Path directory = Files.createDirectories(proc.resolve(Integer.toString(pid)));
        Files.writeString(directory.resolve("stat"), pid + " (" + name + ") " + state + " 1 1 1 0 -1\n");
        Files.writeString(directory.resolve("cmdline"), command.length == 0 ? "" : String.join("\0", command) + "\0");
    }
}

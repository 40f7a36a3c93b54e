// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scripts that behave, and scripts that do not. */
@Timeout(120)
class ScriptTrackerTest {
    @TempDir
    Path directory;

    private final RecordedLog log = new RecordedLog();
    private final List<String> verdicts = new CopyOnWriteArrayList<>();
    private final List<ScriptTracker> trackers = new ArrayList<>();
    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);

    @AfterEach
    void close() {
        trackers.forEach(ScriptTracker::stop);
        executor.shutdownNow();
    }

    @Test
    void riseAndFallDampWhatComesAfterTheFirstRun() throws IOException {
        Path answers = Files.writeString(directory.resolve("answers"), "");
        Path count = directory.resolve("count");
        // 0 fails, 1 succeeds; the last is repeated
        Files.writeString(answers, "1\n0\n1\n0\n0\n1\n0\n1\n1\n");
        start(script(
                "s",
                2,
                2,
                "echo x >> " + count + "; n=$(wc -l < " + count + "); a=$(sed -n \"${n}p\" " + answers
                        + "); [ \"${a:-1}\" = 1 ]"));

        Soon.until("up again", () -> verdicts.size() == 3);
        assertThat(verdicts).containsExactly("s up", "s down", "s up");
        assertThat(Soon.lines(count).size()).isGreaterThanOrEqualTo(9);
    }

    @Test
    void scriptsThatHangFailAfterTheirTimeoutAndDelayNoOther() {
        for (int i = 0; i < 8; i++) {
            start(script("hangs" + i, 1, 1, "trap '' TERM; sleep 100 & wait; sleep 100"));
        }
        start(script("works", 1, 1, "true"));

        Soon.until("works", () -> verdicts.contains("works up"));
        Soon.until(
                "they failed",
                () -> verdicts.stream().filter(each -> each.endsWith("down")).count() == 8);
        assertThat(log.warnings).anyMatch(line -> line.contains("name=hangs0 took longer than"));
    }

    @Test
    void whatATimedOutScriptStartedEndsWithIt() {
        String mark = "4" + ProcessHandle.current().pid();
        start(script("forks", 1, 1, "sleep " + mark + " & sleep " + mark + " & sleep " + mark));

        Soon.until("started", () -> running(mark) > 0);
        trackers.forEach(ScriptTracker::stop);
        Soon.until("all gone", () -> running(mark) == 0);
    }

    @Test
    void aScriptThatPrintsMegabytesIsNotHeldUp() {
        start(script("prints", 1, 1, "head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2"));

        Soon.until("up", () -> verdicts.contains("prints up"));
    }

    @Test
    void aProgramThatIsNotThereIsAFailure() {
        start(new TrackScript(
                "missing",
                List.of("/nosuch/program"),
                Duration.ofMillis(100),
                Duration.ofSeconds(5),
                0,
                false,
                1,
                1,
                false,
                null,
                null));

        Soon.until("down", () -> verdicts.contains("missing down"));
    }

    @Test
    void whatIsNoProgramsNameIsTheShells() throws IOException {
        Path file = Files.writeString(directory.resolve("there"), "");
        start(plain("there", List.of("<" + file)));
        start(plain("missing", List.of("<" + directory.resolve("nosuch"))));

        Soon.until("both", () -> verdicts.size() == 2);
        assertThat(verdicts).containsExactlyInAnyOrder("there up", "missing down");
    }

    private static long running(String mark) {
        return ProcessHandle.allProcesses()
                .filter(each -> each.info().commandLine().orElse("").endsWith("sleep " + mark))
                .count();
    }

    private void start(TrackScript script) {
        ScriptTracker tracker = new ScriptTracker(
                script, log, (which, up) -> verdicts.add(which.name() + (up ? " up" : " down")), executor, this);
        trackers.add(tracker);
        tracker.start();
    }

    private static TrackScript plain(String name, List<String> command) {
        Duration interval = Duration.ofMillis(100);
        return new TrackScript(name, command, interval, Duration.ofSeconds(20), 0, false, 1, 1, false, null, null);
    }

    private static TrackScript script(String name, int rise, int fall, String shell) {
        return new TrackScript(
                name,
                List.of("sh", "-c", shell),
                Duration.ofMillis(100),
                name.startsWith("hangs") ? Duration.ofMillis(300) : Duration.ofSeconds(20),
                0,
                false,
                rise,
                fall,
                false,
                null,
                null);
    }
}

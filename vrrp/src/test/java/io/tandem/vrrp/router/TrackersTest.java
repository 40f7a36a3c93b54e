// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.ProcessMatch;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.track.Trackers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scripts, files, processes and interfaces that decide about a router. */
@Timeout(60)
class TrackersTest extends OnLan {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void aFailingScriptWithoutWeightFaultsTheRouterUntilItSucceeds() throws IOException {
        Path flag = Files.createFile(directory.resolve("flag"));
        VirtualRouterConfig config = config(new Tracks(List.of(), List.of(script(flag, 0)), List.of()));
        try (TestNode node = new TestNode(a, config);
                Trackers trackers = new Trackers(node.routers(), node.events())) {
            trackers.track(List.of(config));
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            Files.delete(flag);
            Await.until("fault", SOON, () -> node.state() == State.FAULT);
            Files.createFile(flag);
            Await.until("active again", SOON, () -> node.state() == State.ACTIVE);

            assertThat(node.log).anyMatch(line -> line.contains("to=FAULT reason=fault cause=script check"));
        }
    }

    @Test
    void weightsAddWhileUpAndSubtractWhileDown() throws IOException {
        Path flag = directory.resolve("flag");
        Tracks tracks = new Tracks(
                List.of(new TrackInterface("nosuch0", -20, false), new TrackInterface("nosuch1", 5, true)),
                List.of(script(flag, 10)),
                List.of());
        VirtualRouterConfig config = config(tracks);
        try (TestNode node = new TestNode(a, config);
                Trackers trackers = new Trackers(node.routers(), node.events())) {
            trackers.track(List.of(config));
            trackers.onInterface("nosuch0", false);
            Await.until("interface down", SOON, () -> node.priority() == 80);

            Files.createFile(flag);
            Await.until("script up", SOON, () -> node.priority() == 90);
            trackers.onInterface("nosuch0", true);
            Await.until("interface up", SOON, () -> node.priority() == 110);
            trackers.onInterface("nosuch1", true);
            Await.until("reversed, up subtracts, as in keepalived", SOON, () -> node.priority() == 105);
            trackers.onInterface("nosuch1", false);
            Await.until("and down adds nothing", SOON, () -> node.priority() == 110);
        }
    }

    @Test
    void theNumberInAFileMovesThePriorityAndFaultsTheRouterBelowItsLimit() throws IOException {
        Path file = directory.resolve("number");
        Tracks tracks = new Tracks(List.of(), List.of(), List.of(new TrackFile("load", file, 2, false, 10, false)));
        VirtualRouterConfig config = config(tracks);
        try (TestNode node = new TestNode(a, config);
                Trackers trackers = new Trackers(node.routers(), node.events())) {
            trackers.track(List.of(config));
            Await.until("what init_file wrote", SOON, () -> node.priority() == 120);
            assertThat(file).hasContent("10");

            Files.writeString(file, "-30\n");
            Await.until("lower", SOON, () -> node.priority() == 40);
            Files.writeString(file, "-127");
            Await.until("fault", SOON, () -> node.state() == State.FAULT);
            Files.writeString(file, "1");
            Await.until("no fault", SOON, () -> node.state() == State.ACTIVE && node.priority() == 102);
            Files.delete(file);
            Await.until("a missing file counts 0", SOON, () -> node.priority() == 100);
            assertThat(node.log).anyMatch(line -> line.contains("does not exist; it counts 0"));
        }
    }

    @Test
    void aFileWithoutWeightFaultsTheRouterUnlessItHoldsZero() throws IOException {
        Path file = Files.writeString(directory.resolve("number"), "1");
        Tracks tracks = new Tracks(List.of(), List.of(), List.of(new TrackFile("down", file, 0, false, null, false)));
        VirtualRouterConfig config = config(tracks);
        try (TestNode node = new TestNode(a, config);
                Trackers trackers = new Trackers(node.routers(), node.events())) {
            trackers.track(List.of(config));
            Await.until("fault", SOON, () -> node.state() == State.FAULT);

            Files.writeString(file, "0");
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
        }
    }

    @Test
    void aRouterIsFaultyUntilItsScriptHasRunAndAReloadThatForgetsItClearsIt() throws IOException {
        VirtualRouterConfig config =
                config(new Tracks(List.of(), List.of(script(directory.resolve("none"), 0)), List.of()));
        try (TestNode node = new TestNode(a, config);
                Trackers trackers = new Trackers(node.routers(), node.events())) {
            trackers.track(List.of(config));
            Await.until("fault", SOON, () -> node.state() == State.FAULT);

            VirtualRouterConfig without = config(Tracks.NONE);
            node.routers().reload(List.of(without));
            trackers.track(List.of(without));
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
        }
    }

    @Test
    void aReloadKeepsTheVerdictsOfScriptsThatStay() throws IOException {
        Path flag = Files.createFile(directory.resolve("flag"));
        VirtualRouterConfig config = config(new Tracks(List.of(), List.of(script(flag, 0)), List.of()));
        try (TestNode node = new TestNode(a, config);
                Trackers trackers = new Trackers(node.routers(), node.events())) {
            trackers.track(List.of(config));
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            for (int i = 0; i < 5; i++) {
                trackers.track(List.of(config));
            }
            long verdicts = node.log.stream()
                    .filter(line -> line.contains("vrrp script"))
                    .count();
            assertThat(verdicts).as(node.log.toString()).isEqualTo(1);
            assertThat(node.log).noneMatch(line -> line.contains("from=ACTIVE"));
        }
    }

    @Test
    void aMissingProcessFaultsTheRouterOnceItsDelayIsOver() throws IOException {
        String name = "tnd" + ProcessHandle.current().pid();
        Path program = Files.copy(Path.of("/bin/sleep"), directory.resolve(name));
        TrackProcess process = new TrackProcess(
                "p",
                List.of(name),
                ProcessMatch.NAME,
                0,
                false,
                1,
                Integer.MAX_VALUE,
                Duration.ZERO,
                Duration.ofMillis(50));
        VirtualRouterConfig config = config(new Tracks(List.of(), List.of(), List.of(), List.of(process)));
        Process first = new ProcessBuilder(program.toString(), "100").start();
        try (TestNode node = new TestNode(a, config);
                Trackers trackers = new Trackers(node.routers(), node.events())) {
            trackers.track(List.of(config));
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            first.destroyForcibly();
            Await.until("fault", SOON, () -> node.state() == State.FAULT);
            Process second = new ProcessBuilder(program.toString(), "100").start();
            try {
                Await.until("active again", SOON, () -> node.state() == State.ACTIVE);
            } finally {
                second.destroyForcibly();
            }
        } finally {
            first.destroyForcibly();
        }
    }

    private static TrackScript script(Path flag, int weight) {
        return new TrackScript(
                "check",
                List.of("test", "-e", flag.toString()),
                Duration.ofMillis(50),
                Duration.ofSeconds(5),
                weight,
                false,
                1,
                1,
                false,
                null,
                null);
    }

    private static VirtualRouterConfig config(Tracks tracks) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .advertInterval(Duration.ofMillis(50))
                .addresses(List.of(new VirtualAddress(TestLan.address("10.99.0.50"), 32, null, null, 0)))
                .tracks(tracks)
                .build();
    }
}

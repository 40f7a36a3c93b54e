// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.differential.Theatre.Outcome;
import io.tandem.node.differential.Theatre.Scene;
import io.tandem.node.differential.Theatre.Script;
import io.tandem.node.testkit.InstalledHaproxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Scenes that are played with the installed haproxy and with ours, all at once: most of them wait for something. A busy machine
 * may be later than their time-outs: what differs is played once more, alone and with all times longer.
 */
final class Playbill implements AutoCloseable {
    private static final int SLOWLY = 5;

    private final List<Scene> scenes = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<Scene, Future<Outcome>> expected = new HashMap<>();
    private final Map<Scene, Future<Outcome>> actual = new HashMap<>();
    private String common = "";

    void scene(String name, String frontend, String backend, int lines, Script script) {
        scenes.add(new Scene(name.replace(' ', '-'), frontend, backend, lines, script));
    }

    /** Adds a table of scenes. */
    void scenes(Scenes table) {
        scenes.addAll(table.all());
    }

    List<Scene> scenes() {
        return scenes;
    }

    /** @param common the sections in front of the scenes; LOG stands for the port of the log */
    void play(String common) throws Exception {
        InstalledHaproxy.assumeInstalled();
        this.common = common;
        ExecutorService threads = Executors.newFixedThreadPool(48);
        open.add(threads::shutdownNow);
        Theatre theirs = new Theatre(common, scenes, true, 1);
        open.add(theirs);
        Theatre ours = new Theatre(common, scenes, false, 1);
        open.add(ours);
        ours.play(scenes.get(0)); // a young process is slow
        for (Scene scene : scenes) {
            expected.put(scene, threads.submit(() -> theirs.play(scene)));
            actual.put(scene, threads.submit(() -> ours.play(scene)));
        }
    }

    /** What came of it is the same, or holds what is {@code noticed} here and not by haproxy. */
    void compare(Scene scene, @Nullable String noticed) throws Exception {
        Both both = new Both(
                requireNonNull(expected.get(scene)).get(60, TimeUnit.SECONDS),
                requireNonNull(actual.get(scene)).get(60, TimeUnit.SECONDS));
        if (!both.isAsItShould(noticed)) {
            both = slowly(scene);
        }
        assertThat(both.theirs.log())
                .as("what haproxy logs in a scene of that many lines")
                .doesNotContain("no line");
        if (noticed == null) {
            assertThat(both.ours).hasToString(both.theirs.toString());
        } else {
            assertThat(both.ours.toString()).contains(noticed);
        }
    }

    private Both slowly(Scene scene) throws Exception {
        try (Theatre theirs = new Theatre(common, List.of(scene), true, SLOWLY);
                Theatre ours = new Theatre(common, List.of(scene), false, SLOWLY)) {
            ours.play(scene); // a young process is slow
            return new Both(theirs.play(scene), ours.play(scene));
        }
    }

    private record Both(Outcome theirs, Outcome ours) {
        boolean isAsItShould(@Nullable String noticed) {
            return !theirs.log().contains("no line")
                    && (noticed == null
                            ? ours.toString().equals(theirs.toString())
                            : ours.toString().contains(noticed));
        }
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        open.clear(); // what failed may be played once more
    }
}

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

/** Scenes that are played with the installed haproxy and with ours, all at once: most of them wait for something. */
final class Playbill implements AutoCloseable {
    private final List<Scene> scenes = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<Scene, Future<Outcome>> expected = new HashMap<>();
    private final Map<Scene, Future<Outcome>> actual = new HashMap<>();

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
        ExecutorService threads = Executors.newFixedThreadPool(48);
        open.add(threads::shutdownNow);
        Theatre theirs = new Theatre(common, scenes, true);
        open.add(theirs);
        Theatre ours = new Theatre(common, scenes, false);
        open.add(ours);
        ours.play(scenes.get(0)); // a young process is slow
        for (Scene scene : scenes) {
            expected.put(scene, threads.submit(() -> theirs.play(scene)));
            actual.put(scene, threads.submit(() -> ours.play(scene)));
        }
    }

    /** What came of it is the same, or holds what is {@code noticed} here and not by haproxy. */
    void compare(Scene scene, @Nullable String noticed) throws Exception {
        Outcome theirs = requireNonNull(expected.get(scene)).get(20, TimeUnit.SECONDS);
        Outcome ours = requireNonNull(actual.get(scene)).get(20, TimeUnit.SECONDS);
        assertThat(theirs.log())
                .as("what haproxy logs in a scene of that many lines")
                .doesNotContain("no line");
        if (noticed == null) {
            assertThat(ours).hasToString(theirs.toString());
        } else {
            assertThat(ours.toString()).contains(noticed);
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

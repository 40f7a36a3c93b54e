// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.node.differential.Theatre.Outcome;
import io.tandem.node.differential.Theatre.Scene;
import io.tandem.node.differential.Theatre.Script;
import java.io.File;
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
    private @Nullable ExecutorService players;
    private final Map<Scene, Future<Outcome>> expected = new HashMap<>();
    private final Map<Scene, Future<Outcome>> actual = new HashMap<>();
    private @Nullable Theatre oracle;
    private @Nullable Theatre tandem;

    void scene(String name, String frontend, String backend, int lines, Script script) {
        scenes.add(new Scene(name.replace(' ', '-'), frontend, backend, lines, script));
    }

    List<Scene> scenes() {
        return scenes;
    }

    /** @param common the sections in front of the scenes; LOG stands for the port of the log */
    void play(String common) throws Exception {
        boolean present = new File("/usr/sbin/haproxy").canExecute();
        if (!present && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("haproxy is not installed");
        }
        assumeTrue(present);
        ExecutorService threads = Executors.newFixedThreadPool(48);
        players = threads;
        Theatre theirs = new Theatre(common, scenes, true);
        oracle = theirs;
        Theatre ours = new Theatre(common, scenes, false);
        tandem = ours;
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
        if (noticed == null) {
            assertThat(ours).hasToString(theirs.toString());
        } else {
            assertThat(ours.toString()).contains(noticed);
        }
    }

    @Override
    public void close() throws Exception {
        if (players != null) {
            players.shutdownNow();
        }
        if (oracle != null) {
            oracle.close();
        }
        if (tandem != null) {
            tandem.close();
        }
    }
}

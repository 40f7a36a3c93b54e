// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.differential.Theatre.Scene;
import io.tandem.node.differential.Theatre.Script;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A bill of scenes, each of which must end as it does with the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PlayedDifferentialTest {
    private final Playbill playbill = new Playbill();
    private final String common;
    private final Map<String, String> noticed;

    /**
     * @param common the sections in front of the scenes; LOG stands for the port of the log
     * @param noticed scenes in which haproxy does something else, and what is seen of them here
     */
    PlayedDifferentialTest(String common, Map<String, String> noticed) {
        this.common = common;
        this.noticed = noticed;
    }

    /** Puts the scenes on the bill, by the methods below. */
    abstract void writeBill();

    final void scene(String name, String frontend, String backend, Script script) {
        scene(name, frontend, backend, 1, script);
    }

    /** @param lines how many lines are logged */
    final void scene(String name, String frontend, String backend, int lines, Script script) {
        playbill.scene(name, frontend, backend, lines, script);
    }

    final void scenes(Scenes table) {
        playbill.scenes(table);
    }

    @BeforeAll
    void playEverything() throws Exception {
        writeBill();
        playbill.play(common);
    }

    @AfterAll
    void close() throws Exception {
        playbill.close();
    }

    Stream<Scene> played() {
        return playbill.scenes().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("played")
    void endsAsWithHaproxy(Scene scene) throws Exception {
        playbill.compare(scene, noticed.get(scene.name()));
    }
}

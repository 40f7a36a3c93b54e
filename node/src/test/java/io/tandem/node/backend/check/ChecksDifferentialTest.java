// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** The first check of many servers, told, shown and heard as haproxy's. */
@Timeout(180)
class ChecksDifferentialTest {
    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @TestFactory
    List<DynamicTest> rulesOfTcpChecks() throws Exception {
        return compared("tcp.txt");
    }

    @TestFactory
    List<DynamicTest> rulesOfHttpChecks() throws Exception {
        return compared("http.txt");
    }

    @TestFactory
    List<DynamicTest> checksThatKnowAProtocol() throws Exception {
        return compared("protocols.txt");
    }

    @TestFactory
    List<DynamicTest> agents() throws Exception {
        return compared("agents.txt");
    }

    @TestFactory
    List<DynamicTest> programsOfTheOperators() throws Exception {
        return compared("external.txt");
    }

    private static List<DynamicTest> compared(String resource) throws Exception {
        List<CheckScenes.Scene> scenes = CheckScenes.read(resource);
        FutureTask<List<CheckScenes.Outcome>> beside = new FutureTask<>(() -> CheckScenes.play(scenes, true));
        new Thread(beside, "haproxy").start(); // both wait for time-outs most of the time
        List<CheckScenes.Outcome> ours = CheckScenes.play(scenes, false);
        List<CheckScenes.Outcome> oracle = beside.get();
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < scenes.size(); i++) {
            CheckScenes.Outcome wanted = oracle.get(i);
            CheckScenes.Outcome got = ours.get(i);
            tests.add(DynamicTest.dynamicTest(scenes.get(i).title(), () -> {
                assertThat(got.told()).as("told").isEqualTo(wanted.told());
                assertThat(got.shown()).as("shown").isEqualTo(wanted.shown());
                assertThat(got.heard()).as("heard").isEqualTo(wanted.heard());
                assertThat(got.environment()).as("environment").isEqualTo(wanted.environment());
            }));
        }
        return tests;
    }
}

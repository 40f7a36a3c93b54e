// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.node.differential.Theatre.Outcome;
import io.tandem.node.differential.Theatre.Scene;
import java.io.File;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way an HTTP exchange can end (HAProxy manual 8.5): what client and server see, and the log line with status, bytes,
 * flags, retries and which times are known, are those of the installed haproxy. All scenes are played at once, most of them
 * wait for a time-out.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TerminationDifferentialTest {
    private static final String COMMON =
            """
            global
                log 127.0.0.1:LOG len 4096 local0
            defaults plain
                mode http
                log global
                option httplog
                timeout connect 400ms
                timeout client 700ms
                timeout server 500ms
                retries 0
            """;

    /** The same with an option that HAProxy looks for in frontend and backend alike. */
    private static final String DEFAULTS = COMMON
            + COMMON.substring(COMMON.indexOf("defaults")).replace("plain", "aborting") + "    option abortonclose\n";

    private static final List<Scene> SCENES = Stream.of(new RequestScenes(), new ResponseScenes())
            .flatMap(table -> table.all().stream())
            .toList();

    /**
     * Scenes in which HAProxy 2.6 does not notice what its manual says it does, and what is seen of them here: it does not read from
     * a client whose request is complete.
     */
    private static final Map<String, String> NOTICED = Map.of(
            "a-large-body-is-drained", "client HTTP/1.1 403", // with haproxy it is a matter of time
            "CQ-abortonclose", "CQ-abortonclose-be/<NOSRV> n/-1/-1/-1/n -1 0 CQ-- 0 0/1 \"GET / HTTP/1.1\"",
            "CH-reset", "CH-reset-be/s1 n/n/n/-1/n -1 0 CD-- 0 0/0 \"GET / HTTP/1.1\"",
            "CD-reset", "CD-reset-be/s1 n/n/n/n/n 200 53 CD-- 0 0/0 \"GET / HTTP/1.1\"");

    private @Nullable Theatre oracle;
    private @Nullable Theatre tandem;
    private final ExecutorService players = Executors.newFixedThreadPool(48);
    private final Map<Scene, Future<Outcome>> expected = new LinkedHashMap<>();
    private final Map<Scene, Future<Outcome>> actual = new LinkedHashMap<>();

    @BeforeAll
    void playEverything() throws Exception {
        boolean present = new File("/usr/sbin/haproxy").canExecute();
        if (!present && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("haproxy is not installed");
        }
        assumeTrue(present);
        Theatre theirs = new Theatre(DEFAULTS, SCENES, true);
        Theatre ours = new Theatre(DEFAULTS, SCENES, false);
        oracle = theirs;
        tandem = ours;
        Scene first = SCENES.get(0);
        ours.play(first); // a young process is slow
        for (Scene scene : SCENES) {
            expected.put(scene, players.submit(() -> theirs.play(scene)));
            actual.put(scene, players.submit(() -> ours.play(scene)));
        }
    }

    @AfterAll
    void close() throws Exception {
        players.shutdownNow();
        for (Theatre theatre : Arrays.asList(oracle, tandem)) {
            if (theatre != null) {
                theatre.close();
            }
        }
    }

    private static Stream<Scene> scenes() {
        return SCENES.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenes")
    void endsAsWithHaproxy(Scene scene) throws Exception {
        Outcome theirs = requireNonNull(expected.get(scene)).get(20, TimeUnit.SECONDS);
        Outcome ours = requireNonNull(actual.get(scene)).get(20, TimeUnit.SECONDS);

        String noticed = NOTICED.get(scene.name());
        if (noticed == null) {
            assertThat(ours).hasToString(theirs.toString());
        } else {
            assertThat(ours.toString()).contains(noticed);
        }
    }
}

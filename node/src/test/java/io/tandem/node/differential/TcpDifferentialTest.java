// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.differential.TcpSessions.Case;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How TCP sessions end, and what the log says of it: every state as with the installed haproxy. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TcpDifferentialTest {
    private static final String COMMON =
            """
            global
                nbthread 1
                log 127.0.0.1:LOG local0
            defaults
                mode tcp
                log global
                option tcplog
                retries 1
                timeout connect 200ms
                timeout client 1s
                timeout server 1s
            """;

    /** One for each case, N its number. */
    private static final String SECTIONS =
            """
            frontend feN
                bind 127.0.0.1:PORT_N_
                timeout client CLIENT
                FRONTEND
                default_backend beN
            backend beN
                timeout server SERVERMS
                BACKEND
                server a 127.0.0.1:A OPTIONS
            """;

    /** Limits in these cases differ by more; a busy machine is this late. */
    private static final int TOLERANCE_MS = 150;

    private static final int AT_ONCE = 6;

    /** A case that differs among others is played alone, so often at most. */
    private static final int TRIES = 3;

    private final Map<String, Pair> pairs = new ConcurrentHashMap<>();
    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    private final List<LoopbackServer> servers = new ArrayList<>();
    private @Nullable Contestant haproxy;
    private @Nullable Contestant tandem;

    /** Most of a case is waiting: several are played at once, all with one proxy of each kind. */
    @BeforeAll
    void playAll() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<Case> all = TcpSessions.all().toList();
        StringBuilder text = new StringBuilder(COMMON);
        for (int i = 0; i < all.size(); i++) {
            text.append(sections(all.get(i), i + 1));
        }
        haproxy = new Contestant(text.toString(), true, all.size());
        tandem = new Contestant(text.toString(), false, all.size());
        unchecked(all.get(0), 1, tandem); // a young process is slow
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        for (int i = 0; i < all.size(); i++) {
            Case each = all.get(i);
            int number = i + 1;
            numbers.put(each.name(), number);
            threads.execute(() -> pairs.put(each.name(), pair(each, number)));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
    }

    @AfterAll
    void stop() throws IOException {
        for (Contestant each : new Contestant[] {haproxy, tandem}) {
            if (each != null) {
                each.close();
            }
        }
        for (LoopbackServer server : servers) {
            server.close();
        }
    }

    private String sections(Case played, int number) throws IOException {
        return SECTIONS.replace("FRONTEND", played.frontend())
                .replace("BACKEND", played.backend())
                .replace("OPTIONS", played.options())
                .replace("CLIENT", played.clientTimeout())
                .replace("SERVERMS", played.serverTimeout())
                .replace("127.0.0.1:A", "127.0.0.1:" + serverPort(played.server()))
                .replace("PORT_N_", "PORT_" + number + "_")
                .replace("feN", "fe" + number)
                .replace("beN", "be" + number);
    }

    private int serverPort(TcpSessions.@Nullable Server script) throws IOException {
        if (script == null) {
            return Ports.dead();
        }
        LoopbackServer server = new LoopbackServer((connection, number) -> script.serve(connection));
        servers.add(server);
        return server.port();
    }

    private Pair pair(Case played, int number) {
        CompletableFuture<String> theirs =
                CompletableFuture.supplyAsync(() -> unchecked(played, number, Objects.requireNonNull(haproxy)));
        String ours = unchecked(played, number, Objects.requireNonNull(tandem));
        return new Pair(theirs.join(), ours);
    }

    private static String play(Case played, int number, Contestant proxy) throws Exception {
        String heard;
        try (Socket client = proxy.connect(number)) {
            heard = played.client().play(client);
        }
        return proxy.log("fe" + number, 1).get(0) + " | " + heard;
    }

    /** Tw, Tc and Tt. */
    private static int[] times(String line) {
        return Stream.of(line.split(" ", -1)[2].split("/", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /**
     * All but the times, which are told apart by whether there is one, and without the number of the case and that of the
     * connections of the process.
     */
    private static String essence(String line) {
        String times = line.split(" ", -1)[2].replaceAll("(^|/)[0-9]+", "$1n");
        return line.replaceFirst("^(\\S+ \\S+ )\\S+", "$1" + times)
                .replaceFirst("^fe[0-9]+ (fe|be)[0-9]+/", "fe $1/")
                .replaceFirst("( \\S\\S) [0-9]+/", "$1 n/")
                .replaceFirst("( IR n/1)/[0-9]+/", "$1/n/"); // haproxy goes on counting these with their backend
    }

    @ParameterizedTest
    @MethodSource("io.tandem.node.differential.TcpSessions#all")
    void sessionsEndAsWithHaproxy(Case played) throws Exception {
        Pair first = pairs.remove(played.name());
        if (first != null && first.isEqual()) {
            return; // played among others, which a busy machine may disturb
        }
        Pair again = pair(played, Objects.requireNonNull(numbers.get(played.name())));
        for (int i = 1; i < TRIES && !again.isEqual(); i++) {
            again = pair(played, Objects.requireNonNull(numbers.get(played.name())));
        }
        String both = again.toString();
        assertThat(essence(again.tandem)).as(both).isEqualTo(essence(again.haproxy));
        assertThat(again.isEqual()).as("times of " + both).isTrue();
    }

    /** What came of one case with each of the two. */
    private record Pair(String haproxy, String tandem) {
        boolean isEqual() {
            int[] theirs = times(haproxy);
            int[] ours = times(tandem);
            boolean close = true;
            for (int i = 0; i < theirs.length; i++) {
                close &= Math.abs(theirs[i] - ours[i]) <= TOLERANCE_MS;
            }
            return close && essence(tandem).equals(essence(haproxy));
        }
    }

    private static String unchecked(Case played, int number, Contestant proxy) {
        try {
            return play(played, number, proxy);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}

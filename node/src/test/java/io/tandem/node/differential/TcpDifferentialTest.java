// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
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

    private final Map<String, Pair> pairs = new ConcurrentHashMap<>();
    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    private final List<ServerSocket> listeners = new ArrayList<>();
    private @Nullable Contestant haproxy;
    private @Nullable Contestant tandem;

    /** Most of a case is waiting: several are played at once, all with one proxy of each kind. */
    @BeforeAll
    void playAll() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<Case> all = cases().toList();
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
            numbers.put(each.name, number);
            threads.execute(() -> pairs.put(each.name, pair(each, number)));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
    }

    @AfterAll
    void stop() {
        for (Contestant each : new Contestant[] {haproxy, tandem}) {
            if (each != null) {
                each.close();
            }
        }
        listeners.forEach(TcpDifferentialTest::quietlyClose);
    }

    private static void quietlyClose(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // it was closed already
        }
    }

    private String sections(Case played, int number) throws IOException {
        Server script = played.server;
        int port = 1;
        if (script != null) {
            ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            listeners.add(listener);
            daemon(() -> accept(listener, script));
            port = listener.getLocalPort();
        }
        return SECTIONS.replace("FRONTEND", played.frontend)
                .replace("BACKEND", played.backend)
                .replace("OPTIONS", played.options)
                .replace("CLIENT", played.clientTimeout)
                .replace("SERVERMS", played.serverTimeout)
                .replace("127.0.0.1:A", "127.0.0.1:" + port)
                .replace("PORT_N_", "PORT_" + number + "_")
                .replace("feN", "fe" + number)
                .replace("beN", "be" + number);
    }

    private Pair pair(Case played, int number) {
        CompletableFuture<String> theirs =
                CompletableFuture.supplyAsync(() -> unchecked(played, number, Objects.requireNonNull(haproxy)));
        String ours = unchecked(played, number, Objects.requireNonNull(tandem));
        return new Pair(theirs.join(), ours);
    }

    private interface Server {
        void serve(Socket client) throws IOException;
    }

    private interface Client {
        String play(Socket proxy) throws IOException;
    }

    /** One session; the configuration's places are filled in by {@code with…}. */
    private record Case(
            String name,
            @Nullable Server server,
            Client client,
            String frontend,
            String backend,
            String options,
            String clientTimeout,
            String serverTimeout) {
        @Override
        public String toString() {
            return name;
        }

        Case frontend(String line) {
            return new Case(name, server, client, line, backend, options, clientTimeout, serverTimeout);
        }

        Case backend(String line) {
            return new Case(name, server, client, frontend, line, options, clientTimeout, serverTimeout);
        }

        Case options(String words) {
            return new Case(name, server, client, frontend, backend, words, clientTimeout, serverTimeout);
        }

        Case timeouts(String client, String server) {
            return new Case(name, this.server, this.client, frontend, backend, options, client, server);
        }
    }

    private static Case session(String name, @Nullable Server server, Client client) {
        return new Case(name, server, client, "", "", "", "500ms", "900ms");
    }

    // ---- what servers do

    private static final Server HOLDS = client -> {
        client.getInputStream().read();
        pause(2_000);
    };
    private static final Server ECHOES = client -> {
        int next = client.getInputStream().read();
        while (next >= 0) {
            client.getOutputStream().write(next);
            next = client.getInputStream().read();
        }
    };
    private static final Server ANSWERS = client -> {
        client.getInputStream().read(new byte[1_000]); // all of it: a close with bytes unread would be a reset
        say(client, "answer");
    };
    private static final Server GREETS = client -> {
        say(client, "hi");
        pause(2_000);
    };
    private static final Server ENDS_ITS_SIDE = client -> {
        say(client, "hi");
        client.shutdownOutput();
        pause(2_000);
    };
    private static final Server RESETS = client -> {
        pause(50);
        reset(client);
    };

    // ---- what clients do

    private static final Client LISTENS = TcpDifferentialTest::readAll;
    private static final Client ASKS = proxy -> {
        say(proxy, "q");
        return readAll(proxy);
    };
    private static final Client ASKS_AND_ENDS = proxy -> {
        say(proxy, "q");
        proxy.shutdownOutput();
        return readAll(proxy);
    };

    private static Client leaves(int afterMs, String text) {
        return proxy -> {
            say(proxy, text);
            pause(afterMs);
            proxy.close();
            return "";
        };
    }

    private static Client resets(int afterMs, String text) {
        return proxy -> {
            say(proxy, text);
            pause(afterMs);
            reset(proxy);
            return "";
        };
    }

    private static void say(Socket to, String text) throws IOException {
        to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static void pause(int ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms); // what the proxy does about silence is the subject
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static String readAll(Socket from) throws IOException {
        StringBuilder text = new StringBuilder();
        from.setSoTimeout(3_000);
        try {
            int next = from.getInputStream().read();
            while (next >= 0) {
                text.append((char) next);
                next = from.getInputStream().read();
            }
            return text + "<end>";
        } catch (SocketTimeoutException quiet) {
            return text + "<open>";
        } catch (IOException reset) {
            return text + "<end>";
        }
    }

    /** A request whose head comes in pieces. */
    private static final Client SPEAKS_HTTP = proxy -> {
        say(proxy, "GET /x HT");
        say(proxy, "TP/1.1\r\nHost: ho");
        say(proxy, "st\r\n\r\n");
        return readAll(proxy);
    };

    private static Stream<Case> cases() {
        return Stream.of(flows(), silence(), failures(), inspection(), responses(), choices(), upgrades())
                .flatMap(s -> s);
    }

    private static Stream<Case> flows() {
        return Stream.of(
                session("the server answers and ends", ANSWERS, ASKS),
                session("the client ends its side, the server echoes", ECHOES, ASKS_AND_ENDS),
                session("the client ends without a word", ECHOES, leaves(50, "")),
                session("the client leaves a server that holds", HOLDS, leaves(50, "x")),
                session("the client resets", HOLDS, resets(100, "x")),
                session("the client resets before a word", HOLDS, resets(100, "")),
                session("the server ends at once", client -> {}, LISTENS),
                session("the server resets before a word", RESETS, LISTENS),
                session(
                        "the server resets after data",
                        client -> {
                            client.getInputStream().read();
                            say(client, "ab");
                            pause(100);
                            reset(client);
                        },
                        ASKS),
                session("the server ends its side, then the client", ENDS_ITS_SIDE, proxy -> {
                    proxy.getInputStream().read();
                    pause(50);
                    proxy.close();
                    return "";
                }));
    }

    private static Stream<Case> silence() {
        return Stream.of(
                session("nobody talks", HOLDS, LISTENS),
                session("the client talked", HOLDS, ASKS),
                session("the server talked", GREETS, LISTENS),
                session("the server's limit is shorter", HOLDS, ASKS).timeouts("900ms", "300ms"),
                session("the limit of tunnels", GREETS, ASKS).backend("timeout tunnel 200ms"),
                session("the limit of tunnels is longer", GREETS, ASKS).backend("timeout tunnel 700ms"),
                session("client-fin once the client has ended", HOLDS, ASKS_AND_ENDS)
                        .frontend("timeout client-fin 100ms"),
                session("server-fin once the client has ended", HOLDS, ASKS_AND_ENDS)
                        .backend("timeout server-fin 100ms"),
                session("the client has ended", HOLDS, ASKS_AND_ENDS),
                session("the server has ended", ENDS_ITS_SIDE, LISTENS),
                session("client-fin once the server has ended", ENDS_ITS_SIDE, LISTENS)
                        .frontend("timeout client-fin 100ms"),
                session("server-fin once the server has ended", ENDS_ITS_SIDE, LISTENS)
                        .backend("timeout server-fin 100ms"),
                session("tunnel and client-fin", ENDS_ITS_SIDE, LISTENS)
                        .backend("timeout tunnel 700ms")
                        .frontend("timeout client-fin 100ms"),
                session("no limits but those of the server", HOLDS, ASKS).timeouts("0", "300ms"));
    }

    private static Stream<Case> failures() {
        return Stream.of(
                session("refused", null, LISTENS),
                session("refused, the client had asked", null, ASKS),
                session("refused, the client leaves", null, leaves(50, "")),
                session("refused, the client asks and leaves", null, leaves(50, "x")),
                session("refused, the client resets", null, resets(50, "x")),
                session("no server", HOLDS, ASKS).options("disabled"));
    }

    private static Stream<Case> inspection() {
        String delay = "tcp-request inspect-delay 150ms\n ";
        String longer = "tcp-request content reject if { req.len gt 3 }";
        return Stream.of(
                session("rejected at once", HOLDS, ASKS).frontend("tcp-request content reject"),
                session("waits until the delay is over", ANSWERS, LISTENS).frontend(delay + longer),
                session("rejected by its bytes", HOLDS, proxy -> {
                            say(proxy, "four");
                            return readAll(proxy);
                        })
                        .frontend(delay + longer),
                session("the client ends in the delay", HOLDS, ASKS_AND_ENDS).frontend(delay + longer),
                session("the client resets in the delay", HOLDS, resets(50, "")).frontend(delay + longer),
                session("the client's limit is shorter than the delay", HOLDS, LISTENS)
                        .frontend("tcp-request inspect-delay 2s\n " + longer),
                session("rejected by the backend", HOLDS, ASKS).backend("tcp-request content reject"),
                session("rejected by the backend by its bytes", HOLDS, proxy -> {
                            say(proxy, "four");
                            return readAll(proxy);
                        })
                        .backend(delay + longer),
                session("waits in the backend", ANSWERS, ASKS).backend(delay + longer),
                session("the client resets in the backend's delay", HOLDS, resets(50, "x"))
                        .backend(delay + longer),
                session("the client's limit is shorter than the backend's delay", HOLDS, LISTENS)
                        .backend("tcp-request inspect-delay 2s\n " + longer),
                session("accepted by the backend", ANSWERS, ASKS)
                        .backend("tcp-request inspect-delay 2s\n tcp-request content accept if { req.len gt 0 }"),
                session("rejected as a session", HOLDS, ASKS)
                        .frontend("tcp-request session reject if { src 127.0.0.2 }"),
                session("rejected by its path", HOLDS, SPEAKS_HTTP)
                        .frontend("tcp-request inspect-delay 2s\n tcp-request content reject if { path /x }"),
                session("rejected by a header in pieces", HOLDS, SPEAKS_HTTP)
                        .frontend("tcp-request inspect-delay 2s\n"
                                + " tcp-request content reject if { hdr(host) -m beg h } { hdr_cnt(cookie) 0 }"),
                session("a path in a variable", HOLDS, SPEAKS_HTTP)
                        .backend("tcp-request inspect-delay 2s\n tcp-request content accept if { method POST }\n"
                                + " tcp-request content set-var(sess.p) path\n"
                                + " tcp-request content reject if { var(sess.p) -m str /x }"),
                session("no request, and a path is asked for", ANSWERS, ASKS)
                        .frontend("tcp-request inspect-delay 2s\n tcp-request content reject if { path / }"));
    }

    private static Stream<Case> responses() {
        String delay = "tcp-response inspect-delay 150ms\n ";
        return Stream.of(
                session("the response is rejected", ANSWERS, ASKS)
                        .backend(delay + "tcp-response content reject if { res.len gt 3 }"),
                session("the response ends the server's connection", ANSWERS, ASKS)
                        .backend(delay + "tcp-response content close if { res.len gt 3 }"),
                session("the response's delay is over", GREETS, ASKS)
                        .backend(delay + "tcp-response content reject if { res.len gt 3 }"),
                session("the response is accepted", ANSWERS, ASKS)
                        .backend(delay + "tcp-response content accept if { res.payload(0,3) -m str ans }\n"
                                + " tcp-response content reject"),
                session(
                                "the server ends in the delay",
                                client -> client.getInputStream().read(),
                                ASKS)
                        .backend(delay + "tcp-response content reject if { res.len gt 3 }"));
    }

    private static Client asksForDesktop(String cookie) {
        return proxy -> {
            say(proxy, "\3\0\0\40\35\u00E0\0\0\0\0\0Cookie: " + cookie + "\r\n");
            return readAll(proxy);
        };
    }

    private static Stream<Case> choices() {
        String waits = "tcp-request inspect-delay 1s\n tcp-request content accept if { req.rdp_cookie_cnt gt 0 }";
        String three = "server b 127.0.0.1:A\n server c 127.0.0.1:A weight 2";
        Stream<Case> hashed = Stream.of("alice", "bob", "carol", "dave", "eve\u00e9")
                .map(user -> session("the desktop of " + user, ANSWERS, asksForDesktop("mstshash=" + user))
                        .frontend(waits)
                        .backend("balance rdp-cookie\n " + three));
        return Stream.concat(
                hashed,
                Stream.of(
                        session("dispatch", ANSWERS, ASKS).backend("dispatch 127.0.0.1:A"),
                        session("dispatch is refused", null, ASKS).backend("dispatch 127.0.0.1:A"),
                        session("a cookie of another name", ANSWERS, asksForDesktop("other=x"))
                                .frontend(waits)
                                .backend("balance rdp-cookie")));
    }

    private static final Client GETS = proxy -> {
        say(proxy, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        return readAll(proxy);
    };
    private static final Server WEB = client -> {
        int newlines = 0;
        while (newlines < 2) {
            int next = client.getInputStream().read();
            newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
        }
        say(client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    };

    private static Stream<Case> upgrades() {
        String waits = "tcp-request inspect-delay 150ms\n tcp-request content switch-mode http if HTTP\n ";
        return Stream.of(
                session("the backend speaks HTTP", WEB, GETS).backend("mode http"),
                session("the connection switches to HTTP", WEB, GETS)
                        .frontend(waits + "http-request return status 404 if { path /none }")
                        .backend("mode http"),
                session("rules of HTTP answer once it has switched", WEB, GETS)
                        .frontend(waits + "http-request deny if { path / }")
                        .backend("mode http"),
                session("what is no HTTP does not switch", ANSWERS, ASKS)
                        .frontend(waits + "tcp-request content reject"));
    }

    private static String play(Case played, int number, Contestant proxy) throws Exception {
        String heard;
        try (Socket client = proxy.connect(number)) {
            heard = played.client.play(client);
        }
        return proxy.log("fe" + number, 1).get(0) + " | " + heard;
    }

    private static void accept(ServerSocket listener, Server script) {
        try {
            while (true) {
                Socket connection = listener.accept();
                daemon(() -> {
                    try (connection) {
                        script.serve(connection);
                    } catch (IOException over) {
                        // the proxy has ended it
                    }
                });
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "server");
        thread.setDaemon(true);
        thread.start();
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
                .replaceFirst("( \\S\\S) [0-9]+/", "$1 n/");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sessionsEndAsWithHaproxy(Case played) throws Exception {
        Pair first = pairs.remove(played.name);
        if (first != null && first.isEqual()) {
            return; // played among others, which a busy machine may disturb
        }
        Pair again = pair(played, Objects.requireNonNull(numbers.get(played.name)));
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

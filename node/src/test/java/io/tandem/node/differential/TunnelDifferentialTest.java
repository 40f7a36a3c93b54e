// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tunnels by CONNECT (RFC 9110 section 9.3.6) in HTTP/1 and HTTP/2 on either side, beside the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TunnelDifferentialTest {
    private static final String CONFIGURATION = Contestants.BEGINNING
            + """
            frontend fe
                bind 127.0.0.1:PORT
                bind 127.0.0.1:PORT_1_ proto h2
                use_backend %[req.hdr(host),field(1,.)]
            backend one
                server s 127.0.0.1:TAKES
            backend two
                server s 127.0.0.1:TAKES proto h2
            backend no1
                server s 127.0.0.1:REFUSES
            backend no2
                server s 127.0.0.1:REFUSES proto h2
            """;

    private final List<WebSocketServer> servers = new ArrayList<>();
    private @Nullable Contestants contestants;

    @BeforeAll
    void start() throws Exception {
        servers.add(new WebSocketServer(false, Http2Text.headers(1, false, ":status", "200", "x-y", "z")));
        servers.add(new WebSocketServer(
                false, Http2Text.headers(1, false, ":status", "403") + Http2Text.data(1, true, "no")));
        String text = CONFIGURATION
                .replace("TAKES", "" + servers.get(0).port())
                .replace("REFUSES", "" + servers.get(1).port());
        contestants = new Contestants(text, 1);
    }

    @AfterAll
    void stop() throws IOException {
        if (contestants != null) {
            contestants.close();
        }
        for (WebSocketServer server : servers) {
            server.close();
        }
    }

    private interface Scene {
        String play(Contestant contestant, Client client, WebSocketServer server) throws Exception;
    }

    private String same(int front, int server, String host, Scene scene) throws Exception {
        return requireNonNull(contestants).same(contestant -> {
            servers.get(server).forget();
            String played;
            try (Client client = new Client(contestant, front, host)) {
                played = scene.play(contestant, client, servers.get(server));
            }
            // HAProxy writes the line when the client has ended, too
            return played + "\n" + status(contestant);
        });
    }

    private static String status(Contestant contestant) throws InterruptedException {
        return Contestants.statusAndEnd(contestant, line -> line.contains("CONNECT"));
    }

    /** The client's side of a tunnel, in HTTP/1 or HTTP/2. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;
        private final boolean http2;

        Client(Contestant contestant, int front, String host) throws IOException {
            socket = contestant.connect(front);
            in = socket.getInputStream();
            http2 = front == 1;
            String authority = host + ".test:443";
            write(
                    http2
                            ? Http2Text.PREFACE
                                    + Http2Text.headers(1, false, ":method", "CONNECT", ":authority", authority)
                            : "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
        }

        private void write(String text) throws IOException {
            Contestants.send(socket, text);
        }

        void send(String message) throws IOException {
            write(http2 ? Http2Text.data(1, false, message) : message);
        }

        void end() throws IOException {
            if (http2) {
                write(Http2Text.data(1, true, ""));
            } else {
                socket.shutdownOutput();
            }
        }

        /** Everything up to {@code last}, in HTTP/1 with the head of the answer. */
        String readTo(String last) throws IOException {
            String text = Contestants.readTo(in, last);
            return http2 && text.endsWith(last) ? last : text;
        }

        /** What is left, up to the end of the stream or of the connection. */
        String rest() throws IOException {
            if (!http2) {
                return readTo("<never>");
            }
            String text = Http2Text.describe(new Http2Listening().to(socket));
            return text.substring(0, Math.max(0, text.indexOf("END")) + 3);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** A head without the order of its fields. */
    private static String head(String text) {
        String[] lines = text.toLowerCase(Locale.ROOT).split("\r\n", -1);
        Arrays.sort(lines, 1, lines.length);
        return String.join("\n", lines);
    }

    @ParameterizedTest
    @CsvSource({"0, one", "0, two", "1, one"})
    void bytesCrossBothWaysUntilTheClientEnds(int front, String host) throws Exception {
        String told = same(front, 0, host, (contestant, client, server) -> {
            StringBuilder text = new StringBuilder(head(server.next()));
            for (String message : List.of("one", "two", "x".repeat(900))) {
                client.send(message);
                text.append(server.next()).append(client.readTo(message)).append('\n');
            }
            client.end();
            return text + server.next() + client.rest();
        });
        assertThat(told).contains(host + ".test:443", "good-bye", "200 ----");
    }

    @ParameterizedTest
    @CsvSource({"0, one", "0, two", "1, one"})
    void theServersEndIsTheEndOfTheTunnel(int front, String host) throws Exception {
        String told = same(front, 0, host, (contestant, client, server) -> {
            String text = head(server.next());
            client.send("hello");
            text += server.next() + client.readTo("hello");
            client.send("bye");
            return text + server.next() + client.rest();
        });
        assertThat(told).contains("hello", "bye", "200 ----");
    }

    @ParameterizedTest
    @CsvSource({"0, one", "0, two", "1, one"})
    void bytesBehindTheRequestWaitForTheTunnel(int front, String host) throws Exception {
        same(front, 0, host, (contestant, client, server) -> {
            client.send("EARLY");
            String text = head(server.next()) + server.next() + client.readTo("EARLY");
            client.send("bye");
            return text + server.next() + client.rest();
        });
    }

    @ParameterizedTest
    @CsvSource({"0, no1", "0, no2", "1, no1"})
    void aRefusalIsAnAnswerLikeOthers(int front, String host) throws Exception {
        String told = same(front, 1, host, (contestant, client, server) -> client.readTo("no"));
        assertThat(told).contains("no", "403 ----");
    }

    /** HAProxy 2.6 never sends such a request on. */
    @Test
    void http2OnBothSidesIsATunnelToo() throws Exception {
        Contestant tandem = requireNonNull(contestants).tandem();
        WebSocketServer server = servers.get(0);
        server.forget();
        try (Client client = new Client(tandem, 1, "two")) {
            assertThat(server.next()).contains(":authority: two.test:443", ":method: CONNECT");
            client.send("hello");
            assertThat(server.next()).isEqualTo("hello");
            assertThat(client.readTo("hello")).isEqualTo("hello");
            client.end();
            assertThat(server.next()).isEqualTo("END");
            assertThat(client.rest()).contains("good-bye").endsWith("END");
            assertThat(status(tandem)).isEqualTo("200 ----");
        }
        try (Client client = new Client(tandem, 1, "no2")) {
            assertThat(client.readTo("no")).isEqualTo("no");
            assertThat(status(tandem)).isEqualTo("403 ----");
        }
    }
}

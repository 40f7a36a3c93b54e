// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tunnels by CONNECT (RFC 9110 section 9.3.6) in HTTP/1 and HTTP/2 on either side, beside the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TunnelDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 5s
                timeout server 5s
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

    private static final Pattern STATUS_AND_END = Pattern.compile(" (\\d{3}) \\d+ - - (\\S+) ");

    private final List<Contestant> contestants = new ArrayList<>();
    private final List<WebSocketServer> servers = new ArrayList<>();

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        servers.add(new WebSocketServer(false, Http2Text.headers(1, false, ":status", "200", "x-y", "z")));
        servers.add(new WebSocketServer(
                false, Http2Text.headers(1, false, ":status", "403") + Http2Text.data(1, true, "no")));
        String text = CONFIGURATION
                .replace("TAKES", "" + servers.get(0).port())
                .replace("REFUSES", "" + servers.get(1).port());
        contestants.add(new Contestant(text, true, 1));
        contestants.add(new Contestant(text, false, 1));
    }

    @AfterAll
    void stop() throws IOException {
        contestants.forEach(Contestant::close);
        for (WebSocketServer server : servers) {
            server.close();
        }
    }

    private interface Scene {
        String play(Contestant contestant, Client client, WebSocketServer server) throws Exception;
    }

    /** What happens with us is what happens with haproxy; answered for more to be said about it. */
    private String same(int front, int server, String host, Scene scene) throws Exception {
        List<String> told = new ArrayList<>();
        for (Contestant contestant : contestants) {
            servers.get(server).forget();
            String played;
            try (Client client = new Client(contestant, front, host)) {
                played = scene.play(contestant, client, servers.get(server));
            }
            told.add(played + status(contestant)); // HAProxy writes it when the client has ended, too
        }
        assertThat(told.get(1)).isEqualTo(told.get(0));
        return told.get(0);
    }

    private static String status(Contestant contestant) throws InterruptedException {
        String line;
        do {
            line = contestant.log(1).get(0); // that of the connection that found the port open may still come
        } while (!line.contains("CONNECT") && !line.startsWith("("));
        Matcher found = STATUS_AND_END.matcher(line);
        return found.find() ? "\n" + found.group(1) + " " + found.group(2) : line;
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
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
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
            StringBuilder text = new StringBuilder();
            while (text.indexOf(last) < 0) {
                int b = in.read();
                if (b < 0) {
                    return text.append("<end>").toString();
                }
                text.append((char) b);
            }
            return http2 ? last : text.toString();
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
        Contestant tandem = contestants.get(1);
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
            assertThat(status(tandem)).isEqualTo("\n200 ----");
        }
        try (Client client = new Client(tandem, 1, "no2")) {
            assertThat(client.readTo("no")).isEqualTo("no");
            assertThat(status(tandem)).isEqualTo("\n403 ----");
        }
    }
}

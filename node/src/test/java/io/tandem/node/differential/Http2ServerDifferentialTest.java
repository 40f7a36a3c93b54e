// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How responses of a server in HTTP/2 begin and end, to clients of HTTP/1, beside the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2ServerDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 3s
                timeout server 1s
            frontend fe
                bind 127.0.0.1:PORT
                default_backend be
            backend be
                server s 127.0.0.1:SERVER proto h2
            """;

    private @Nullable Contestants contestants;
    private final Http2Server server = new Http2Server(Http2ServerDifferentialTest::answer);

    Http2ServerDifferentialTest() throws IOException {}

    @BeforeAll
    void start() throws Exception {
        contestants = new Contestants(CONFIGURATION.replace("SERVER", "" + server.port()), 0);
    }

    @AfterAll
    void stop() throws IOException {
        if (contestants != null) {
            contestants.close();
        }
        server.close();
    }

    /** {@code /STATUS/...}: what is in the path besides comes with it. */
    private static void answer(Http2Server.Connection connection, int stream, String head) throws IOException {
        String[] path = head.replaceFirst("(?s).*:path: /([^,\\]]*).*", "$1").split("/", -1);
        boolean ends = head.contains("/end");
        List<String> fields = new ArrayList<>(List.of(":status", path[0]));
        if (head.contains("/length-")) {
            fields.addAll(List.of("content-length", head.replaceFirst("(?s).*/length-(\\d+).*", "$1")));
        }
        connection.send(Http2Text.headers(stream, ends, fields.toArray(String[]::new)));
        if (head.contains("/data")) {
            connection.send(Http2Text.data(stream, true, "hello"));
        } else if (head.contains("/late")) {
            connection.send(Http2Text.data(stream, true, ""));
        } else if (head.contains("/trailers")) {
            connection.send(Http2Text.headers(stream, true, "x-t", "1"));
        } else if (head.contains("/reset")) {
            connection.send(Http2Text.frame(3, 0, stream, "\0\0\0\0"));
        }
    }

    private static String play(Contestant contestant, String method, String path, String version) throws Exception {
        try (Socket client = contestant.connect()) {
            Contestants.send(
                    client, method + " " + path + " HTTP/" + version + "\r\nHost: a\r\nConnection: close\r\n\r\n");
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            // CR-- has the connection that found the port open
            return sorted(answer) + "\n" + Contestants.statusAndEnd(contestant, line -> !line.contains(" CR-- "));
        }
    }

    /** The head without the order of its fields. */
    private static String sorted(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        String[] lines = answer.substring(0, Math.max(0, end)).split("\r\n", -1);
        Arrays.sort(lines, 1, lines.length);
        return String.join("\r\n", lines) + answer.substring(Math.max(0, end));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /204/end",
                "GET /204",
                "GET /204/late",
                "GET /304/end",
                "GET /304",
                "GET /304/length-5",
                "GET /304/length-5/end",
                "GET /200/end",
                "GET /200/late",
                "GET /200/length-0",
                "GET /200/length-0/late",
                "GET /200/length-5/data",
                "GET /200/length-6/data",
                "GET /200/length-4/data",
                "GET /200/data",
                "GET /200/trailers",
                "GET /200",
                "GET /200/reset",
                "GET /200/length-5/reset",
                "HEAD /200/end",
                "HEAD /200/length-5/end",
                "POST /200/length-5/data"
            })
    void aResponseEndsWhereHaproxySeesItsEnd(String request) throws Exception {
        String[] words = request.split(" ", 2);
        for (String version : List.of("1.1", "1.0")) {
            requireNonNull(contestants).same(contestant -> play(contestant, words[0], words[1], version));
        }
    }

    /** HAProxy 2.6 waits for END_STREAM, and then for the bytes of the length; there is nothing that could come. */
    @Test
    void theResponseToAHeadIsItsHead() throws Exception {
        Contestant haproxy = requireNonNull(contestants).haproxy();
        Contestant tandem = requireNonNull(contestants).tandem();
        assertThat(play(haproxy, "HEAD", "/200/length-5", "1.1")).endsWith("200 sD--");
        assertThat(play(tandem, "HEAD", "/200/length-5", "1.1")).endsWith("200 ----");
        assertThat(play(haproxy, "HEAD", "/200/length-5/late", "1.1")).endsWith("200 SD--");
        assertThat(play(tandem, "HEAD", "/200/length-5/late", "1.1")).endsWith("200 ----");
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.testkit.LoopbackServer.head;
import static io.tandem.node.testkit.LoopbackServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code show errors} says of messages that could not be read: as the installed haproxy, but for the states of its parser. */
@Timeout(120)
class ShowErrorsDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                stats socket ADMIN level admin
            defaults
                mode http
                timeout connect 5s
                timeout client 20s
                timeout server 20s
            frontend fe
                bind 127.0.0.1:PORT_0_
                default_backend be
            backend be
                server s1 127.0.0.1:SERVER
            """;

    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";

    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";

    private static final List<String> REQUESTS = List.of(
            POST + CHUNKED + "x\r\n\r\n",
            POST + CHUNKED + "1\r\nab\r\n0\r\n\r\n",
            POST + CHUNKED + "3\r\nabc\r\nzz\r\n",
            POST + CHUNKED + "3;a=b\r\nabcX\r\n",
            POST + CHUNKED + "fffffffffffffffff\r\n",
            "GET / HTTP/1.1\r\nX y: z\r\n\r\n",
            "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n: z\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n",
            "GET / HTTP/1.1\rX\r\n\r\n",
            "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n",
            POST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            "GET /" + "x".repeat(90) + " HTTP/1.1\r\nHost: a\r\n\1: " + "\u0080\t\\".repeat(30) + "\r\n\r\n");

    private static final List<String> ANSWERS = List.of(
            "HTTP/1.1 200 OK\r\n" + CHUNKED + "x\r\n\r\n",
            "HTTP/1.1 200 OK\r\n" + CHUNKED + "1\r\nab\r\n",
            "HTTP/1.1 200 OK\r\n" + CHUNKED + "3\r\nabc\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\n" + CHUNKED + "fffffffffffffffff\r\n",
            "hello world\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX y: z\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nnocolon\r\n\r\n");

    @TempDir
    Path directory;

    private volatile String answer = "";

    @Test
    void messagesAreShownAsByHaproxy() throws Exception {
        InstalledHaproxy.assumeInstalled();
        assertThat(String.join("\n", shown(false))).isEqualTo(String.join("\n", shown(true)));
    }

    private List<String> shown(boolean oracle) throws Exception {
        List<String> all = new ArrayList<>();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    head(connection);
                    send(connection, answer);
                });
                Operated proxy =
                        new Operated(directory, CONFIGURATION.replace("SERVER", "" + server.port()), oracle, 1)) {
            for (String request : REQUESTS) {
                ask(proxy, request);
                all.add("behind " + request + "\n" + essence(proxy.command("show errors")));
            }
            for (String given : ANSWERS) {
                answer = given;
                ask(proxy, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                all.add("behind " + given + "\n" + essence(proxy.command("show errors be response")));
            }
            for (String words : List.of("-1", "fe", "be", "2", "nobody", "fe response", "be request", "-1 other")) {
                all.add(words + "\n" + essence(proxy.command("show errors " + words)));
            }
        }
        return all;
    }

    private static void ask(Operated proxy, String request) throws IOException {
        try (Socket client = proxy.connect(0)) {
            client.setSoTimeout(20_000);
            send(client, request);
            client.getInputStream().readAllBytes();
        } catch (IOException reset) {
            // it has been refused with bytes of it unread
        }
    }

    /** Without dates, ports, and what haproxy says of its own parser. */
    private static String essence(String text) {
        return text.lines()
                .filter(line -> !line.startsWith("  H1 "))
                .map(line -> line.replaceAll("\\[[0-9]{2}/[A-Z][a-z]{2}/[^]]*]", "[DATE]")
                        .replaceAll("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:n"))
                .collect(Collectors.joining("\n"));
    }
}

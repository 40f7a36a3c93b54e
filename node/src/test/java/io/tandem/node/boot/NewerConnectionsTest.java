// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What HAProxy 3.x says about connections, by its manual: the installed haproxy does not have it. */
@Timeout(60)
class NewerConnectionsTest {
    private static final String DEFAULTS =
            "defaults\n mode http\n timeout client 9s\n timeout server 9s\n timeout connect 9s\n http-reuse always\n";
    private static final String PING = Http2Text.frame(6, 0, 0, "\0\0\0\0\0\0\0\0");
    private static final String PONG = Http2Text.frame(6, 1, 0, "\0\0\0\0\0\0\0\0");

    private final int port = Ports.reserved();

    /** Answers each request with the number of its connection. */
    private static LoopbackServer numbered() throws IOException {
        return new LoopbackServer((connection, number) -> {
            while (!LoopbackServer.head(connection).isEmpty()) {
                LoopbackServer.send(connection, "HTTP/1.1 200 OK\r\nby: " + number + "\r\ncontent-length: 0\r\n\r\n");
            }
        });
    }

    private Socket client() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(20_000);
        return client;
    }

    /** Which connection a request comes by, of a client that asks once. */
    private String by(String path) throws IOException {
        try (Socket client = client()) {
            LoopbackServer.send(client, "GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            return LoopbackServer.head(client).replaceAll("(?s).*by: (\\d+).*", "$1");
        }
    }

    @Test
    void requestsWithAnotherMarkOrTypeOfServiceUseAnotherConnection() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/ss")) || "true".equals(System.getenv("CI")));
        try (LoopbackServer server = numbered();
                TestProxy proxy = TestProxy.start(
                        DEFAULTS + "listen l\n bind 127.0.0.1:" + port
                                + "\n http-request set-bc-tos 0x10 if { path /tos }\n"
                                + " http-request set-bc-tos int(32) if { path /expression }\n"
                                + " http-request set-bc-mark 7 if { path /mark }\n server s 127.0.0.1:" + server.port()
                                + " pool-low-conn 9\n",
                        1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            assertThat(by("/")).isEqualTo("1");
            assertThat(by("/tos")).isEqualTo("2");
            assertThat(by("/expression")).isEqualTo("3");
            assertThat(by("/mark")).isEqualTo("4");
            assertThat(by("/tos")).isEqualTo("2");
            assertThat(by("/mark")).isEqualTo("4");
            assertThat(by("/")).isEqualTo("1");

            Process ss = new ProcessBuilder("ss", "-tnH", "--tos", "dst", "127.0.0.1:" + server.port()).start();
            String sockets = new String(ss.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(sockets).contains("tos:0x10").contains("tos:0x20");
        }
    }

    @Test
    void packetsToAClientCarryTheTypeOfServiceThatARuleSays() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/ss")) || "true".equals(System.getenv("CI")));
        try (TestProxy proxy = TestProxy.start(
                        DEFAULTS + "frontend f\n bind 127.0.0.1:" + port
                                + "\n http-request set-fc-tos int(8)\n http-request set-fc-mark 3\n"
                                + " http-request return status 200\n",
                        1);
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            LoopbackServer.send(client, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(LoopbackServer.head(client)).startsWith("HTTP/1.1 200");

            Process ss = new ProcessBuilder(
                            "ss",
                            "-tnH",
                            "--tos",
                            "src",
                            "127.0.0.1:" + port,
                            "dst",
                            "127.0.0.1:" + client.getLocalPort())
                    .start();
            assertThat(new String(ss.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .contains("tos:0x8");
        }
    }

    @Test
    void theNameOfThePoolSaysWhichConnectionsRequestsShare() throws Exception {
        try (LoopbackServer server = numbered();
                TestProxy proxy = TestProxy.start(
                        DEFAULTS + "listen l\n bind 127.0.0.1:" + port + "\n server s 127.0.0.1:" + server.port()
                                + " pool-low-conn 9 pool-conn-name path\n",
                        1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            assertThat(by("/a")).isEqualTo("1");
            assertThat(by("/b")).isEqualTo("2");
            assertThat(by("/a")).isEqualTo("1");
            assertThat(by("/b")).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server s 127.0.0.1:1 pool-conn-name",
                "server s 127.0.0.1:1 pool-conn-name nonsense",
                "server s 127.0.0.1:1 pool-conn-name res.hdr(a)",
                "server s 127.0.0.1:1 idle-ping",
                "server s 127.0.0.1:1 idle-ping soon",
                "http-request set-bc-mark",
                "http-request set-bc-tos nonsense",
                "http-response set-bc-tos 1"
            })
    void whatMakesNoSenseIsRefused(String line) {
        assertThatThrownBy(
                        () -> TestProxy.start(DEFAULTS + "listen l\n bind 127.0.0.1:" + port + "\n " + line + "\n", 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("(?s).*(pool-conn-name|idle-ping|set-bc-).*");
    }

    private static String read(Socket socket, String until) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        while (text.indexOf(until) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended with " + Http2Text.describe(text.toString()));
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** Frames of an unknown type are passed over, and counted. */
    @Test
    void glitchesOfAClientAreCounted() throws Exception {
        try (TestProxy proxy = TestProxy.start(
                        DEFAULTS + "backend t\n stick-table type ip size 9 store glitch_cnt,glitch_rate(1m)\n"
                                + "frontend f\n bind 127.0.0.1:" + port
                                + " proto h2\n tcp-request connection track-sc0 src"
                                + " table t\n http-request return status 200 hdr seen"
                                + " %[fc_glitches]/%[sc0_glitch_cnt]/%[sc_glitch_rate(0)]/%[src_glitch_cnt(t)]"
                                + "/%[src,table_glitch_rate(t)]/%[sc_glitch_cnt(0)]/%[src_glitch_rate(t)]/"
                                + "%[src,table_glitch_cnt(t)]/\n",
                        1);
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            String odd = Http2Text.frame(0x42, 0, 0, "");
            LoopbackServer.send(client, Http2Text.PREFACE + odd + odd + odd);
            read(client, Http2Text.frame(4, 1, 0, "")); // they have been read
            LoopbackServer.send(client, Http2Text.request("GET", "http", "a", "/", true));

            assertThat(read(client, "3/3/3/3/3/3/3/3/")).isNotEmpty();
        }
    }

    @Test
    void glitchesOfAServerAreCounted() throws Exception {
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    connection.getInputStream().readNBytes(Http2Text.PREFACE.length() - 9);
                    LoopbackServer.send(
                            connection,
                            Http2Text.frame(4, 0, 0, "")
                                    + Http2Text.frame(0x42, 0, 0, "")
                                    + Http2Text.frame(0x42, 0, 0, "")
                                    + Http2Text.headers(1, true, ":status", "200"));
                    connection.getInputStream().readAllBytes();
                });
                TestProxy proxy = TestProxy.start(
                        DEFAULTS + "listen l\n bind 127.0.0.1:" + port
                                + "\n http-response set-header by %[bc_glitches]\n server s 127.0.0.1:" + server.port()
                                + " proto h2\n",
                        1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            assertThat(by("/")).isEqualTo("2");
        }
    }

    @Test
    void anIdleClientThatAnswersPingsIsKeptLongerThanItsTimeOutAndOneThatDoesNotIsLeft() throws Exception {
        try (TestProxy proxy = TestProxy.start(
                        DEFAULTS + "frontend f\n bind 127.0.0.1:" + port
                                + " proto h2 idle-ping 500ms\n timeout http-keep-alive 1200ms\n"
                                + " http-request return status 200\n",
                        1);
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            LoopbackServer.send(client, Http2Text.PREFACE + Http2Text.request("GET", "http", "a", "/", true));
            long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < 2_600_000_000L) {
                read(client, PING);
                LoopbackServer.send(client, PONG);
            }
            read(client, PING); // not answered
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void anIdleServerThatDoesNotAnswerPingsIsLeft() throws Exception {
        AtomicReference<String> end = new AtomicReference<>("");
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    connection.getInputStream().readNBytes(Http2Text.PREFACE.length() - 9);
                    LoopbackServer.send(
                            connection, Http2Text.frame(4, 0, 0, "") + Http2Text.headers(1, true, ":status", "200"));
                    read(connection, PING);
                    LoopbackServer.send(connection, PONG);
                    read(connection, PING);
                    end.set(connection.getInputStream().readAllBytes().length + " bytes and the end");
                });
                TestProxy proxy = TestProxy.start(
                        DEFAULTS + "listen l\n bind 127.0.0.1:" + port + "\n server s 127.0.0.1:" + server.port()
                                + " proto h2 idle-ping 500ms\n",
                        1)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            by("/");

            Await.until("the connection has ended", () -> !"".equals(end.get()));
            assertThat(end.get()).isEqualTo("0 bytes and the end");
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines and rules of HAProxy 2.7 to 3.x, by their manuals: the installed haproxy does not have them. */
class NewerLinesTest {
    private static final String DEFAULTS =
            "defaults\n mode http\n timeout client 9s\n timeout server 9s\n timeout connect 9s\n";

    private final int port = Ports.reserved();

    private static LoopbackServer answering(String status) throws IOException {
        return new LoopbackServer((connection, number) -> {
            while (!LoopbackServer.head(connection).isEmpty()) {
                connection
                        .getOutputStream()
                        .write(("HTTP/1.1 " + status + "\r\ncontent-length: 0\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    private String ask(String path) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void aPauseHoldsTheRulesBackAndNothingElse() throws Exception {
        try (TestProxy proxy = TestProxy.start(
                DEFAULTS + "frontend f\n bind 127.0.0.1:" + port + "\n http-request pause 60 if { path /slow }\n"
                        + " http-request pause int(40) if { path /slow }\n"
                        + " http-request return status 200 hdr waited %[txn.timer.total]\n",
                1)) {
            String slow = ask("/slow");
            String waited = slow.replaceAll("(?s).*waited: (\\d+).*", "$1");

            assertThat(Integer.parseInt(waited)).isGreaterThanOrEqualTo(95);
            assertThat(ask("/")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void retriesAreWhatTheLastRuleSaid() throws Exception {
        try (TestProxy proxy = TestProxy.start(
                DEFAULTS + "listen l\n bind 127.0.0.1:" + port
                        + "\n retries 2\n http-request set-retries 0 if { path /none }\n"
                        + " http-request set-retries int(1) if { path /one }\n"
                        + " http-after-response set-header retried %[txn.conn_retries]\n"
                        + " server s 127.0.0.1:" + Ports.dead() + "\n",
                1)) {
            assertThat(ask("/none")).contains("retried: 0");
            assertThat(ask("/one")).contains("retried: 1");
        }
    }

    @Test
    void statusesCountAsErrorsAndFailuresAsTheLinesSay() throws Exception {
        try (LoopbackServer server = answering("501 no");
                TestProxy proxy = TestProxy.start(
                        "global\n http-err-codes 400-499 +501 -404\n http-fail-codes 501\n tune.stick-counters 5\n"
                                + DEFAULTS
                                + "backend t\n stick-table type string size 9 store http_err_cnt,http_fail_cnt\n"
                                + "frontend f\n bind 127.0.0.1:" + port + "\n http-request track-sc4 path table t\n"
                                + " http-request return status 200 hdr seen"
                                + " %[str(/x),table_http_err_cnt(t)]/%[str(/x),table_http_fail_cnt(t)]/%[sc_key(4)]"
                                + " if { path /show }\n default_backend b\nbackend b\n server s 127.0.0.1:"
                                + server.port() + "\n",
                        1)) {
            ask("/x");
            ask("/x");

            assertThat(ask("/show")).contains("seen: 2/2//show");
        }
    }

    @Test
    void aSlotBeyondThoseThereAreIsRefused() {
        assertThatThrownBy(() -> TestProxy.start(
                        "global\n tune.stick-counters 4\n" + DEFAULTS
                                + "frontend f\n bind 127.0.0.1:" + port + "\n stick-table type ip size 9\n"
                                + " http-request track-sc4 src\n",
                        1))
                .hasMessageContaining("4 track-sc number exceeding 3");
    }

    @Test
    void aHashedServerThatIsFullPassesItsKeysOn() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (LoopbackServer slow = new LoopbackServer((connection, number) -> {
                    LoopbackServer.head(connection);
                    release.await();
                    connection
                            .getOutputStream()
                            .write("HTTP/1.1 200 late\r\ncontent-length: 0\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                });
                TestProxy proxy = TestProxy.start(
                        DEFAULTS + "listen l\n bind 127.0.0.1:" + port + "\n balance uri\n hash-type consistent\n"
                                + " hash-preserve-affinity maxconn\n timeout queue 1s\n"
                                + " http-response set-header by %s\n"
                                + " server a 127.0.0.1:" + slow.port() + " maxconn 1\n server b 127.0.0.1:"
                                + slow.port() + " maxconn 1\n",
                        1)) {
            Thread first = new Thread(() -> quietly(), "first client");
            first.start();
            Await.until(
                    "the first request is there",
                    () -> proxy.configuration()
                                    .backend("l")
                                    .orElseThrow()
                                    .meters()
                                    .current()
                            == 1);
            Thread second = new Thread(() -> quietly(), "second client");
            second.start();
            Await.until(
                    "each server has one of the same key",
                    () -> proxy.configuration().backend("l").orElseThrow().servers().stream()
                            .allMatch(server -> server.state().meters().current() == 1));
            release.countDown();
            first.join();
            second.join();
        }
    }

    private void quietly() {
        try {
            ask("/same");
        } catch (IOException over) {
            // the test is over
        }
    }

    @Test
    void whatMeansNothingThereIsRefusedOrTold() {
        assertThat(said("global\n http-err-codes 600\n http-fail-codes\n tune.stick-counters x\n"))
                .contains(
                        "'http-err-codes' expects status codes from 100 to 599",
                        "'http-fail-codes' expects ranges of status codes.",
                        "'tune.stick-counters' expects a number from 0 to 100 (got 'x').");
        assertThat(said(DEFAULTS + "frontend f\n bind :1\n http-request set-retries 3\n http-request pause\n"
                        + " http-request pause \"\"\n"
                        + "listen l\n bind :2\n http-request set-retries 101\n http-request do-log foo\n"))
                .contains(
                        "proxy 'f' has no backend capability",
                        "expects a time or an expression that says milliseconds",
                        "expects a number from 0 to 100 or an expression (got '101')",
                        "expects 'profile <name>' or no argument");
        assertThat(said(DEFAULTS + "backend b\n server s 127.0.0.1:1 init-state down\n"))
                .contains("server 's': 'init-state' has no effect without 'check'.");
        assertThat(said(DEFAULTS + "backend b\n server s 127.0.0.1:1 init-state sideways\n"))
                .contains("'init-state' expects one of 'fully-up', 'up', 'down' or 'fully-down' (got 'sideways')");
    }

    private static String said(String text) {
        return LoadedText.of(text).messages().toString();
    }

    @Test
    void namesBeginWhereDefaultPathSays(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("list"), "/a\n");
        Files.writeString(directory.resolve("map"), "/a b\n");
        Path here = Files.readSymbolicLink(Path.of("/proc/self/cwd"));
        LoadedText loaded = LoadedText.of("global\n default-path origin " + directory + "\n" + DEFAULTS
                + "frontend f\n bind :1\n http-request set-header in %[path,map(map,none)]\n"
                + " http-request set-header x y if { path -f list }\n");
        ExchangeByHand exchange = new ExchangeByHand(loaded, "f").request("GET /a HTTP/1.1\nHost: a");
        exchange.judge();

        assertThat(loaded.messages().toString()).doesNotContain("list", "map");
        assertThat(exchange.values("in")).containsExactly("b");
        assertThat(exchange.values("x")).containsExactly("y");
        assertThat(Files.readSymbolicLink(Path.of("/proc/self/cwd"))).isEqualTo(here);
    }
}

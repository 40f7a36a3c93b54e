// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** {@code log-profile}, {@code log-steps} and {@code do-log}, which the installed haproxy does not have: by the manual of 3.x. */
class LogProfilesTest {
    private static final String DEFAULTS =
            "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\n";

    private static LoopbackServer server() throws IOException {
        return new LoopbackServer((connection, number) -> {
            while (!LoopbackServer.head(connection).isEmpty()) {
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    /** What is logged, as raw lines, about one request. */
    private static List<String> logged(String before, String frontend, int lines) throws Exception {
        int port = Ports.reserved();
        List<String> seen = new CopyOnWriteArrayList<>();
        try (LogReceiver receiver = new LogReceiver(seen::add);
                LoopbackServer server = server()) {
            String text = (before + DEFAULTS + "frontend f\n bind 127.0.0.1:" + port + "\n default_backend b\n"
                            + frontend + "backend b\n server s 127.0.0.1:" + server.port() + "\n")
                    .replace("UDP", "127.0.0.1:" + receiver.port());
            try (TestProxy proxy = TestProxy.start(text, 1)) {
                ask(port, "GET /path HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
                Await.until("log lines, got " + seen, () -> seen.size() >= lines);
            }
        }
        return seen;
    }

    private static String ask(int port, String request) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void aTargetsProfileWordsItsLinesAndTheOthersStayAsTheyAre() throws Exception {
        assertThat(logged(
                        "log-profile p\n log-tag mine\n on close format \"%ST of %HP\"\n",
                        " log UDP format raw local0\n log UDP format priority profile p local0\n log-format \"plain %HM\"\n",
                        2))
                .containsExactlyInAnyOrder("plain GET", "<134>200 of /path");
    }

    @Test
    void aProfileMayLeaveLinesOut() throws Exception {
        assertThat(logged(
                        "log-profile p\n on any format any\n on close drop\n",
                        " log UDP format raw profile p local0\n log UDP format raw local0\n log-format plain\n",
                        1))
                .containsExactly("plain");
    }

    @Test
    void aProfileGivesLinesToAProxyWithoutAFormat() throws Exception {
        assertThat(logged(
                        "log-profile p\n on accept drop\n on close format \"only %ST\"\n",
                        " log UDP format raw profile p local0\n", 1))
                .containsExactly("only 200");
    }

    @Test
    void structuredDataIsTheProfilesToo() throws Exception {
        assertThat(logged(
                        "log-profile p\n on any sd \"[x@1 path=\\\"%HP\\\"]\"\n",
                        " log UDP format rfc5424 profile p local0\n log-format text\n log-format-sd \"[y@1]\"\n", 1))
                .singleElement()
                .asString()
                .endsWith(" - [x@1 path=\"/path\"] text");
    }

    @Test
    void thereIsALineAtEachStepThatIsAskedFor() throws Exception {
        assertThat(logged(
                        "log-profile p\n on accept format \"accept %ci\"\n on request format \"request %HM\"\n"
                                + " on connect format \"connect %s\"\n on response format \"response %ST\"\n"
                                + " on close format \"close %B\"\n",
                        " log UDP format raw profile p local0\n option httplog\n log-steps all\n", 5))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("accept 127.0.0.1"),
                        line -> assertThat(line).isEqualTo("request GET"),
                        line -> assertThat(line).isEqualTo("connect s"),
                        line -> assertThat(line).isEqualTo("response 200"),
                        line -> assertThat(line).startsWith("close "));
    }

    @Test
    void stepsThatAreNotAskedForHaveNoLine() throws Exception {
        assertThat(logged("", " log UDP format raw local0\n log-format \"%HM\"\n log-steps request,response\n", 2))
                .containsExactly("GET", "GET");
    }

    @Test
    void aRuleWritesALineMoreAsTheProfileOfItsPlaceSays() throws Exception {
        assertThat(logged(
                        "log-profile p\n on http-req format \"rule %HP\"\n on http-res format \"answer %ST\"\n"
                                + "log-profile q\n on any format \"other %HM\"\n",
                        " log UDP format raw profile p local0\n log-format plain\n"
                                + " http-request do-log if { path /path }\n http-request do-log profile q\n"
                                + " http-request do-log if { path /no }\n http-response do-log\n",
                        4))
                .containsExactly("rule /path", "other GET", "answer 200", "plain");
    }

    @Test
    void whatCannotBeReadIsWordedByTheProfile() throws Exception {
        int port = Ports.reserved();
        List<String> seen = new CopyOnWriteArrayList<>();
        try (LogReceiver receiver = new LogReceiver(seen::add);
                TestProxy proxy = TestProxy.start(
                        "log-profile p\n on error format \"error of %ci\"\n on close format usual\n" + DEFAULTS
                                + "frontend f\n bind 127.0.0.1:" + port + "\n option httplog\n log 127.0.0.1:"
                                + receiver.port() + " format raw profile p local0\n",
                        1)) {
            ask(port, "\1\2\3\r\n\r\n");
            Await.until("a log line", () -> !seen.isEmpty());
        }

        assertThat(seen).containsExactly("error of 127.0.0.1");
    }

    @Test
    void mistakesAreTold() {
        int port = Ports.reserved();
        assertThat(LoadedText.of("log-profile p\n on foo drop\n on close\n on close format\n on any bar\n")
                        .messages()
                        .toString())
                .contains(
                        "'on' : unknown logging step 'foo', expects 'accept'",
                        "'on close' expects 'drop', 'format' or 'sd'.",
                        "'format' expects a log format.",
                        "'on any' expects 'drop', 'format' or 'sd' (got 'bar').");
        assertThatThrownBy(() -> TestProxy.start(
                        DEFAULTS + "frontend f\n bind 127.0.0.1:" + port + "\n log 127.0.0.1 profile nobody local0\n",
                        1))
                .hasMessageContaining("unknown log-profile 'nobody'");
        assertThatThrownBy(() -> TestProxy.start(
                        "log-profile p\n on close format %zz\n" + DEFAULTS + "frontend f\n bind 127.0.0.1:" + port
                                + "\n log 127.0.0.1 profile p local0\n",
                        1))
                .hasMessageContaining("failed to parse 'on close' of log-profile 'p' for frontend 'f'");
        assertThat(LoadedText.of(DEFAULTS + "frontend f\n bind :1\n log-steps accept,foo\n")
                        .messages()
                        .toString())
                .contains("'log-steps' : unknown logging step 'foo'");
    }
}

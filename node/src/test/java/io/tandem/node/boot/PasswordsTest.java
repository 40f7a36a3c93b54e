// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.stats.ProcessFacts;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passwords of a configuration are shown by nothing: no message about a line, no log, no answer to an operator, no page. */
class PasswordsTest {
    private static final String SECRET = "hunter2";

    private static final String DEFAULTS =
            "defaults\n mode http\n timeout client 9s\n timeout server 9s\n timeout connect 9s\n";

    /** Each with a mistake, or with none; sections first. */
    private static final List<String> LINES = List.of(
            "userlist u\n user a insecure-password hunter2\n",
            "userlist u\n user a insecure-password hunter2 groups nobody\n",
            "userlist u\n user a password hunter2\n",
            "userlist u\n user a password hunter2 group x\n",
            "userlist u\n user a pasword hunter2\n",
            "userlist u\n usr a password hunter2\n",
            "userlist u\n user a password hunter2\n user a password hunter2\n",
            "userlist u\n group g users hunter\n user a insecure-password hunter2 groups g\n",
            "frontend f\n bind :1\n stats auth a:hunter2\n stats realm\n",
            "frontend f\n bind :1\n stats auht a:hunter2\n",
            "frontend f\n bind :1\n stats auth hunter2\n",
            "frontend f\n mode tcp\n bind :1\n stats auth a:hunter2\n",
            "frontend f\n bind :1 ssl ca-sign-file /no ca-sign-pass hunter2 crt /no\n",
            "frontend f\n bind :1 ca-sign-pass hunter2 foo\n",
            "backend b\n server s 127.0.0.1:1 agent-check agent-port 1 agent-send hunter2 foo\n");

    @Test
    void noMessageAboutALineShowsOne() {
        for (String lines : LINES) {
            assertThat(LoadedText.of(DEFAULTS + lines).messages().toString())
                    .as(lines)
                    .doesNotContain(SECRET);
        }
    }

    @Test
    void noAnswerLogOrPageShowsOne(@TempDir Path directory) throws Exception {
        int port = Ports.reserved();
        List<String> log = new CopyOnWriteArrayList<>();
        try (LogReceiver receiver = new LogReceiver(log::add);
                TestProxy proxy = TestProxy.start(
                        "global\n stats socket " + directory.resolve("s") + " level admin\n" + DEFAULTS
                                + "userlist u\n user a insecure-password hunter2\nlisten l\n bind 127.0.0.1:" + port
                                + "\n log 127.0.0.1:" + receiver.port() + " local0\n option httplog\n stats enable\n"
                                + " stats auth a:hunter2\n stats show-legends\n stats show-node\n"
                                + " http-request auth realm r unless { http_auth(u) }\n"
                                + " server s 127.0.0.1:" + Ports.dead() + " check agent-check agent-port 1"
                                + " agent-send hunter2\n",
                        1)) {
            String basic = Base64.getEncoder().encodeToString("a:hunter2".getBytes(StandardCharsets.US_ASCII));
            String page = ask(port, "GET /haproxy?stats HTTP/1.1\r\nhost: a\r\nauthorization: Basic " + basic + "\r\n");
            ask(port, "GET / HTTP/1.1\r\nhost: a\r\nauthorization: Basic " + basic + "\r\n");
            ask(port, "GET / HTTP/1.1\r\nhost: a\r\nauthorization: Basic x" + basic + "\r\n");
            ask(port, "GET /\1 HTTP/1.1\r\nhost: a\r\n");
            Await.until("log lines", () -> log.size() >= 4);

            assertThat(page)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("Statistics Report")
                    .doesNotContain(SECRET, basic);
            assertThat(log.toString()).doesNotContain(SECRET, basic);
            for (Command command : commands(proxy)) {
                StringBuilder answer = new StringBuilder();
                command.action().begin(new Command.Arguments(List.of(), ""), answer);
                assertThat(answer.toString()).as(command.name()).doesNotContain(SECRET, basic);
            }
            assertThat(ProcessFacts.of(proxy.node(), 0).toString()).doesNotContain(SECRET);
        }
    }

    /** Those that show something and need not be told what. */
    private static List<Command> commands(TestProxy proxy) {
        List<Command> shown = new ArrayList<>();
        for (Command command : Observers.commands(proxy.node(), List.of())) {
            if (command.name().startsWith("show ")) {
                shown.add(command);
            }
        }
        assertThat(shown).hasSizeGreaterThan(15);
        return shown;
    }

    private static String ask(int port, String head) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write((head + "connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}

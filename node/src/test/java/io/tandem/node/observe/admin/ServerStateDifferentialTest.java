// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import static io.tandem.node.testkit.LoopbackServer.head;
import static io.tandem.node.testkit.LoopbackServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.check.HealthChecks;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.loop.Loops;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of servers by commands, by those they follow and by their traffic: told and shown as haproxy does. */
@Timeout(120)
class ServerStateDifferentialTest {
    private static final Pattern TOLD = Pattern.compile("\\[(?:WARNING|ALERT)] +\\(\\d+\\) : (.*)");

    private static final String CONFIGURATION =
            """
            global
                nbthread 1
            defaults
                mode http
                timeout client 5s
                timeout server 5s
                timeout connect 5s
            frontend fe
                bind 127.0.0.1:PORT
                use_backend %[req.hdr(be)]
            backend m
                option httpchk
                server s 127.0.0.1:SERVER check inter 1h
                server d 127.0.0.1:SERVER disabled check inter 1h
            backend t
                server a 127.0.0.1:1 track m/s
                server b 127.0.0.1:1 track a
                server c 127.0.0.1:1 track m/d
                server e 127.0.0.1:1 track m/s backup
            backend down
                server s 127.0.0.1:SERVER check inter 1h observe layer7 error-limit 2 on-error mark-down
            backend fails
                server s 127.0.0.1:SERVER check inter 1h observe layer7 error-limit 2 on-error fail-check
            backend dies
                server s 127.0.0.1:SERVER check inter 1h observe layer7 error-limit 2 on-error sudden-death
            backend only
                server s 127.0.0.1:SERVER check inter 1h observe layer7 error-limit 2 on-error fastinter fastinter 1h
            backend dead
                retries 0
                server s 127.0.0.1:1 check port SERVER inter 1h observe layer4 error-limit 2 on-error mark-down
            backend elsewhere
                server s 127.0.0.1:1 redir http://other.example
            """;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    /** One of the two proxies. */
    private interface Subject extends AutoCloseable {
        String command(String line) throws IOException;

        BlockingQueue<String> told();

        int port();

        @Override
        void close() throws IOException;
    }

    private static final class Oracle implements Subject {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private final int port = Ports.reserved();
        private final InstalledHaproxy haproxy;

        Oracle(String text) throws IOException {
            haproxy = new InstalledHaproxy(text.replace("PORT", String.valueOf(port)), this::hear);
        }

        private void hear(String line) {
            Matcher matcher = TOLD.matcher(line);
            if (matcher.matches()) {
                told.add(matcher.group(1));
            }
        }

        @Override
        public String command(String line) throws IOException {
            return haproxy.command(line);
        }

        @Override
        public BlockingQueue<String> told() {
            return told;
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public void close() {
            haproxy.close();
        }
    }

    private static final class Tandem implements Subject {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private final Loops loops = Loops.start(1);
        private final TestProxy proxy;
        private final HealthChecks checks;
        private final Commands commands;

        private final int port = Ports.reserved();

        Tandem(String text) throws IOException {
            proxy = TestProxy.start(text.replace("PORT", String.valueOf(port)), 1);
            proxy.node().events().listen((level, name, said) -> told.add(said));
            checks = new HealthChecks(loops, proxy.node().events(), System::currentTimeMillis);
            checks.watch(proxy.configuration());
            List<Command> all = new ArrayList<>(ShowCommands.of(proxy.node()));
            all.addAll(ServerCommands.of(proxy.node()));
            commands = new Commands(all);
        }

        @Override
        public String command(String line) {
            return new Session(commands, Level.ADMIN).receive(line + "\n");
        }

        @Override
        public BlockingQueue<String> told() {
            return told;
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public void close() {
            checks.close();
            proxy.close();
            loops.close();
        }
    }

    private static Subject subject(boolean oracle, int server) throws Exception {
        String text = CONFIGURATION.replace("SERVER", String.valueOf(server));
        Subject subject = oracle ? new Oracle(text) : new Tandem(text);
        awaitFirstCheck(subject);
        return subject;
    }

    /** The first server is checked at once, the others later than this test takes. */
    private static void awaitFirstCheck(Subject subject) throws Exception {
        Await.until("the first check", () -> rows(subject.command("show stat -1 4 -1")).stream()
                .anyMatch(row -> row.matches("m/s .* check_status=L7OK .*")));
    }

    /** What {@code show stat} says about each server. */
    private static List<String> rows(String answer) {
        List<String> lines = answer.lines().filter(line -> !line.isBlank()).toList();
        List<String> names = List.of(lines.get(0).substring(2).split(",", -1));
        List<String> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] values = line.split(",", -1);
            StringBuilder row = new StringBuilder(values[0] + "/" + values[1]);
            for (String column : List.of(
                    "status",
                    "weight",
                    "act",
                    "bck",
                    "tracked",
                    "check_status",
                    "hanafail",
                    "chkfail",
                    "chkdown",
                    "check_rise",
                    "check_fall",
                    "check_health",
                    "check_desc")) {
                row.append(' ').append(column).append('=').append(values[names.indexOf(column)]);
            }
            rows.add(row.toString());
        }
        return rows;
    }

    private static List<String> states(String answer) {
        return answer.lines()
                .skip(2)
                .filter(line -> !line.isBlank())
                .map(line -> line.split(" "))
                .map(words -> words[1] + "/" + words[3] + " " + words[5] + " " + words[6])
                .toList();
    }

    private static final List<String> COMMANDS = List.of(
            "set server m/s health down",
            "set server m/s health up",
            "set server m/s state drain",
            "set server m/s state ready",
            "set server m/s state maint",
            "set server t/a state maint",
            "set server t/a state ready",
            "set server m/s state ready",
            "set server t/a state drain",
            "set server t/a state ready",
            "set server t/a health down",
            "set server t/e state maint",
            "set server t/e state ready",
            "enable server m/d",
            "disable server m/d",
            "disable server t/b",
            "enable server t/b",
            "set server nope/a state maint",
            "set server t/nope state maint",
            "set server t/a state foo",
            "set server t/a weight 50%",
            "set server t/a weight 300");

    private List<String> commandsPlayed(boolean oracle) throws Exception {
        List<String> seen = new ArrayList<>();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> answer(connection))) {
            try (Subject subject = subject(oracle, server.port())) {
                for (String command : COMMANDS) {
                    seen.add("> " + command);
                    seen.add(subject.command(command).strip());
                    seen.addAll(rows(subject.command("show stat -1 4 -1")).stream()
                            .filter(row -> row.matches("[mt]/.*"))
                            .toList());
                    seen.addAll(states(subject.command("show servers state m")));
                    seen.addAll(states(subject.command("show servers state t")));
                }
                for (String line = next(subject); line != null; line = next(subject)) {
                    seen.add(line);
                }
            }
        }
        return seen;
    }

    @Test
    void serversThatFollowDoAsTheOneTheyFollow() throws Exception {
        assertThat(String.join("\n", commandsPlayed(false))).isEqualTo(String.join("\n", commandsPlayed(true)));
    }

    @Test
    void errorsOfItsTrafficTakeAServerDown() throws Exception {
        assertThat(String.join("\n", trafficPlayed(false))).isEqualTo(String.join("\n", trafficPlayed(true)));
    }

    private List<String> trafficPlayed(boolean oracle) throws Exception {
        List<String> seen = new ArrayList<>();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> answer(connection))) {
            try (Subject subject = subject(oracle, server.port())) {
                List<String> backends = List.of("down", "fails", "dies", "only", "dead");
                for (String backend : backends) {
                    subject.command("set server " + backend + "/s health up");
                }
                for (String path : List.of("/500", "/200", "/501", "/500", "/junk", "/500", "/close", "/500", "/500")) {
                    for (String backend : backends) {
                        seen.add(backend + path + " "
                                + ask(subject, "GET", path, backend).substring(0, 12));
                    }
                    seen.addAll(settled(subject));
                }
                seen.addAll(rows(subject.command("show stat -1 4 -1")).stream()
                        .filter(row -> row.matches("(down|fails|dies|only|dead)/.*"))
                        .toList());
                seen.add(ask(subject, "GET", "/a?b", "elsewhere"));
                seen.add(ask(subject, "HEAD", "/", "elsewhere"));
                seen.add(ask(subject, "POST", "/a", "elsewhere"));
            }
        }
        return seen;
    }

    private static List<String> settled(Subject subject) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (String line = next(subject); line != null; line = next(subject)) {
            lines.add(line);
        }
        return lines.stream().sorted().toList();
    }

    private static @org.jspecify.annotations.Nullable String next(Subject subject) throws InterruptedException {
        String line = subject.told().poll(300, TimeUnit.MILLISECONDS);
        return line == null
                ? null
                : line.replaceAll("[01] sessions active", "n sessions active")
                        .replaceAll("^backend '(.*)' has", "backend $1 has");
    }

    private static String ask(Subject subject, String method, String path, String backend) throws IOException {
        try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), subject.port()));
            client.setSoTimeout(10_000);
            String request = method + " " + path + " HTTP/1.1\r\nHost: a\r\nbe: " + backend
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** Answers with the status that the path names, with junk, or not at all. */
    private static void answer(Socket connection) throws IOException {
        String head = head(connection);
        if (head.isEmpty() || head.contains("/close")) {
            return;
        }
        String status = head.matches("(?s)GET /[0-9]+ .*") ? head.substring(5, 8) : "200";
        send(
                connection,
                head.contains("/junk")
                        ? "xyz\r\n\r\n"
                        : "HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}

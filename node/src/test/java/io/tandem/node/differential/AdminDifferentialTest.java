// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands that change where servers are, what frontends accept, and sessions one by one: answers, statistics, clients and logs
 * as with the installed haproxy.
 */
@Timeout(120)
class AdminDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                log LOG len 4096 local0
                stats socket ADMIN level admin
            defaults
                mode http
                log global
                option socket-stats
                log-format "[x] %ft %b/%s %ST %B %tsc"
                timeout client 20s
                timeout server 20s
                timeout connect 20s
                timeout tarpit 20s
                retries 0
            frontend fh
                bind 127.0.0.1:PORT_0_
                bind 127.0.0.1:PORT_1_ name two maxconn 5
                http-request deny if { path /denied }
                http-request tarpit if { path /tarpit }
                default_backend h
            frontend ft
                mode tcp
                log-format "[x] %ft %b/%s %B %tsc"
                no option socket-stats
                bind 127.0.0.1:PORT_2_
                default_backend t
            backend h
                server s 127.0.0.1:A
                server checked 127.0.0.1:A check inter 60s port B disabled
                server secure 127.0.0.1:A ssl verify none disabled
                server follows 127.0.0.1:A track h/checked disabled
            backend t
                mode tcp
                server s 127.0.0.1:A
            """;
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Pattern ID = Pattern.compile("(?m)^(0x[0-9a-f]+): ");

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    private interface Play {
        List<String> with(Operated proxy, ServerSocket a, ServerSocket b) throws Exception;
    }

    private void comparesWithHaproxy(Play play) throws Exception {
        assertThat(String.join("\n", played(false, play))).isEqualTo(String.join("\n", played(true, play)));
    }

    private List<String> played(boolean oracle, Play play) throws Exception {
        try (ServerSocket a = listening();
                ServerSocket b = listening()) {
            String text = CONFIGURATION
                    .replace("127.0.0.1:A", "127.0.0.1:" + a.getLocalPort())
                    .replace("port B", "port " + b.getLocalPort());
            try (Operated proxy = new Operated(directory, text, oracle, 3)) {
                return play.with(proxy, a, b).stream()
                        .map(line -> line.replace(":" + a.getLocalPort(), ":A")
                                .replace("'" + a.getLocalPort() + "'", "'A'")
                                .replace(":" + b.getLocalPort(), ":B")
                                .replace("'" + b.getLocalPort() + "'", "'B'"))
                        .toList();
            }
        }
    }

    private static ServerSocket listening() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setSoTimeout(10_000);
        return server;
    }

    @Test
    void serversMoveAsWithHaproxy() throws Exception {
        comparesWithHaproxy((proxy, a, b) -> {
            List<String> seen = new ArrayList<>();
            for (String words : List.of(
                    "s addr",
                    "s addr foo",
                    "s addr /tmp/x",
                    "s addr 127.0.0.1",
                    "s addr 127.0.0.2",
                    "s addr 127.0.0.2 port 29712",
                    "s addr 127.0.0.2 port 29712",
                    "s addr 127.0.0.3 port foo",
                    "s addr 127.0.0.3 foo",
                    "s addr ::1",
                    "s addr 127.0.0.1 port 80",
                    "checked addr 127.0.0.9 port 1",
                    "follows addr 127.0.0.1 port 5",
                    "s port 3",
                    "s ssl",
                    "s ssl on",
                    "secure ssl",
                    "secure ssl foo",
                    "secure ssl off",
                    "secure ssl off",
                    "secure ssl on",
                    "s fqdn",
                    "s fqdn a.b",
                    "s agent",
                    "s agent up",
                    "s agent-addr 1.2.3.4",
                    "s agent-port 3",
                    "s agent-send x",
                    "s check-port",
                    "s check-port 3",
                    "checked check-port 3",
                    "checked check-port 70000",
                    "checked check-port x",
                    "s check-addr 1.2.3.4",
                    "checked check-addr 1.2.3.4",
                    "checked check-addr zz",
                    "s foo",
                    "s")) {
                seen.add(words + ": " + proxy.command("set server h/" + words) + " "
                        + columns(proxy, "h", words.split(" ", -1)[0], "status", "addr"));
            }
            seen.add("enable agent: " + proxy.command("enable agent h/s"));
            seen.add("disable agent: " + proxy.command("disable agent h/s"));
            return seen;
        });
    }

    @Test
    void aServerThatHasMovedGetsTheNextRequestElsewhere() throws Exception {
        comparesWithHaproxy((proxy, a, b) -> {
            List<String> seen = new ArrayList<>();
            try (Wire client = new Wire(proxy.connect(0)).send(GET);
                    Wire first = new Wire(a.accept()).await("\r\n\r\n").send(OK)) {
                seen.add(client.await("ok").outcome());
                seen.add(proxy.log());
                seen.add(proxy.command("set server h/s addr 127.0.0.1 port " + b.getLocalPort()));
                seen.add("the idle connection: "
                        + first.awaitEnd().outcome().replaceAll("(?s).*<(end|reset)>", "ended"));
                client.send(GET);
                try (Wire second = new Wire(b.accept()).await("\r\n\r\n").send(OK)) {
                    client.awaitBytes(2 * OK.length());
                    seen.add(proxy.log() + (second.received().isEmpty() ? "" : " at the new address"));
                }
            }
            proxy.command("set server h/s state maint");
            proxy.command("set server h/secure state ready");
            seen.add(proxy.command("set server h/secure ssl off"));
            try (Wire client = new Wire(proxy.connect(0)).send(GET);
                    Wire inClear = new Wire(a.accept()).await("\r\n\r\n").send(OK)) {
                seen.add(client.await("ok").outcome() + inClear.received() + proxy.log());
            }
            return seen;
        });
    }

    @Test
    void frontendsAreDisabledEnabledAndShutDownAsWithHaproxy() throws Exception {
        comparesWithHaproxy((proxy, a, b) -> {
            List<String> seen = new ArrayList<>();
            try (Wire before = new Wire(proxy.connect(2)).send("x");
                    Wire s = new Wire(a.accept()).await("x")) {
                for (String command : List.of(
                        "disable frontend",
                        "disable frontend nope",
                        "disable frontend ft",
                        "disable frontend ft",
                        "enable frontend",
                        "enable frontend nope",
                        "enable frontend ft",
                        "enable frontend ft",
                        "disable frontend ft",
                        "shutdown frontend",
                        "shutdown frontend nope",
                        "shutdown frontend ft",
                        "shutdown frontend ft",
                        "enable frontend ft",
                        "disable frontend ft")) {
                    seen.add(command + ": " + proxy.command(command) + " " + columns(proxy, "ft", "FRONTEND", "status")
                            + " " + reachable(proxy, a));
                    s.send("y");
                    before.awaitBytes(seen.size());
                }
                seen.add("session from before: " + before.outcome());
            }
            return seen;
        });
    }

    private static String reachable(Operated proxy, ServerSocket server) throws IOException {
        try (Wire client = new Wire(proxy.connect(2)).send("z");
                Wire s = new Wire(server.accept()).await("z")) {
            return "reachable " + client.outcome() + s.outcome();
        } catch (IOException refused) {
            return "refused";
        }
    }

    /** Rows of listeners, but for what nobody here measures by listener. */
    @Test
    void listenersHaveRowsOfTheirOwnAsWithHaproxy() throws Exception {
        comparesWithHaproxy((proxy, a, b) -> {
            List<String> seen = new ArrayList<>();
            try (Wire client = new Wire(proxy.connect(0)).send(GET);
                    Wire s = new Wire(a.accept()).await("\r\n\r\n").send(OK);
                    Wire denied = new Wire(proxy.connect(1)).send("GET /denied HTTP/1.1\r\nHost: a\r\n\r\n");
                    Wire bad = new Wire(proxy.connect(1)).send("nonsense\r\n\r\n")) {
                client.await("ok");
                denied.await("403");
                bad.awaitEnd();
                s.received();
                for (int i = 0; i < 3; i++) {
                    seen.add(proxy.log());
                }
                seen.sort(null);
                Await.until(
                        "it shows", () -> columns(proxy, "fh", "two", "scur").equals("scur=1"));
                String all = proxy.command("show stat");
                for (String row : all.lines()
                        .filter(row -> row.startsWith("fh,") || row.startsWith("ft,"))
                        .toList()) {
                    if (!row.contains(",FRONTEND,")) {
                        seen.add(filled(all.lines().findFirst().orElseThrow(), row, proxy));
                    }
                }
                seen.add(proxy.command("show stat fh 8 -1")
                        .lines()
                        .skip(1)
                        .map(row -> row.split(",", -1)[1])
                        .collect(Collectors.joining(" ")));
            }
            return seen;
        });
    }

    private static String filled(String header, String row, Operated proxy) {
        Set<String> notOurs = Set.of("ssl_sess", "ssl_reused_sess", "ssl_failed_handshake", "-", "iid");
        String[] names = header.split(",", -1);
        String[] values = row.split(",", -1);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            if (!values[i].isEmpty() && !notOurs.contains(names[i])) {
                all.add(names[i] + "=" + values[i]);
            }
        }
        return String.join(" ", all).replace(":" + proxy.port(0), ":first").replace(":" + proxy.port(1), ":second");
    }

    @Test
    void sessionsAreListedAndShownAsWithHaproxy() throws Exception {
        comparesWithHaproxy((proxy, a, b) -> {
            List<String> seen = new ArrayList<>();
            try (Wire idle = new Wire(proxy.connect(0));
                    Wire part = new Wire(proxy.connect(0)).send("GET / HT");
                    Wire waiting = new Wire(proxy.connect(0)).send(GET);
                    Wire s = new Wire(a.accept()).await("\r\n\r\n");
                    Wire tcp = new Wire(proxy.connect(2)).send("x");
                    Wire t = new Wire(a.accept()).await("x");
                    Wire tarpit = new Wire(proxy.connect(0)).send("GET /tarpit HTTP/1.1\r\nHost: a\r\n\r\n")) {
                Await.until("it shows", () -> sessions(proxy).size() == 3);
                seen.addAll(sessions(proxy));
                for (String command :
                        List.of("show sess 0x7", "show sess foo", "shutdown session", "shutdown session x")) {
                    String answer = proxy.command(command);
                    seen.add(command + ": " + (answer.startsWith("0x") ? "a list" : answer));
                }
                seen.add(details(proxy, "fe=ft").toString());
                seen.add(details(proxy, "srv=s").size() + " lines at least");
                seen.add(idle.outcome()
                        + part.outcome()
                        + waiting.outcome()
                        + s.outcome()
                        + tcp.outcome()
                        + t.outcome()
                        + tarpit.outcome());
            }
            return seen;
        });
    }

    /** What both tell of each session, in any order; the admin socket's own is haproxy's alone. */
    private static List<String> sessions(Operated proxy) throws IOException {
        return proxy.command("show sess")
                .lines()
                .filter(line -> !line.contains("fe=GLOBAL"))
                .map(line -> line.replaceAll(
                        "^0x[0-9a-f]+: (proto=\\S+) src=127.0.0.1:[0-9]+ (fe=\\S+ be=\\S+ srv=\\S+) .*(age=)[0-9]+s.* (rc=[0-9]+).*",
                        "$1 $2 $3 $4"))
                .sorted()
                .toList();
    }

    /** What {@code show sess ID} says of the session, as far as both say it. */
    private static Set<String> details(Operated proxy, String which) throws IOException {
        String line = proxy.command("show sess")
                .lines()
                .filter(session -> session.contains(which))
                .findFirst()
                .orElseThrow();
        Matcher id = ID.matcher(line);
        assertThat(id.find()).isTrue();
        String all = proxy.command("show sess " + id.group(1));
        Set<String> found = new TreeSet<>();
        Matcher facts = Pattern.compile(
                        "proto=\\S+|frontend=\\S+ \\(id=\\d+ mode=\\w+|backend=\\S+ \\(id=\\d+ mode=\\w+|server=\\S+ \\(id=\\d+\\)|total=\\d+")
                .matcher(all);
        while (facts.find()) {
            found.add(facts.group().replaceAll("(frontend|backend)(=\\S+) .id=\\d+", "$1$2"));
        }
        return found;
    }

    @Test
    void aSessionThatIsShutDownEndsAndIsLoggedAsWithHaproxy() throws Exception {
        comparesWithHaproxy((proxy, a, b) -> {
            List<String> seen = new ArrayList<>();
            try (Wire waiting = new Wire(proxy.connect(0)).send(GET);
                    Wire s = new Wire(a.accept()).await("\r\n\r\n")) {
                seen.add("waiting " + shutDown(proxy, "be=h")
                        + waiting.awaitBytes(100).outcome());
                seen.add(s.awaitEnd().outcome() + proxy.log());
            }
            try (Wire receiving = new Wire(proxy.connect(0)).send(GET);
                    Wire s = new Wire(a.accept()).await("\r\n\r\n")) {
                s.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                receiving.await("abc");
                seen.add("receiving " + shutDown(proxy, "be=h")
                        + receiving.awaitEnd().outcome());
                seen.add(s.awaitEnd().outcome() + proxy.log());
            }
            try (Wire tcp = new Wire(proxy.connect(2)).send("x");
                    Wire t = new Wire(a.accept()).await("x")) {
                seen.add("tcp " + shutDown(proxy, "be=t") + tcp.awaitEnd().outcome());
                seen.add(t.awaitEnd().outcome() + proxy.log());
            }
            return seen;
        });
    }

    private static String shutDown(Operated proxy, String which) throws IOException {
        String line = proxy.command("show sess")
                .lines()
                .filter(session -> session.contains(which) && !session.contains("fe=GLOBAL"))
                .findFirst()
                .orElse("none");
        Matcher id = ID.matcher(line);
        return id.find() ? proxy.command("shutdown session " + id.group(1)) : "no session with " + which;
    }

    private static String columns(Operated proxy, String group, String name, String... columns) throws IOException {
        List<String> rows = proxy.command("show stat").lines().toList();
        List<String> header = List.of(rows.get(0).split(",", -1));
        List<String> values = new ArrayList<>();
        for (String row : rows) {
            if (row.startsWith(group + "," + name + ",")) {
                for (String column : columns) {
                    values.add(column + "=" + row.split(",", -1)[header.indexOf(column)]);
                }
            }
        }
        return String.join(" ", values);
    }
}

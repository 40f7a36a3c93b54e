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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators do to sessions in progress, by commands and by a stop: as clients, servers and logs see it with haproxy. */
@Timeout(120)
class OperatorDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                maxconn 500
                log LOG len 4096 local0
                stats socket ADMIN level admin
            defaults
                mode http
                log global
                log-format "[x] %ft %b/%s %B %tsc"
                timeout client 20s
                timeout server 20s
                timeout connect 20s
                retries 0
            frontend fh
                log-format "[x] %ft %b/%s %ST %B %tsc"
                bind 127.0.0.1:PORT_0_
                default_backend h
            frontend ft
                mode tcp
                bind 127.0.0.1:PORT_1_
                default_backend t
            frontend fo
                log-format "[x] %ft %b/%s %ST %B %tsc"
                option idle-close-on-response
                bind 127.0.0.1:PORT_2_
                default_backend h
            backend h
                SERVERS
            backend t
                mode tcp
                SERVERS
            """;

    private static final String SERVERS =
            """
            server s 127.0.0.1:A on-marked-down shutdown-sessions
                server b 127.0.0.1:A backup
                server p 127.0.0.1:A on-marked-up shutdown-backup-sessions disabled
            """;

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab";
    private static final String PART = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    /** A session that an operator ends. */
    private record Kill(String command, boolean onBackup) {}

    private static List<Kill> kills(String backend) {
        return List.of(
                new Kill("set server " + backend + "/s state maint", false),
                new Kill("set server " + backend + "/s health down", false),
                new Kill("shutdown sessions server " + backend + "/s", false),
                new Kill("set server " + backend + "/p state ready", true));
    }

    private interface Play {
        List<String> with(Operated proxy, ServerSocket server) throws Exception;
    }

    private void comparesWithHaproxy(Play play) throws Exception {
        assertThat(String.join("\n", played(false, play))).isEqualTo(String.join("\n", played(true, play)));
    }

    private List<String> played(boolean oracle, Play play) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(10_000);
            String servers = SERVERS.replace("127.0.0.1:A", "127.0.0.1:" + server.getLocalPort());
            try (Operated proxy = new Operated(directory, CONFIGURATION.replace("SERVERS", servers), oracle, 3)) {
                return play.with(proxy, server);
            }
        }
    }

    @Test
    void sessionsThatAreKilledEndAndAreLoggedAsWithHaproxy() throws Exception {
        comparesWithHaproxy((proxy, server) -> {
            List<String> seen = new ArrayList<>();
            for (String backend : List.of("h", "t")) {
                for (Kill kill : kills(backend)) {
                    seen.add(killed(proxy, server, backend, kill, GET, ""));
                    seen.add(killed(proxy, server, backend, kill, GET, PART));
                    seen.add(killed(proxy, server, backend, kill, POST, ""));
                }
            }
            return seen;
        });
    }

    private static String killed(
            Operated proxy, ServerSocket server, String backend, Kill kill, String request, String reply)
            throws Exception {
        proxy.command("set server " + backend + "/p state maint");
        proxy.command("set server " + backend + "/s health up");
        proxy.command("set server " + backend + "/s state " + (kill.onBackup ? "maint" : "ready"));
        boolean http = backend.equals("h");
        try (Wire client = new Wire(proxy.connect(http ? 0 : 1)).send(request);
                Wire s = new Wire(server.accept()).await(request.equals(POST) ? "\r\n\r\nab" : "\r\n\r\n")) {
            if (!reply.isEmpty()) {
                s.send(reply);
                client.await("\r\n\r\nabc");
            }
            String answer = proxy.command(kill.command);
            if (http && request.equals(GET) && reply.isEmpty()) {
                client.await("</html>"); // and stays
            } else {
                client.awaitEnd();
            }
            s.awaitEnd();
            return kill.command + ": " + answer + "\nclient: " + client.outcome() + "\nserver: "
                    + s.outcome().replace("<reset>", "<end>") + "\nlog: " + proxy.log();
        }
    }

    @Test
    void limitsAreSetAndRefusedAsByHaproxy() throws Exception {
        comparesWithHaproxy((proxy, server) -> {
            List<String> seen = new ArrayList<>();
            for (String command : List.of(
                    "shutdown sessions server",
                    "shutdown sessions server h/x",
                    "set maxconn frontend",
                    "set maxconn frontend nope 3",
                    "set maxconn frontend fh",
                    "set maxconn frontend fh -1",
                    "set maxconn frontend fh 7",
                    "set maxconn frontend fh x",
                    "set maxconn global",
                    "set maxconn global x",
                    "set maxconn global 99999999",
                    "set maxconn global 100",
                    "set maxconn server",
                    "set maxconn server h/s",
                    "set maxconn server h/s x",
                    "set maxconn server h/s 3x",
                    "set maxconn server h/s 3",
                    "set maxconn server h/nope 3",
                    "set maxconn",
                    "set maxconn foo")) {
                seen.add(command + ": " + proxy.command(command) + " " + limit(proxy, "fh", "FRONTEND") + " "
                        + limit(proxy, "h", "s"));
            }
            return seen;
        });
    }

    @Test
    void aServersLimitHoldsForTheNextRequest() throws Exception {
        comparesWithHaproxy((proxy, server) -> {
            List<String> seen = new ArrayList<>();
            seen.add(proxy.command("set maxconn server h/s 1"));
            try (Wire first = new Wire(proxy.connect(0)).send(GET);
                    Wire s = new Wire(server.accept()).await("\r\n\r\n");
                    Wire second = new Wire(proxy.connect(0)).send(GET)) {
                Await.until("the second waits", () -> column(proxy, "h", "BACKEND", "qcur")
                        .equals("1"));
                s.send(OK).close();
                seen.add(first.await("ok").outcome());
                try (Wire next = new Wire(server.accept()).await("\r\n\r\n")) {
                    next.send(OK).close();
                    seen.add(second.await("ok").outcome());
                }
            }
            seen.add(proxy.log());
            seen.add(proxy.log());
            return seen;
        });
    }

    private static String limit(Operated proxy, String group, String name) throws IOException {
        return column(proxy, group, name, "slim");
    }

    private static String column(Operated proxy, String group, String name, String column) throws IOException {
        List<String> rows = proxy.command("show stat").lines().toList();
        int at = List.of(rows.get(0).split(",", -1)).indexOf(column);
        return rows.stream()
                .filter(row -> row.startsWith(group + "," + name + ","))
                .map(row -> row.split(",", -1)[at])
                .findFirst()
                .orElse("no row");
    }

    @Test
    void aSoftStopEndsIdleConnectionsUnlessTheyMayStillAsk() throws Exception {
        comparesWithHaproxy((proxy, server) -> {
            List<String> seen = new ArrayList<>();
            try (Wire fresh = new Wire(proxy.connect(0));
                    Wire idle = new Wire(proxy.connect(0));
                    Wire begun = new Wire(proxy.connect(2)).send("GET / HT");
                    Wire mayAsk = new Wire(proxy.connect(2))) {
                answered(idle, GET, server);
                answered(mayAsk, GET, server);
                proxy.softStop();
                seen.add("idle: " + idle.awaitEnd().outcome());
                answered(mayAsk, GET, server);
                seen.add("idle with the option: " + mayAsk.awaitEnd().outcome());
                answered(fresh, GET, server);
                seen.add("new: " + fresh.awaitEnd().outcome());
                answered(begun, "TP/1.1\r\nHost: a\r\n\r\n", server);
                seen.add("begun: " + begun.awaitEnd().outcome());
            }
            return seen;
        });
    }

    private static void answered(Wire client, String request, ServerSocket server) throws IOException {
        int before = client.outcome().length();
        client.send(request);
        try (Wire s = new Wire(server.accept()).await("\r\n\r\n")) {
            s.send(OK);
        }
        client.awaitBytes(before + 40);
    }
}

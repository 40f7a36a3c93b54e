// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code stick} rules: which server a client comes back to, also after one that did not answer, as with the installed haproxy. */
@Timeout(60)
class StickDifferentialTest {
    private static final String HEAD =
            """
            global
                nbthread 1
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                log-format "[x] %ft %s %ST"
                timeout connect 2s
                timeout client 5s
                timeout server 5s
                retries 0
            frontend probe
                no log
                bind 127.0.0.1:PORT
            """;
    private static final List<String> RULES = List.of(
            "stick on src",
            "stick store-request src\n stick match src",
            "stick match src",
            "stick on req.hdr(k)",
            "stick on req.hdr(k) if { path /b }",
            "stick match req.hdr(k)\n stick store-response res.hdr(r)",
            "stick on src\n ignore-persist if { path /b }",
            "stick on src\n http-response deny if { path /b }");
    /** A path, whether the server answers, and the value of k. */
    private static final List<String> REQUESTS = List.of(
            "/a - 1", "/a + 1", "/b + 1", "/a + 1", "/b - 2", "/a + 2", "/b + 2", "/a + 3", "/b + 3", "/a - 1",
            "/a + 1");

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @Test
    void clientsComeBackToTheSameServersAsWithHaproxy() throws Exception {
        assertThat(String.join("\n", play(false))).isEqualTo(String.join("\n", play(true)));
    }

    private static List<String> play(boolean oracle) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(10_000);
            StringBuilder text = new StringBuilder(HEAD);
            for (int i = 0; i < RULES.size(); i++) {
                text.append("listen fe")
                        .append(i)
                        .append("\n bind 127.0.0.1:PORT_")
                        .append(i + 1);
                text.append("_\n stick-table type string len 32 size 1k expire 1m\n ");
                text.append(RULES.get(i)).append('\n');
                for (String name : List.of("a", "b", "c")) {
                    text.append(" server ").append(name).append(" 127.0.0.1:").append(server.getLocalPort());
                    text.append('\n');
                }
            }
            List<String> seen = new ArrayList<>();
            try (Contestant proxy = new Contestant(text.toString(), oracle, RULES.size())) {
                for (int i = 0; i < RULES.size(); i++) {
                    for (String request : REQUESTS) {
                        seen.add(RULES.get(i).replace("\n", ";") + ", " + request + ": "
                                + played(proxy, server, i, request.split(" ", -1)));
                    }
                }
            }
            return seen;
        }
    }

    private static String played(Contestant proxy, ServerSocket server, int rule, String... request) throws Exception {
        String head =
                "GET " + request[0] + " HTTP/1.1\r\nHost: a\r\nk: " + request[2] + "\r\nConnection: close\r\n\r\n";
        try (Wire client = new Wire(proxy.connect(rule + 1)).send(head);
                Wire s = new Wire(server.accept()).await("\r\n\r\n")) {
            if (request[1].equals("+")) {
                s.send("HTTP/1.1 204 No Content\r\nr: " + request[2] + "\r\nConnection: close\r\n\r\n");
            }
            s.close();
            client.awaitEnd();
            return proxy.log("fe" + rule, 1).get(0);
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code set-src}, {@code set-src-port}, {@code set-dst} and {@code set-dst-port} of every rule set that has them: what fetches,
 * the log and a server's PROXY header say afterwards is what the installed haproxy says.
 */
@Timeout(120)
class SetAddressDifferentialTest {
    private static final String HEAD =
            """
            global
                nbthread 1
                log 127.0.0.1:LOG local0
            defaults
                log global
                log-format "[x] %ft %ci:%cp %fi:%fp %b %ts"
                timeout connect 2s
                timeout client 5s
                timeout server 5s
            frontend probe
                no log
                bind 127.0.0.1:PORT
                mode tcp
            """;
    private static final List<String> ACTIONS = List.of(
            "set-src src",
            "set-src ipv4(9.8.7.6)",
            "set-src str(9.8.7.6)",
            "set-src str(2001:db8::9)",
            "set-src str(nonsense)",
            "set-src src,ipmask(8)",
            "set-src dst",
            "set-src-port int(4242)",
            "set-src-port int(0)",
            "set-src-port int(65535)",
            "set-src-port int(65536)",
            "set-src-port int(-1)",
            "set-src-port str(77)",
            "set-src-port dst_port",
            "set-dst ipv4(9.8.7.6)",
            "set-dst str(2001:db8::9)",
            "set-dst str(nonsense)",
            "set-dst src",
            "set-dst dst,ipmask(16)",
            "set-dst-port int(4242)",
            "set-dst-port int(0)",
            "set-dst-port int(70000)",
            "set-dst-port src_port");
    private static final List<String> CLIENTS =
            List.of("TCP4 1.2.3.4 5.6.7.8 1111 2222", "TCP6 2001:db8::1 2001:db8::2 1111 2222", "UNKNOWN");
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

    /** A frontend: its mode, its rule, the conditions under which the rule set has the action. */
    private record Trial(String mode, String rule) {}

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    private static List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        for (String action : ACTIONS) {
            trials.add(new Trial("http", "http-request " + action));
            trials.add(new Trial("tcp", "tcp-request connection " + action));
            trials.add(new Trial("tcp", "tcp-request session " + action));
            trials.add(new Trial("tcp", "tcp-request content " + action));
        }
        return trials;
    }

    @Test
    void addressesThatRulesSetAreThoseEverybodySeesAfterwards() throws Exception {
        List<Trial> trials = trials();
        List<String> theirs = play(trials, true);
        List<String> ours = play(trials, false);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < theirs.size(); i++) {
            if (!ours.get(i).equals(theirs.get(i))) {
                differences.add("haproxy " + theirs.get(i) + "\n tandem  " + ours.get(i));
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
        assertThat(theirs).hasSize(trials.size() * CLIENTS.size());
    }

    private static List<String> play(List<Trial> trials, boolean oracle) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(10_000);
            StringBuilder text = new StringBuilder(HEAD);
            for (int i = 0; i < trials.size(); i++) {
                Trial trial = trials.get(i);
                text.append("listen fe").append(i).append("\n mode ").append(trial.mode);
                text.append("\n bind 127.0.0.1:PORT_").append(i + 1).append("_ accept-proxy\n ");
                text.append(trial.rule).append('\n');
                if (trial.mode.equals("http")) {
                    text.append(" http-request set-header x \"%[src] %[src_port] %[dst] %[dst_port]\"\n");
                }
                text.append(" server s 127.0.0.1:")
                        .append(server.getLocalPort())
                        .append(" send-proxy\n");
            }
            List<String> seen = new ArrayList<>();
            try (Contestant proxy = new Contestant(text.toString(), oracle, trials.size())) {
                for (int i = 0; i < trials.size(); i++) {
                    for (String client : CLIENTS) {
                        seen.add(trials.get(i).rule + " for " + client + ": " + seen(proxy, server, i, client));
                    }
                }
            }
            return seen;
        }
    }

    /** What the server got, and what the log says. */
    private static String seen(Contestant proxy, ServerSocket server, int index, String announced) throws Exception {
        String port = String.valueOf(index);
        try (Wire client = new Wire(proxy.connect(index + 1)).send("PROXY " + announced + "\r\n" + REQUEST);
                Wire s = new Wire(server.accept()).await("\r\n\r\n")) {
            s.send(OK).close();
            client.awaitEnd().close();
            String log = proxy.log("fe" + port, 1).get(0);
            boolean known = !announced.equals("UNKNOWN");
            String all = s.received() + log;
            // without an announcement the addresses are the connection's own, and its ports those of the moment
            return known ? all : all.replaceAll("\\b(?!4242\\b|65535\\b|4464\\b)[0-9]{5}\\b", "PORT");
        }
    }
}

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

/** {@code persist rdp-cookie}: the terminal server that a cookie names gets the client, as with the installed haproxy. */
@Timeout(120)
class RdpPersistenceDifferentialTest {
    private static final String HEAD =
            """
            global
                nbthread 1
                log 127.0.0.1:LOG local0
            defaults
                mode tcp
                log global
                log-format "[x] %ft %b/%s %ts"
                timeout connect 2s
                timeout client 5s
                timeout server 5s
            frontend probe
                no log
                bind 127.0.0.1:PORT
            """;
    private static final String WAIT =
            " tcp-request inspect-delay 3s\n tcp-request content accept if { req.rdp_cookie_cnt gt 0 } or { req.len gt 60 }\n";
    /** In 127.0.0.1 as a little-endian machine has it in memory. */
    private static final long LOOPBACK = 16_777_343L;

    private static final List<String> BACKENDS = List.of(
            WAIT + " persist rdp-cookie\n balance first\n",
            WAIT + " persist rdp-cookie(msts)\n balance source\n",
            WAIT + " persist rdp-cookie(other)\n balance first\n",
            WAIT + " persist rdp-cookie\n balance rdp-cookie\n",
            WAIT + " balance rdp-cookie(user)\n",
            WAIT + " persist rdp-cookie\n option persist\n balance first\n");

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    private static int swapped(int port) {
        return (port & 0xff) << 8 | port >>> 8;
    }

    /** Cookies, with A, B and C for the servers' ports as they stand in cookies. */
    private static List<String> cookies() {
        String at = LOOPBACK + ".";
        return List.of(
                "msts=" + at + "A.0000",
                "msts=" + at + "B.0000",
                "msts=" + at + "C.0000", // disabled
                "msts=" + at + "1.0000", // nobody's
                "msts=" + at + "B",
                "msts=" + at + "B.",
                "msts=" + at + "B.0000.rest",
                "msts= " + at + "B.0000",
                "msts=+" + at + "B.0000",
                "msts=0" + at + "B.0000",
                "msts=-" + at + "B.0000",
                "msts=x" + at + "B.0000",
                "msts=4294967295.B.0000",
                "msts=99999999999.B.0000",
                "msts=" + at + "99999.0000",
                "msts=nonsense",
                "msts=",
                "mSTS=" + at + "B.0000",
                "other=" + at + "B.0000",
                "user=alice",
                "user=bob");
    }

    private static String packet(String cookie) {
        String payload = "Cookie: " + cookie + "\r\n\1\0\b\0\0\0\0\0";
        int length = 11 + payload.length();
        return "\3\0\0" + (char) length + (char) (length - 5) + "\u00e0\0\0\0\0\0" + payload;
    }

    @Test
    void terminalServersGetTheirClientsBack() throws Exception {
        try (ServerSocket a = server();
                ServerSocket b = server();
                ServerSocket c = server()) {
            List<String> theirs = play(true, a, b, c);
            List<String> ours = play(false, a, b, c);
            List<String> differences = new ArrayList<>();
            for (int i = 0; i < theirs.size(); i++) {
                if (!ours.get(i).equals(theirs.get(i))) {
                    differences.add("haproxy " + theirs.get(i) + "\n tandem  " + ours.get(i));
                }
            }
            assertThat(differences).as(String.join("\n", differences)).isEmpty();
            assertThat(theirs).hasSize(BACKENDS.size() * cookies().size());
        }
    }

    private static ServerSocket server() throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    server.accept().close(); // it was this one: that is all there is to know
                }
            } catch (java.io.IOException closed) {
                // the test is over
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static List<String> play(boolean oracle, ServerSocket a, ServerSocket b, ServerSocket c) throws Exception {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 0; i < BACKENDS.size(); i++) {
            text.append("listen fe").append(i).append("\n bind 127.0.0.1:PORT_").append(i + 1);
            text.append("_\n").append(BACKENDS.get(i));
            text.append(" server a 127.0.0.1:").append(a.getLocalPort());
            text.append("\n server b 127.0.0.1:").append(b.getLocalPort());
            text.append("\n server c 127.0.0.1:").append(c.getLocalPort()).append(" disabled\n");
        }
        List<String> seen = new ArrayList<>();
        try (Contestant proxy = new Contestant(text.toString(), oracle, BACKENDS.size())) {
            for (int i = 0; i < BACKENDS.size(); i++) {
                for (String cookie : cookies()) {
                    String sent = cookie.replace("A", String.valueOf(swapped(a.getLocalPort())))
                            .replace("B", String.valueOf(swapped(b.getLocalPort())))
                            .replace("C", String.valueOf(swapped(c.getLocalPort())));
                    try (Wire client =
                            new Wire(proxy.connect(i + 1)).send(packet(sent)).awaitEnd()) {
                        client.close();
                        String log = proxy.log("fe" + i, 1).get(0);
                        seen.add(BACKENDS.get(i).strip().replace("\n", ";") + " " + cookie + ": " + server(log)
                                + client.received());
                    }
                }
            }
        }
        return seen;
    }

    /** {@code be/server} of a log line: how it ended depends on who closes first. */
    private static String server(String line) {
        return line.split(" ", -1)[1];
    }
}

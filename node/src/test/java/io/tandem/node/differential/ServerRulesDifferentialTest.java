// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.testkit.LoopbackServer.head;
import static io.tandem.node.testkit.LoopbackServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which server has a request, and on which of its connections: rules, clients that stay, as with the installed haproxy. */
@Timeout(60)
class ServerRulesDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
            defaults
                mode http
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            listen fe
                bind 127.0.0.1:PORT
                LINES
                server s1 127.0.0.1:SERVER1 cookie a
                server s2 127.0.0.1:SERVER2 cookie b SECOND
                server s3 127.0.0.1:SERVER3 cookie c THIRD
            """;
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");
    private static final Pattern WANTED = Pattern.compile("(?i)x-want: (\\d+) ([^\r]*)");

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    /** Answers with its name and the number of the connection, and with what the request's X-Want says. */
    private static LoopbackServer server(String name) throws IOException {
        return new LoopbackServer((connection, number) -> {
            for (String head = head(connection); !head.isEmpty(); head = head(connection)) {
                String body = name + "." + number + (head.contains("ookie:") ? " cookie" : "");
                Matcher wanted = WANTED.matcher(head);
                String start = wanted.find() ? wanted.group(1) + " No\r\n" + wanted.group(2) : "200 OK";
                send(connection, "HTTP/1.1 " + start + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            }
        });
    }

    private static String ask(Socket client, String fields) throws IOException {
        send(client, "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
        String head = head(client);
        Matcher length = LENGTH.matcher(head);
        byte[] body = client.getInputStream().readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        return new String(body, StandardCharsets.ISO_8859_1) + (head.contains("set-cookie") ? " set" : "");
    }

    /** @param script requests, each {@code CLIENT FIELD, FIELD}; clients keep their connection */
    private static List<String> play(String lines, String second, String third, List<String> script, boolean oracle)
            throws Exception {
        List<String> answers = new ArrayList<>();
        try (LoopbackServer one = server("s1");
                LoopbackServer two = server("s2");
                LoopbackServer three = server("s3");
                Contestant proxy = new Contestant(
                        CONFIGURATION
                                .replace("LINES", lines)
                                .replace("SECOND", second)
                                .replace("THIRD", third)
                                .replace("SERVER1", String.valueOf(one.port()))
                                .replace("SERVER2", String.valueOf(two.port()))
                                .replace("SERVER3", String.valueOf(three.port())),
                        oracle)) {
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(proxy.connect());
            }
            for (String request : script) {
                String fields = request.substring(1).trim().replace(", ", "\r\n");
                answers.add(request + " -> "
                        + ask(clients.get(request.charAt(0) - '0'), fields.isEmpty() ? "" : fields + "\r\n"));
            }
            for (Socket client : clients) {
                client.close();
            }
        }
        return answers;
    }

    private static List<String> compare(String lines, String second, String third, List<String> script)
            throws Exception {
        List<String> ours = play(lines, second, third, script, false);
        assertThat(ours).isEqualTo(play(lines, second, third, script, true));
        return ours;
    }

    @Test
    void rulesChooseServersBeforeCookiesDo() throws Exception {
        String rules =
                """
                cookie SRV insert indirect
                    http-reuse never
                    use-server s2 if { hdr(x-u) s2 }
                    use-server %[hdr(x-u),lower] unless { hdr(x-u) none }
                    use-server s3 if { hdr(x-u) s3 }
                    force-persist if { hdr(x-f) 1 }
                    ignore-persist if { hdr(x-i) 1 }""";
        List<String> answers = compare(
                rules,
                "disabled",
                "backup",
                List.of(
                        "0 X-U: none",
                        "0 X-U: s3",
                        "0 X-U: s2",
                        "0 X-U: S1",
                        "0 X-U: nobody",
                        "0 X-U: s2, X-F: 1",
                        "0 X-U: s3, Cookie: SRV=a",
                        "0 X-U: none, Cookie: SRV=b",
                        "0 X-U: none, Cookie: SRV=b, X-F: 1",
                        "0 X-U: none, Cookie: SRV=c, X-I: 1",
                        "0 X-U: none, Cookie: SRV=c",
                        "0 X-U: s2, Cookie: SRV=a; k=v, X-F: 1, X-I: 1",
                        "0 X-U: none, Cookie: SRV=nobody, X-I: 1"));
        assertThat(answers.get(1)).contains("s3").doesNotContain("set");
    }

    @Test
    void aClientStaysWithItsLastServerWhereItsConnectionIsItsOwn() throws Exception {
        List<String> script = List.of("0", "0", "0", "1", "0", "1", "2", "1");
        List<String> answers = compare("option prefer-last-server\n    http-reuse never", "", "", script);
        assertThat(answers.subList(0, 3)).containsOnly("0 -> s1.1");
        compare("option prefer-last-server", "", "", script);
        compare("option prefer-last-server\n    http-reuse never\n    balance source", "", "", script);
    }

    @Test
    void aConnectionThatIsAuthenticatedServesNobodyElse() throws Exception {
        for (String challenge : List.of(
                "401 WWW-Authenticate: NTLM",
                "401 WWW-Authenticate: Negotiate abc",
                "401 WWW-Authenticate: Basic x, ntlm",
                "407 Proxy-Authenticate: ntlm",
                "407 WWW-Authenticate: NTLM",
                "401 WWW-Authenticate: Basic realm=\"NTLM\"",
                "403 WWW-Authenticate: NTLM")) {
            compare("http-reuse always", "weight 0", "weight 0", List.of("0 X-Want: " + challenge, "1", "0", "1"));
        }
        compare("", "", "", List.of("0 X-Want: 401 WWW-Authenticate: NTLM", "0", "0", "1", "1", "0"));
    }

    @Test
    void aClientKeepsAsManyConnectionsAsItMay() throws Exception {
        for (int most : new int[] {0, 1, 2}) {
            compare(
                    "http-reuse never\n    max-session-srv-conns " + most,
                    "",
                    "",
                    List.of("0", "0", "0", "0", "0", "0", "0"));
        }
    }
}

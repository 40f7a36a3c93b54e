// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.admin.AdministeredProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** TLS options that HAProxy has learnt since 2.6: what they stand for is asked of the installed one in its own words. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NewerTlsOptionsDifferentialTest {
    private static final String HOST = "sni req.hdr(host),field(1,:)";

    /** Options of ours, and of the installed haproxy. */
    private static final List<List<String>> SERVERS = List.of(
            List.of("sni-auto", HOST),
            List.of("sni-auto no-sni-auto", ""),
            List.of("no-sni-auto", ""),
            List.of("sni-auto sni str(fixed.example)", "sni str(fixed.example)"));

    /** What is asked for of it is a bracket, which haproxy's library refuses. */
    private static final String NO_NAME = "[::1]:80";

    private static final List<String> HOSTS =
            List.of("name.example", "Mixed.Example:8443", "other.example", "127.0.0.1:80", NO_NAME);

    private static final String FRONT =
            "defaults\n retries 0\n timeout connect 3s\n timeout client 5s\n timeout server 5s\n";

    @TempDir
    private static @Nullable Path directory;

    private @Nullable TlsServer server;

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Pki pki = new Pki(requireNonNull(directory));
        pki.leaf("a", "/CN=a.example", "root", "subjectAltName=DNS:a.example\n");
        pki.leaf("b", "/CN=b.example", "root", "subjectAltName=DNS:b.example\n");
        server = new TlsServer(pki.file("a.pem"), TlsServer.Manner.USUAL);
    }

    @AfterAll
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void theNameAskedForIsTheHostOfEachRequest() throws Exception {
        List<String> ours = names(false);

        assertThat(ours).isEqualTo(names(true));
        assertThat(ours.get(0)).contains("sni=name.example ");
    }

    private List<String> names(boolean oracle) throws IOException {
        StringBuilder text = new StringBuilder(
                FRONT + "frontend fe\n mode http\n bind 127.0.0.1:{fe}\n use_backend b%[path,field(2,/)]\n");
        for (int i = 0; i < SERVERS.size(); i++) {
            text.append("backend b").append(i).append("\n mode http\n server s 127.0.0.1:");
            text.append(requireNonNull(server).port()).append(" ssl verify none ");
            text.append(SERVERS.get(i).get(oracle ? 1 : 0)).append('\n');
        }
        List<String> answers = new ArrayList<>();
        try (Proxy proxy = new Proxy(text.toString(), oracle)) {
            for (int i = 0; i < SERVERS.size(); i++) {
                for (String host : HOSTS) {
                    if (host.equals(NO_NAME) && EngineGap.NAMES.isOpen()) {
                        continue;
                    }
                    answers.add(SERVERS.get(i).get(0) + ", " + host + ": " + ask(proxy.port("fe"), "/" + i, host));
                }
            }
        }
        return answers;
    }

    private static String ask(int port, String path, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.replaceFirst("(?s).*\r\n\r\n", "");
        }
    }

    @Test
    void checksAskForTheHostThatTheySend() throws Exception {
        List<List<String>> checks = List.of(
                List.of("hdr Host name.example:99", "check-sni-auto", "check-sni name.example", "name.example"),
                List.of("hdr host name.example", "check-sni-auto no-check-sni-auto", "", ""),
                List.of("hdr x y", "check-sni-auto", "", ""),
                List.of("hdr Host a", "check-sni-auto check-sni b.example", "check-sni b.example", "b.example"),
                List.of("hdr Host %[str(made.example)]", "check-sni-auto", "check-sni made.example", "made.example"));

        List<String> ours = checked(checks, false);

        assertThat(ours).isEqualTo(checked(checks, true)).allMatch(line -> line.endsWith(" L7OK"));
    }

    private List<String> checked(List<List<String>> checks, boolean oracle) throws Exception {
        StringBuilder text =
                new StringBuilder(FRONT + "listen front\n mode http\n bind 127.0.0.1:" + Ports.reserved() + "\n");
        for (int i = 0; i < checks.size(); i++) {
            List<String> check = checks.get(i);
            text.append("backend b")
                    .append(i)
                    .append("\n mode http\n option httpchk\n http-check send meth GET uri / ver HTTP/1.1 ");
            text.append(check.get(0))
                    .append("\n http-check expect rstring ^sni=")
                    .append(check.get(3))
                    .append("\\s\n");
            text.append(" server s 127.0.0.1:").append(requireNonNull(server).port());
            text.append(" check inter 2s ssl verify none ")
                    .append(check.get(oracle ? 2 : 1))
                    .append('\n');
        }
        try (AdministeredProxy proxy = new AdministeredProxy(oracle, text.toString(), line -> {})) {
            Await.until("all are checked", () -> statuses(proxy).stream()
                    .noneMatch(line -> line.endsWith(" ") || line.contains("INI")));
            return statuses(proxy);
        }
    }

    private static List<String> statuses(AdministeredProxy proxy) throws IOException {
        List<String> rows = proxy.command("show stat -1 4 -1").lines().toList();
        int column = List.of(rows.get(0).split(",", -1)).indexOf("check_status");
        return rows.stream()
                .filter(row -> row.startsWith("b"))
                .map(row -> row.split(",", -1))
                .map(fields -> fields[0] + " " + fields[column].replace("* ", ""))
                .collect(Collectors.toList());
    }

    @Test
    void aLineUndoesWhatAllLinesAreTold() throws Exception {
        String crt = " ssl crt " + directory + "/a.pem crt " + directory + "/b.pem ";
        String text =
                "global\n ssl-default-bind-options strict-sni no-tls-tickets\n" + FRONT + "frontend f\n mode http\n"
                        + " bind 127.0.0.1:{strict}" + crt + "\n"
                        + " bind 127.0.0.1:{lenient}" + crt + "no-strict-sni tls-tickets\n"
                        + " bind 127.0.0.1:{forced}" + crt + "no-strict-sni force-strict-sni\n"
                        + " http-request return status 200 content-type text/plain lf-string \"%[ssl_fc_sni]\"\n";
        try (Proxy proxy = new Proxy(text, false)) {
            for (String name : List.of("strict", "forced")) {
                assertThat(new TlsClient(null, "b.example", "TLSv1.2").ask(proxy.port(name)))
                        .isEqualTo("b.example");
                assertThat(new TlsClient(null, "nobody.example").ask(proxy.port(name)))
                        .as(name)
                        .contains("unrecognized_name");
            }
            assertThat(new TlsClient(null, "nobody.example").ask(proxy.port("lenient")))
                    .isEqualTo("nobody.example");
            if (!EngineGap.PROPERTIES.isOpen()) {
                assertThat(ticket(proxy.port("strict"))).isFalse();
            }
            assertThat(ticket(proxy.port("lenient"))).isTrue();
        }
    }

    /** {@code timeout client-hs} is HAProxy 2.9's: in the installed one {@code timeout client} ends handshakes. */
    @Test
    void aHandshakeHasATimeOfItsOwn() throws Exception {
        List<String> theirs = unfinished("timeout client 400ms", true);

        assertThat(unfinished("timeout client 1m\n timeout client-hs 400ms", false))
                .isEqualTo(theirs);
        assertThat(theirs.toString()).contains("Timeout during SSL handshake");
    }

    private static List<String> unfinished(String timeouts, boolean oracle) throws Exception {
        String crt = " ssl crt " + directory + "/a.pem";
        String text = "global\n log 127.0.0.1:{log} local0\ndefaults\n log global\n " + timeouts
                + "\n timeout connect 3s\n timeout server 3s\n"
                + "frontend one\n mode http\n option httplog\n bind 127.0.0.1:{one}" + crt + "\n"
                + "frontend two\n mode http\n option httplog\n bind 127.0.0.1:{two}" + crt + " crt " + directory
                + "/b.pem\n" + "frontend tcp\n mode tcp\n option tcplog\n bind 127.0.0.1:{tcp}" + crt + "\n";
        List<String> seen = new ArrayList<>();
        try (Proxy proxy = new Proxy(text, oracle)) {
            for (String name : List.of("one", "two", "tcp")) {
                for (byte[] beginning : new byte[][] {{}, {0x16, 3, 1, 2, 0, 1}}) {
                    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port(name))) {
                        socket.setSoTimeout(20_000);
                        socket.getOutputStream().write(beginning);
                        seen.add(name + " with " + beginning.length + " bytes: "
                                + socket.getInputStream().read());
                    }
                    for (String line : proxy.logs(1)) {
                        seen.add(line.replaceFirst(".*\\]: ", "").replaceFirst("^127.0.0.1:\\d+ \\[[^\\]]*] ", ""));
                    }
                }
            }
        }
        return seen;
    }

    /** Whether a client of TLS 1.2 gets a ticket. */
    private static boolean ticket(int port) throws Exception {
        String said = Program.of(List.of(
                        "openssl", "s_client", "-connect", "127.0.0.1:" + port, "-servername", "a.example", "-tls1_2"))
                .reading("")
                .run()
                .output();
        assertThat(said).contains("Cipher    : ");
        return said.contains("TLS session ticket:");
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.tls.Pki;
import io.tandem.node.tls.TlsServer;
import io.tandem.node.tls.TlsServer.Manner;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Files of server lines replaced on the command socket: what it says, and what new connections to servers do from then on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // by start
class ServerCertificatesDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                stats socket ADMIN level admin
            defaults
                mode http
                retries 0
                http-reuse never
                timeout connect 5s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT_0_
                use_backend %[path,field(2,/)]
            backend shows
                server one 127.0.0.1:SERVER ssl verify none crt @/client.pem
                server two 127.0.0.1:SERVER ssl verify none crt @/client.pem backup
            backend keeps
                http-reuse always
                server s 127.0.0.1:SERVER ssl verify none crt @/client.pem
            backend trusts
                server s 127.0.0.1:SERVER ssl verify required ca-file @/root.crt crt @/client.pem
            backend revokes
                server s 127.0.0.1:SERVER ssl verify required ca-file @/roots.pem crl-file @/none.crl crt @/client.pem
            backend alone
                server s 127.0.0.1:PLAIN ssl verify required ca-file @/alone.pem
            """;

    private Path directory;
    private TlsServer server;
    private TlsServer plain;

    @BeforeAll
    void start(@TempDir Path files) throws Exception {
        InstalledHaproxy.assumeInstalled();
        directory = files;
        Pki pki = new Pki(files);
        server = new TlsServer(pki.leaf("good", "/CN=good", "root", "subjectAltName=DNS:localhost\n"), Manner.ASKS);
        pki.leaf("client", "/CN=first", "root", "extendedKeyUsage=clientAuth\n");
        pki.leaf("second", "/CN=second", "other", "extendedKeyUsage=clientAuth\n");
        plain = new TlsServer(files.resolve("good.pem"), Manner.USUAL);
        pki.join("roots.pem", "root.crt");
        pki.join("alone.pem", "root.crt");
        pki.revocations("none", "root");
        pki.revocations("some", "root", "good");
    }

    @AfterAll
    void stop() throws IOException {
        for (TlsServer each : new TlsServer[] {server, plain}) {
            if (each != null) {
                each.close();
            }
        }
    }

    private Operated proxy(boolean oracle) throws IOException {
        String text = CONFIGURATION
                .replace("SERVER", String.valueOf(server.port()))
                .replace("PLAIN", String.valueOf(plain.port()))
                .replace("@/", directory + "/");
        return new Operated(directory, text, oracle, 1);
    }

    private String ask(Operated proxy, String backend) throws IOException {
        try (Socket socket = proxy.connect(0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /" + backend + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.startsWith("HTTP/1.1 200")
                    ? answer.substring(answer.indexOf("\r\n\r\n") + 4)
                    : answer.lines().findFirst().orElse("");
        }
    }

    private String set(Operated proxy, String kind, String name, String payload) throws IOException {
        return proxy.command("set ssl " + kind + " " + directory + "/" + name + " <<\n"
                + Files.readString(directory.resolve(payload)));
    }

    /** All of it, one line each. */
    private String story(Operated proxy) throws IOException {
        StringBuilder story = new StringBuilder();
        for (String step : List.of(
                "ask shows",
                "ask keeps",
                "ask trusts",
                "ask revokes",
                "show ssl cert",
                "show ssl ca-file",
                "show ssl crl-file",
                "show ssl cert @/client.pem",
                "show ssl ca-file @/root.crt",
                "show ssl crl-file @/none.crl",
                "set cert client.pem second.pem",
                "ask shows",
                "commit ssl cert @/client.pem",
                "ask shows",
                "ask shows",
                "ask keeps", // its connection stays
                "set cert client.pem.key ca.key",
                "commit ssl cert @/client.pem",
                "abort ssl cert @/client.pem",
                "ask shows",
                "set ca-file root.crt other.crt",
                "ask trusts",
                "commit ssl ca-file @/root.crt",
                "ask trusts",
                "ask revokes",
                "set ca-file root.crt roots.pem",
                "commit ssl ca-file @/root.crt",
                "ask trusts",
                "set crl-file none.crl some.crl",
                "commit ssl crl-file @/none.crl",
                "ask revokes",
                "ask trusts",
                "del ssl cert @/client.pem",
                "del ssl ca-file @/root.crt",
                "del ssl crl-file @/none.crl")) {
            String[] words = step.split(" ", -1);
            String answer =
                    switch (words[0]) {
                        case "ask" -> ask(proxy, words[1]);
                        case "set" -> set(proxy, words[1], words[2], words[3]);
                        default -> proxy.command(step.replace("@/", directory + "/"));
                    };
            story.append(step).append(": ").append(told(answer)).append('\n');
        }
        return story.toString();
    }

    /** Without the authorities of the system, which haproxy loads for its own requests. */
    private static String told(String answer) {
        return answer.lines().filter(line -> !line.startsWith("@system-ca")).collect(Collectors.joining("\n    "));
    }

    @Test
    void theyAreReplacedAsWithHaproxy() throws Exception {
        String theirs;
        try (Operated haproxy = proxy(true)) {
            theirs = story(haproxy);
        }
        try (Operated tandem = proxy(false)) {
            assertThat(story(tandem)).isEqualTo(theirs);
        }
    }

    /** HAProxy 2.6 knows of such files only where the server has a certificate: without one it goes on with the old. */
    @Test
    void aServerWithoutCertificateFollowsItsAuthoritiesToo() throws Exception {
        try (Operated tandem = proxy(false)) {
            assertThat(ask(tandem, "alone")).contains("TLSv1.3");
            set(tandem, "ca-file", "alone.pem", "other.crt");

            assertThat(tandem.command("commit ssl ca-file " + directory + "/alone.pem"))
                    .endsWith("alone.pem.\nSuccess!");
            assertThat(ask(tandem, "alone")).contains(" 503 ");
        }
    }

    @Test
    void noRequestIsLostMeanwhile() throws Exception {
        try (Operated tandem = proxy(false)) {
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<List<String>> asked = CompletableFuture.supplyAsync(() -> askUntil(over, tandem));
            for (int i = 0; i < 20; i++) {
                set(tandem, "cert", "client.pem", i % 2 == 0 ? "second.pem" : "client.pem");
                assertThat(tandem.command("commit ssl cert " + directory + "/client.pem"))
                        .endsWith("Success!");
            }
            over.set(true);

            assertThat(asked.get()).isNotEmpty().allSatisfy(answer -> assertThat(answer)
                    .containsAnyOf("client=CN=first", "client=CN=second"));
            assertThat(ask(tandem, "shows")).contains("client=CN=first");
        }
    }

    private List<String> askUntil(AtomicBoolean over, Operated proxy) {
        List<String> answers = new ArrayList<>();
        while (!over.get()) {
            try {
                answers.add(ask(proxy, "shows"));
            } catch (IOException lost) {
                answers.add(lost.toString());
            }
        }
        return answers;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Children;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proxy as a process in which BoringSSL cannot be loaded ({@code -Dio.netty.handler.ssl.noOpenSsl=true}). */
class JdkEngineTest {
    @TempDir
    Path directory;

    private int plain;
    private int verified;

    @Test
    void theJdksEngineServesBothVersionsNamesSessionsAndClientCertificatesAndSaysThatItIsInUse() throws Exception {
        Pki pki = new Pki(directory);
        pki.leaf("a", "/CN=a.example", "root", "subjectAltName=DNS:a.example\n");
        pki.leaf("b", "/CN=b.example", "root", "subjectAltName=DNS:b.example\n");
        pki.leaf("stranger", "/CN=stranger", "other", "");
        plain = Ports.reserved();
        int strict = Ports.reserved();
        verified = Ports.reserved();
        Files.writeString(
                directory.resolve("t.cfg"),
                """
                global
                    tune.ssl.keylog on
                defaults
                    mode http
                    timeout client 5s
                frontend f
                    bind 127.0.0.1:%d ssl crt @/a.pem crt @/b.pem alpn h2,http/1.1
                    bind 127.0.0.1:%d ssl crt @/a.pem verify required ca-file @/root.crt
                    bind 127.0.0.1:%d ssl crt @/a.pem crt @/b.pem strict-sni
                    http-request return status 200 content-type text/plain lf-string "%%sslv sni=%%[ssl_fc_sni] alpn=%%[ssl_fc_alpn] cn=%%[ssl_c_s_dn(CN)]"
                """
                        .formatted(plain, verified, strict)
                        .replace("@/", directory + "/"));
        Path said = directory.resolve("said");
        Process proxy = Children.with(new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-Dio.netty.handler.ssl.noOpenSsl=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.tandem.node.cli.Main",
                        "-db",
                        "-f",
                        directory.resolve("t.cfg").toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start());
        try {
            Await.until("it listens", () -> !proxy.isAlive() || listens());
            assertThat(proxy.isAlive()).as(Files.readString(said)).isTrue();
            assertThat(Files.readString(said))
                    .contains("BoringSSL cannot be loaded: TLS is spoken by the engine of the JDK")
                    .contains("'tune.ssl.keylog' has no effect: the TLS engine of this process tells no secrets.");

            assertThat(ask(plain, "-tls1_2", "-servername", "b.example"))
                    .contains("subject=CN = b.example")
                    .contains("TLSv1.2 sni=b.example alpn= cn=");
            assertThat(ask(plain, "-tls1_3", "-servername", "a.example", "-alpn", "http/1.1"))
                    .contains("subject=CN = a.example")
                    .contains("TLSv1.3 sni=a.example alpn=http/1.1 cn=");
            assertThat(resumes("-tls1_2")).contains("Reused, TLSv1.2");
            assertThat(resumes("-tls1_3")).contains("Reused, TLSv1.3");

            assertThat(ask(verified, "-tls1_3", "-cert", file("b.pem"), "-key", file("b.pem")))
                    .contains("cn=b.example");
            assertThat(ask(verified, "-tls1_2", "-cert", file("b.pem"), "-key", file("b.pem")))
                    .contains("cn=b.example");
            assertThat(ask(verified, "-tls1_2")).doesNotContain("HTTP/1.1 200");
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(ask(verified, version, "-cert", file("stranger.pem"), "-key", file("stranger.pem")))
                        .as("BoringSSL would say unknown ca")
                        .contains("alert certificate unknown")
                        .doesNotContain("HTTP/1.1 200");
            }
            try (TlsWire client = new TlsWire(plain, "TLSv1.2", "a.example", 0)) {
                assertThat(client.handshake().renegotiate().rest()).isEqualTo("[alert handshake_failure][FIN]");
            }
            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                for (int piece : new int[] {0, 3, 50}) {
                    assertThat(answer(plain, version, "a.example", piece))
                            .endsWith("sni=a.example alpn= cn=[close_notify][FIN]");
                }
                assertThat(answer(strict, version, "b.example", 0)).contains("sni=b.example");
                assertThat(answer(strict, version, "nobody.example", 0)).isEqualTo("[alert unrecognized_name][FIN]");
            }
        } finally {
            Children.end(proxy);
        }
    }

    private static String answer(int port, String version, String name, int piece) throws Exception {
        try (TlsWire client = new TlsWire(port, version, name, piece)) {
            return client.handshake()
                    .send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .rest();
        }
    }

    private String resumes(String version) throws Exception {
        String session = file("session" + version);
        ask(plain, version, "-servername", "a.example", "-sess_out", session);
        return ask(plain, version, "-servername", "a.example", "-sess_in", session);
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private static String ask(int port, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port, "-ign_eof"));
        command.addAll(List.of(options));
        return Program.of(command)
                .reading("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .run()
                .output();
    }

    private boolean listens() {
        try (Socket probe = new Socket(InetAddress.getByName("127.0.0.1"), verified)) {
            return probe.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }
}

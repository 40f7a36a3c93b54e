// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** {@code tune.ssl.keylog}: what the proxy tells of a connection is what the client's own key log says, with either program. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeyLogDifferentialTest {
    private static final String TLS13 = "CLIENT_HANDSHAKE_TRAFFIC_SECRET SERVER_HANDSHAKE_TRAFFIC_SECRET"
            + " CLIENT_TRAFFIC_SECRET_0 SERVER_TRAFFIC_SECRET_0 EXPORTER_SECRET";

    @TempDir
    private static @Nullable Path directory;

    @BeforeAll
    void certificate() throws Exception {
        InstalledHaproxy.assumeInstalled();
        new Pki(requireNonNull(directory)).leaf("server", "/CN=server", "root", "");
    }

    @Test
    void theSecretsOfAConnectionAreThoseTheClientKnows() throws Exception {
        EngineGap.SECRETS.endsTheTest();
        StringBuilder body = new StringBuilder();
        for (String label : TLS13.split(" ", -1)) {
            body.append(label)
                    .append(" %[ssl_fc_client_random,hex] %[ssl_fc_")
                    .append(label.toLowerCase(Locale.ROOT))
                    .append("];");
        }
        for (boolean oracle : new boolean[] {true, false}) {
            try (Proxy proxy = proxy("on", body.toString(), oracle)) {
                assertThat(told(proxy, "-tls1_3")).isNotEmpty().isEqualTo(known());
                assertThat(told(proxy, "-tls1_2"))
                        .allMatch(line -> line.split(" ", -1).length == 3 && line.endsWith(" "));
            }
        }
    }

    @Test
    void inTls12TheMasterKeyIsEnough() throws Exception {
        EngineGap.SECRETS.endsTheTest();
        for (boolean oracle : new boolean[] {true, false}) {
            try (Proxy proxy =
                    proxy("off", "CLIENT_RANDOM %[ssl_fc_client_random,hex] %[ssl_fc_session_key,hex];", oracle)) {
                assertThat(told(proxy, "-tls1_2")).hasSize(1).isEqualTo(known());
            }
        }
    }

    @Test
    void nothingIsKeptUnlessAskedFor() throws Exception {
        for (boolean oracle : new boolean[] {true, false}) {
            try (Proxy proxy = proxy("off", "<%[ssl_fc_client_traffic_secret_0]>;", oracle)) {
                assertThat(told(proxy, "-tls1_3")).containsExactly("<>");
            }
        }
    }

    private static Proxy proxy(String keyLog, String body, boolean oracle) throws IOException, InterruptedException {
        return new Proxy(
                """
                global
                    tune.ssl.keylog KEYLOG
                defaults
                    mode http
                    timeout client 3s
                frontend tls
                    bind 127.0.0.1:{tls} ssl crt @/server.pem
                    http-request return status 200 content-type text/plain lf-string "BODY"
                """
                        .replace("KEYLOG", keyLog)
                        .replace("BODY", body)
                        .replace("@/", requireNonNull(directory) + "/"),
                oracle);
    }

    /** The lines the proxy answers with, hexadecimal digits in lower case. */
    private static Set<String> told(Proxy proxy, String version) throws IOException, InterruptedException {
        Path log = requireNonNull(directory).resolve("keys");
        Files.deleteIfExists(log);
        String answer = Program.of(
                        "openssl",
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + proxy.port("tls"),
                        version,
                        "-quiet",
                        "-keylogfile",
                        log.toString())
                .withoutErrors()
                .reading("GET / HTTP/1.0\r\n\r\n")
                .run()
                .output();
        return lines(List.of(answer.substring(answer.indexOf("\r\n\r\n") + 4).split(";", -1)));
    }

    private static Set<String> known() throws IOException {
        return lines(Files.readAllLines(requireNonNull(directory).resolve("keys")));
    }

    private static Set<String> lines(List<String> lines) {
        Set<String> all = new TreeSet<>();
        for (String line : lines) {
            if (!line.isEmpty() && !line.startsWith("#")) {
                int blank = line.indexOf(' ');
                all.add(
                        blank < 0
                                ? line
                                : line.substring(0, blank)
                                        + line.substring(blank).toLowerCase(Locale.ROOT));
            }
        }
        return all;
    }
}

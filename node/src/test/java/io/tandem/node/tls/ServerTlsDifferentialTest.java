// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.tls.TlsServer.Manner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of requests to servers that speak TLS: the same as with the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerTlsDifferentialTest {
    /** Which server, and what stands behind its address. @ is the directory. */
    private static final List<String> CASES = List.of(
            "good ssl verify none",
            "good ssl verify required ca-file @/root.crt",
            "good ssl ca-file @/root.crt",
            "good ssl ca-file @/other.crt",
            "good ssl ca-file @/roots.pem",
            "good ssl ca-file @/root.crt verifyhost localhost",
            "good ssl ca-file @/root.crt verifyhost LOCALHOST",
            "good ssl ca-file @/root.crt verifyhost other",
            "good ssl ca-file @/root.crt verifyhost a.wild.example",
            "good ssl ca-file @/root.crt verifyhost a.b.wild.example",
            "good ssl ca-file @/root.crt verifyhost wild.example",
            "good ssl ca-file @/root.crt verifyhost .wild.example",
            "good ssl ca-file @/root.crt verifyhost fxo.part.example",
            "good ssl ca-file @/root.crt verifyhost fo.part.example",
            "good ssl ca-file @/root.crt verifyhost cn-of-good",
            "good ssl ca-file @/root.crt sni str(localhost)",
            "good ssl ca-file @/root.crt sni str(other)",
            "good ssl ca-file @/root.crt sni str(other) verifyhost localhost",
            "good ssl ca-file @/root.crt sni str(localhost) verifyhost other",
            "good ssl ca-file @/root.crt sni req.hdr(host)",
            "good ssl ca-file @/root.crt sni req.hdr(none) verifyhost localhost",
            "good ssl verify none sni req.hdr(host),lower",
            "good ssl verify none verifyhost other",
            "good ssl verify none sni str(a.b.c)",
            "good ssl ca-file @/root.crt crl-file @/root.crl",
            "revoked ssl ca-file @/root.crt crl-file @/root.crl",
            "revoked ssl ca-file @/root.crt",
            "good ssl ca-file @/root.crt crl-file @/old.crl",
            "good ssl ca-file @/root.crt crl-file @/inter.crl",
            "chain ssl ca-file @/root.crt",
            "chain ssl ca-file @/root.crt crl-file @/root.crl",
            "alone ssl ca-file @/root.crt",
            "expired ssl ca-file @/root.crt",
            "expired ssl verify none",
            "future ssl ca-file @/root.crt",
            "self ssl ca-file @/root.crt",
            "self ssl ca-file @/self.crt",
            "self ssl verify none",
            "unknown ssl ca-file @/root.crt",
            "purpose ssl ca-file @/root.crt",
            "any ssl ca-file @/root.crt",
            "tls12 ssl verify none",
            "tls13 ssl verify none",
            "tls12 ssl verify none ssl-min-ver TLSv1.3",
            "tls13 ssl verify none ssl-max-ver TLSv1.2",
            "good ssl verify none force-tlsv12",
            "good ssl verify none force-tlsv13",
            "good ssl verify none no-tlsv13",
            "tls12 ssl verify none ciphers ECDHE-ECDSA-AES128-GCM-SHA256",
            "tls12 ssl verify none ciphers ECDHE-RSA-AES128-GCM-SHA256",
            "tls12 ssl verify none no-tls-tickets",
            "asks12 ssl verify none",
            "asks ssl verify none crt @/client.pem",
            "good ssl verify none crt @/client.pem",
            "asks12 ssl verify none crt @/client.pem",
            "chooses ssl verify none alpn http/1.1",
            "chooses ssl verify none alpn foo,http/1.1",
            "chooses ssl verify none",
            "good ssl verify none alpn http/1.1",
            "plain ssl verify none",
            "plain no-ssl verify none",
            "good no-ssl",
            "rude ssl verify none",
            "silent ssl verify none",
            "good ssl verify none no-ssl-reuse");

    private static final Pattern PATH = Pattern.compile("^(\\S+) (.*)$");

    @TempDir
    private static @Nullable Path directory;

    private final Map<String, TlsServer> servers = new LinkedHashMap<>();
    private @Nullable Proxy oracle;
    private @Nullable Proxy tandem;

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Pki pki = new Pki(requireNonNull(directory));
        serve(
                "good",
                pki.leaf(
                        "good",
                        "/CN=cn-of-good",
                        "root",
                        "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,DNS:*.wild.example,DNS:f*o.part.example\n"));
        serve("expired", pki.expired("expired", "root"));
        serve("future", pki.notYetValid("future", "root"));
        serve("self", pki.selfSigned("self"));
        serve("unknown", pki.leaf("unknown", "/CN=unknown", "other", ""));
        serve("purpose", pki.leaf("purpose", "/CN=purpose", "root", "extendedKeyUsage=clientAuth\n"));
        serve("any", pki.leaf("any", "/CN=any", "root", "extendedKeyUsage=anyExtendedKeyUsage\n"));
        serve("revoked", pki.leaf("revoked", "/CN=revoked", "root", ""));
        pki.leaf("ileaf", "/CN=ileaf", "inter", "");
        serve("chain", pki.bundle("chain", "ileaf", "inter"));
        serve("alone", pki.bundle("alone", "ileaf"));
        servers.put("tls12", new TlsServer(pki.file("good.pem"), Manner.USUAL, "TLSv1.2"));
        servers.put("tls13", new TlsServer(pki.file("good.pem"), Manner.USUAL, "TLSv1.3"));
        servers.put("asks", new TlsServer(pki.file("good.pem"), Manner.ASKS));
        servers.put("asks12", new TlsServer(pki.file("good.pem"), Manner.ASKS, "TLSv1.2"));
        servers.put("chooses", new TlsServer(pki.file("good.pem"), Manner.CHOOSES));
        servers.put("plain", new TlsServer(null, Manner.USUAL));
        servers.put("rude", new TlsServer(null, Manner.RUDE));
        servers.put("silent", new TlsServer(null, Manner.SILENT));
        pki.leaf("client", "/CN=client", "root", "extendedKeyUsage=clientAuth\n");
        pki.revocations("root", "root", "revoked");
        pki.revocations("inter", "inter", "ileaf");
        pki.oldRevocations("old", "root");
        pki.join("roots.pem", "other.crt", "root.crt");
        for (String name : List.of("good", "tls12", "tls13", "chooses")) {
            new TlsClient(null, "").ask(requireNonNull(servers.get(name)).port()); // the first handshake takes its time
        }
        String configuration = configuration();
        oracle = new Proxy(configuration, true);
        tandem = new Proxy(configuration, false);
    }

    private void serve(String name, Path pem) throws Exception {
        servers.put(name, new TlsServer(pem, Manner.USUAL));
    }

    private String configuration() {
        StringBuilder text = new StringBuilder(
                """
                global
                    log 127.0.0.1:{log} local0
                defaults
                    mode http
                    log global
                    retries 0
                    timeout connect 3s
                    timeout client 5s
                    timeout server 5s
                frontend fe
                    bind 127.0.0.1:{fe}
                    log-format "%HP %s %ST %tsc %rc"
                    use_backend b%[path,field(2,/)]
                """);
        for (int i = 0; i < CASES.size(); i++) {
            Matcher words = PATH.matcher(CASES.get(i));
            assertThat(words.matches()).isTrue();
            text.append("backend b%d\n".formatted(i))
                    .append("    http-response set-header x-tls \"%[ssl_bc] %[ssl_bc_protocol] %[ssl_bc_use_keysize]"
                            + " %[ssl_bc_alpn] s=%[ssl_s_s_dn] i=%[ssl_s_i_dn(CN)] %[ssl_s_serial,hex]"
                            + " %[ssl_s_key_alg] %[ssl_s_chain_der,sha1,hex]\"\n")
                    .append("    server s 127.0.0.1:%d %s\n"
                            .formatted(
                                    requireNonNull(servers.get(words.group(1))).port(), words.group(2)));
        }
        return text.toString().replace("@/", requireNonNull(directory) + "/");
    }

    @AfterAll
    void stop() throws IOException {
        for (Proxy proxy : new Proxy[] {oracle, tandem}) {
            if (proxy != null) {
                proxy.close();
            }
        }
        for (TlsServer server : servers.values()) {
            server.close();
        }
    }

    private static String ask(@Nullable Proxy proxy, String path) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), requireNonNull(proxy).port("fe"))) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: LocalHost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.startsWith("HTTP/1.1 200")
                    ? answer.toLowerCase(java.util.Locale.ROOT)
                    : answer.split("\r\n", 2)[0];
        }
    }

    private Map<String, String> logs(@Nullable Proxy proxy) throws IOException {
        Map<String, String> lines = new LinkedHashMap<>();
        for (String line : requireNonNull(proxy).logs(CASES.size())) {
            String[] fields = line.substring(line.indexOf("]: ") + 3).split(" ", 2);
            lines.put(fields[0], fields[1]);
        }
        return lines;
    }

    @Test
    void requestsAndLogsAreAsWithHaproxy() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Callable<String>> tasks = new ArrayList<>();
            for (int i = 0; i < CASES.size(); i++) {
                int number = i;
                tasks.add(() -> {
                    String theirs = ask(oracle, "/" + number);
                    String ours = ask(tandem, "/" + number);
                    return ours.equals(theirs)
                            ? ""
                            : CASES.get(number) + "\n  haproxy: " + theirs + "\n  tandem:  " + ours;
                });
            }
            List<String> differences = new ArrayList<>();
            for (Future<String> done : threads.invokeAll(tasks)) {
                if (!done.get().isEmpty()) {
                    differences.add(done.get());
                }
            }
            assertThat(differences).isEmpty();
            assertThat(logs(tandem)).containsExactlyInAnyOrderEntriesOf(logs(oracle));
        } finally {
            threads.shutdownNow();
        }
    }
}

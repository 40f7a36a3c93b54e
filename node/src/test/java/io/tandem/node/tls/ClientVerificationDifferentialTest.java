// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whether clients' certificates are accepted, and what is said about them: the same as by the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientVerificationDifferentialTest {
    /** Listeners by name: what stands behind {@code bind … ssl crt}. @ is the directory. */
    private static final Map<String, String> BINDS = new LinkedHashMap<>();

    static {
        BINDS.put("lax", "verify optional ca-file @/root.crt ca-ignore-err all crt-ignore-err all");
        BINDS.put("strict", "verify required ca-file @/root.crt");
        BINDS.put("optional", "verify optional ca-file @/root.crt");
        BINDS.put("leaf", "verify required ca-file @/root.crt crt-ignore-err 10,18,20,21");
        BINDS.put("above", "verify required ca-file @/root.crt ca-ignore-err 10,19,20,79");
        BINDS.put("two", "verify required ca-file @/inter.crt ca-verify-file @/root.crt");
        BINDS.put("partial", "verify optional ca-file @/inter.crt ca-ignore-err all crt-ignore-err all");
        BINDS.put("old", "verify optional ca-file @/oldroot.crt ca-ignore-err all crt-ignore-err all");
        BINDS.put("crl", "verify optional ca-file @/root.crt crl-file @/all.crl ca-ignore-err all crt-ignore-err all");
        BINDS.put("crl-strict", "verify required ca-file @/root.crt crl-file @/all.crl");
        BINDS.put(
                "crl-root",
                "verify optional ca-file @/root.crt crl-file @/root.crl ca-ignore-err all crt-ignore-err all");
        BINDS.put(
                "crl-old",
                "verify optional ca-file @/root.crt crl-file @/old.crl ca-ignore-err all crt-ignore-err all");
        BINDS.put(
                "crl-new",
                "verify optional ca-file @/root.crt crl-file @/new.crl ca-ignore-err all crt-ignore-err all");
    }

    @TempDir
    private static @Nullable Path directory;

    private final Map<String, Path> clients = new LinkedHashMap<>();
    private @Nullable Proxy oracle;
    private @Nullable Proxy tandem;

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Pki pki = new Pki(requireNonNull(directory));
        pki.leaf("server", "/CN=server", "root", "extendedKeyUsage=serverAuth\n");
        clients.put("good", pki.leaf("good", "/C=FR/O=Lab/OU=a/OU=b/CN=good", "root", "extendedKeyUsage=clientAuth\n"));
        clients.put("expired", pki.expired("expired", "root"));
        clients.put("future", pki.notYetValid("future", "root"));
        clients.put("self", pki.selfSigned("self"));
        clients.put("unknown", pki.leaf("unknown", "/CN=unknown", "other", ""));
        clients.put("server", pki.file("server.pem"));
        clients.put("any", pki.leaf("any", "/CN=any", "root", "extendedKeyUsage=anyExtendedKeyUsage\n"));
        clients.put("crlsign", pki.leaf("crlsign", "/CN=crlsign", "root", "keyUsage=cRLSign\n"));
        clients.put("revoked", pki.leaf("revoked", "/CN=revoked", "root", ""));
        clients.put("critical", pki.leaf("critical", "/CN=critical", "root", "1.2.3.4=critical,ASN1:NULL\n"));
        pki.leaf("ileaf", "/CN=ileaf", "inter", "keyUsage=digitalSignature\n");
        clients.put("ichain", pki.bundle("ichain", "ileaf", "inter"));
        clients.put("ialone", pki.bundle("ialone", "ileaf"));
        clients.put("iroot", pki.bundle("iroot", "ileaf", "inter", "root"));
        pki.leaf("uleaf", "/CN=uleaf", "other", "");
        clients.put("uchain", pki.bundle("uchain", "uleaf", "other"));
        for (String issuer : List.of("oldinter", "noca", "plain", "below", "nosign", "webca")) {
            pki.leaf("l-" + issuer, "/CN=l-" + issuer, issuer, "");
        }
        clients.put("oldinter", pki.bundle("oldinter-c", "l-oldinter", "oldinter"));
        clients.put("noca", pki.bundle("noca-c", "l-noca", "noca"));
        clients.put("plain", pki.bundle("plain-c", "l-plain", "plain"));
        clients.put("pathlen", pki.bundle("pathlen-c", "l-below", "below", "short"));
        clients.put("nosign", pki.bundle("nosign-c", "l-nosign", "nosign"));
        clients.put("webca", pki.bundle("webca-c", "l-webca", "webca"));
        pki.leaf("n-good", "/CN=x", "narrow", "subjectAltName=DNS:www.good.example\n");
        pki.leaf("n-bad", "/CN=x", "narrow", "subjectAltName=DNS:www.bad.good.example\n");
        pki.leaf("n-other", "/CN=x", "narrow", "subjectAltName=DNS:www.example\n");
        pki.leaf("n-cn", "/CN=www.example", "narrow", "");
        clients.put("n-good", pki.bundle("n-good-c", "n-good", "narrow"));
        clients.put("n-bad", pki.bundle("n-bad-c", "n-bad", "narrow"));
        clients.put("n-other", pki.bundle("n-other-c", "n-other", "narrow"));
        clients.put("n-cn", pki.bundle("n-cn-c", "n-cn", "narrow"));
        pki.revocations("root", "root", "revoked");
        pki.revocations("inter", "inter", "ileaf");
        pki.oldRevocations("oldlist", "root", "revoked");
        pki.futureRevocations("newlist", "root");
        pki.join("all.crl", "root.crl", "inter.crl");
        pki.join("old.crl", "oldlist.crl", "inter.crl");
        pki.join("new.crl", "newlist.crl", "inter.crl");
        String configuration = configuration();
        oracle = new Proxy(configuration, true);
        tandem = new Proxy(configuration, false);
    }

    private static String configuration() {
        StringBuilder text = new StringBuilder(
                """
                defaults
                    mode http
                    timeout connect 1s
                    timeout client 5s
                    timeout server 5s
                frontend fe
                    http-request return status 200 content-type text/plain lf-string "used=%[ssl_c_used] crt=%[ssl_fc_has_crt] verify=%[ssl_c_verify] err=%[ssl_c_err] ca=%[ssl_c_ca_err]@%[ssl_c_ca_err_depth]"
                """);
        BINDS.forEach((name, options) -> text.append("    bind 127.0.0.1:{")
                .append(name)
                .append("} ssl crt @/server.pem ")
                .append(options)
                .append('\n'));
        return text.toString().replace("@/", requireNonNull(directory) + "/");
    }

    @AfterAll
    void stop() {
        if (oracle != null) {
            oracle.close();
        }
        if (tandem != null) {
            tandem.close();
        }
    }

    /** Alerts can overtake each other with the end of the connection: that it ends is what counts then. */
    private static boolean agree(String ours, String theirs) {
        boolean anyAlert = EngineGap.ALERTS.isOpen() || isSilent(ours) || isSilent(theirs);
        return ours.equals(theirs) || (isRefusal(ours) && isRefusal(theirs) && anyAlert);
    }

    private static boolean isRefusal(String answer) {
        return isSilent(answer) || answer.startsWith("alert: ");
    }

    private static boolean isSilent(String answer) {
        return answer.equals("closed") || answer.startsWith("Remote host");
    }

    private List<String> compare(List<String> binds, String protocol) throws Exception {
        Map<String, @Nullable Path> cases = new LinkedHashMap<>(clients);
        cases.put("nobody", null);
        List<Callable<String>> tasks = new ArrayList<>();
        for (String bind : binds) {
            cases.forEach((name, pem) -> {
                // BoringSSL refuses a key that is not for signatures by itself, whatever is ignored
                if (!name.equals("crlsign") || !BINDS.getOrDefault(bind, "").contains("crt-ignore-err all")) {
                    tasks.add(() -> compare(bind, name, pem, protocol));
                }
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<String> differences = new ArrayList<>();
            for (Future<String> done : threads.invokeAll(tasks)) {
                if (!done.get().isEmpty()) {
                    differences.add(done.get());
                }
            }
            return differences;
        } finally {
            threads.shutdownNow();
        }
    }

    private String compare(String bind, String name, @Nullable Path pem, String protocol) throws Exception {
        String theirs =
                new TlsClient(pem, "", protocol).ask(requireNonNull(oracle).port(bind));
        String ours =
                new TlsClient(pem, "", protocol).ask(requireNonNull(tandem).port(bind));
        // BoringSSL has an alert of its own for a key that is not for signatures
        boolean same = agree(ours, theirs) || (name.equals("crlsign") && isRefusal(ours) && isRefusal(theirs));
        return same ? "" : bind + " " + name + "\n  haproxy: " + theirs + "\n  tandem:  " + ours;
    }

    @Test
    void everyClientIsJudgedAsByHaproxyOverTls13() throws Exception {
        assertThat(compare(List.copyOf(BINDS.keySet()), "TLSv1.3")).isEmpty();
    }

    @Test
    void everyClientIsJudgedAsByHaproxyOverTls12() throws Exception {
        assertThat(compare(List.of("strict", "lax", "crl"), "TLSv1.2")).isEmpty();
    }
}

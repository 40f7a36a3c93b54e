// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What operators are told about TLS: fetches on certificates, lines about failed handshakes, resumption toward servers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsObservationDifferentialTest {
    private static final String NAMES =
            "dn=%[ssl_@_s_dn] in=%[ssl_@_i_dn] cn=%[ssl_@_s_dn(CN)] ou2=%[ssl_@_s_dn(OU,2)] last=%[ssl_@_s_dn(ou,-1)]"
                    + " none=%[ssl_@_s_dn(CN,0)] rfc=%[ssl_@_s_dn(,0,rfc2253)] irfc=%[ssl_@_i_dn(,0,rfc2253)]"
                    + " key=%[ssl_@_key_alg] sig=%[ssl_@_sig_alg] from=%[ssl_@_notbefore] to=%[ssl_@_notafter]"
                    + " no=%[ssl_@_serial,hex] sha=%[ssl_@_sha1,hex] v=%[ssl_@_version] der=%[ssl_@_der,sha1,hex]";

    @TempDir
    private static @Nullable Path directory;

    private final List<Path> clients = new ArrayList<>();
    private @Nullable TlsServer server;
    private @Nullable Proxy oracle;
    private @Nullable Proxy tandem;

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Pki pki = new Pki(requireNonNull(directory));
        pki.leaf("server", "/C=FR/CN=server", "root", "extendedKeyUsage=serverAuth\n");
        clients.add(pki.leaf("plain", "/C=FR/O=Lab/OU=a/OU=b/CN=plain", "root", ""));
        clients.add(pki.leaf("strange", "/O=A, \"B\" <c>;\\+/OU= #x /CN=Jos\u00e9\\/x/emailAddress=a@b.c", "root", ""));
        pki.leaf("ileaf", "/CN=ileaf", "inter", "");
        clients.add(pki.bundle("chain", "ileaf", "inter"));
        clients.add(pki.expired("expired", "root"));
        clients.add(pki.leaf("unknown", "/CN=unknown", "other", ""));
        pki.leaf("uleaf", "/CN=uleaf", "other", "");
        clients.add(pki.bundle("uchain", "uleaf", "other"));
        server = new TlsServer(pki.file("server.pem"), TlsServer.Manner.USUAL);
        String configuration =
                """
                global
                    log 127.0.0.1:{log} local0
                    nbthread 1
                defaults
                    mode http
                    log global
                    timeout connect 3s
                    timeout client 3s
                    timeout server 3s
                frontend facts
                    no log
                    bind 127.0.0.1:{facts} ssl crt @/server.pem verify optional ca-file @/root.crt ca-ignore-err all crt-ignore-err all
                    http-request return status 200 content-type text/plain lf-string "CLIENT chain=%[ssl_c_chain_der,sha1,hex] OURS %[ssl_fc_alg_keysize] %[ssl_fc_use_keysize] %[ssl_fc_protocol] %[ssl_fc_npn] %[ssl_fc_has_early] %[ssl_fc_err] %[ssl_fc_err_str] %[fc_err] %[fc_err_str]"
                frontend errors
                    bind 127.0.0.1:{errors} ssl crt @/server.pem verify required ca-file @/root.crt
                    error-log-format "%ft %[fc_err] %[fc_err_str] %[ssl_fc_err,hex] %[ssl_c_err] %[ssl_c_ca_err] %[ssl_c_ca_err_depth] %[ssl_fc_is_resumed] %[ssl_fc_sni] %sslv"
                    http-request return status 200
                frontend lines
                    option httplog
                    bind 127.0.0.1:{lines} ssl crt @/server.pem verify required ca-file @/root.crt name tls
                    http-request return status 200
                frontend again
                    no log
                    bind 127.0.0.1:{again}
                    http-response set-header x-tls "%[ssl_bc_is_resumed]"
                    use_backend %[path,field(2,/)]
                backend resumes
                    http-reuse never
                    server s 127.0.0.1:SERVER ssl verify none
                backend names
                    http-reuse never
                    server s 127.0.0.1:SERVER ssl verify none sni req.hdr(x)
                backend never
                    http-reuse never
                    server s 127.0.0.1:SERVER ssl verify none no-ssl-reuse
                backend pooled
                    http-reuse always
                    server s 127.0.0.1:SERVER ssl verify none sni req.hdr(x)
                """
                        .replace("CLIENT", NAMES.replace('@', 'c'))
                        .replace("OURS", NAMES.replace('@', 'f'))
                        .replace("SERVER", String.valueOf(server.port()))
                        .replace("@/", requireNonNull(directory) + "/");
        oracle = new Proxy(configuration, true);
        tandem = new Proxy(configuration, false);
    }

    @AfterAll
    void stop() throws IOException {
        for (Proxy proxy : new Proxy[] {oracle, tandem}) {
            if (proxy != null) {
                proxy.close();
            }
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void certificatesAreDescribedAsByHaproxy() throws Exception {
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            for (Path client : clients) {
                String theirs = new TlsClient(client, "a.b", protocol)
                        .ask(requireNonNull(oracle).port("facts"));
                String ours = new TlsClient(client, "a.b", protocol)
                        .ask(requireNonNull(tandem).port("facts"));
                assertThat(theirs).startsWith("dn=");
                assertThat(ours).as(client.getFileName() + " " + protocol).isEqualTo(theirs);
            }
        }
    }

    /** Lines without what differs from one connection to the next. */
    private List<String> failures(@Nullable Proxy proxy, String name, int count) throws Exception {
        List<String> lines = new ArrayList<>();
        int port = requireNonNull(proxy).port(name);
        for (Path client : clients.subList(3, clients.size())) {
            new TlsClient(client, "", "TLSv1.2").ask(port);
            lines.addAll(stripped(proxy.logs(1)));
        }
        new TlsClient(null, "", "TLSv1.3").ask(port);
        lines.addAll(stripped(proxy.logs(1)));
        assertThat(lines)
                .as(name + (proxy == oracle ? " of haproxy" : " of tandem"))
                .hasSize(count);
        return lines;
    }

    private static List<String> stripped(List<String> lines) {
        return lines.stream()
                .map(line -> line.substring(line.indexOf("]: ") + 3).replaceFirst("^127.0.0.1:\\d+ \\[[^\\]]*] ", ""))
                .toList();
    }

    @Test
    void failedHandshakesAreLoggedAsByHaproxy() throws Exception {
        assertThat(failures(tandem, "errors", 4)).isEqualTo(failures(oracle, "errors", 4));
        assertThat(failures(tandem, "lines", 4)).isEqualTo(failures(oracle, "lines", 4));
    }

    private static String ask(@Nullable Proxy proxy, String path, String name) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), requireNonNull(proxy).port("again"))) {
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write(("GET /" + path + " HTTP/1.1\r\nHost: a\r\nX: " + name + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return answer.replaceFirst("(?s).*x-tls: (\\d).*\r\n\r\n(sni=\\S*).*", "$1 $2");
        }
    }

    @Test
    void sessionsAreResumedAsByHaproxy() throws Exception {
        for (String[] each : new String[][] {
            {"resumes", "-"},
            {"resumes", "-"},
            {"resumes", "-"},
            {"never", "-"},
            {"never", "-"},
            {"names", "a.b"},
            {"names", "a.b"},
            {"names", "c.d"},
            {"names", "c.d"},
            {"pooled", "a.b"},
            {"pooled", "c.d"},
            {"pooled", "a.b"}
        }) {
            assertThat(ask(tandem, each[0], each[1]))
                    .as(each[0] + " " + each[1])
                    .isEqualTo(ask(oracle, each[0], each[1]));
        }
    }

    @Test
    void checksOverTlsEndAsHaproxys() throws Exception {
        assertThat(new TreeSet<>(checks(false))).isEqualTo(new TreeSet<>(checks(true)));
    }

    private List<String> checks(boolean haproxy) throws Exception {
        try (TlsServer plain = new TlsServer(null, TlsServer.Manner.USUAL);
                TlsServer silent = new TlsServer(null, TlsServer.Manner.SILENT);
                TlsServer rude = new TlsServer(null, TlsServer.Manner.RUDE)) {
            String good = "127.0.0.1:" + requireNonNull(server).port();
            String configuration =
                    """
                    global
                        log 127.0.0.1:{log} local0
                    defaults
                        mode http
                        log global
                        option log-health-checks
                        timeout connect 1s
                        timeout client 3s
                        timeout server 3s
                        default-server inter 1500ms ca-file @/root.crt
                    frontend ready
                        bind 127.0.0.1:{ready}
                        no log
                        http-request return status 200
                    backend b0
                        server ok GOOD ssl check
                        server badca GOOD ssl ca-file @/other.crt check
                        server plain PLAIN ssl check
                        server silent SILENT ssl check
                        server rude RUDE ssl check
                        server clear GOOD check
                        server host GOOD ssl verifyhost nope check
                        server sni GOOD ssl verifyhost nope check check-sni server
                        server badsni GOOD ssl check check-sni nope
                        server port GOOD ssl check port GOODPORT
                        server portssl GOOD ssl check port GOODPORT check-ssl
                        server nossl GOOD ssl check no-check-ssl
                        server only GOOD check check-ssl
                    backend b1
                        option httpchk
                        server ok GOOD ssl check
                        server plain PLAIN ssl check
                        server badca GOOD ssl ca-file @/other.crt check
                        server alpn GOOD ssl alpn http/1.1 check check-alpn http/1.1
                        server plainport GOOD ssl check port PLAINPORT
                    """
                            .replace("GOODPORT", good.substring(good.indexOf(':') + 1))
                            .replace("PLAINPORT", String.valueOf(plain.port()))
                            .replace("GOOD", good)
                            .replace("PLAIN", "127.0.0.1:" + plain.port())
                            .replace("SILENT", "127.0.0.1:" + silent.port())
                            .replace("RUDE", "127.0.0.1:" + rude.port())
                            .replace("@/", requireNonNull(directory) + "/");
            try (Proxy proxy = new Proxy(configuration, haproxy);
                    AutoCloseable running = haproxy ? () -> {} : proxy.checks()) {
                assertThat(running).isNotNull();
                Map<String, String> first = new LinkedHashMap<>();
                for (String line : proxy.logs(64, 2500)) {
                    int at = line.indexOf("Health check for server ");
                    if (at >= 0) {
                        String text = line.substring(at)
                                .replaceFirst("check duration: \\d+ms", "")
                                .replace(" (Bad file descriptor)", ""); // what haproxy finds in errno by chance
                        first.putIfAbsent(text.split(" ", 6)[4], text);
                    }
                }
                return List.copyOf(first.values());
            }
        }
    }
}

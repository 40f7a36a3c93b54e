// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What {@code -c} says about TLS on {@code server} and {@code bind} lines: haproxy's words. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerTlsLinesDifferentialTest {
    private static final List<String> SERVER = List.of(
            "ssl",
            "ssl verify none",
            "ssl verify required",
            "ssl verify",
            "ssl verify maybe",
            "ssl ca-file",
            "ssl ca-file /nope",
            "ssl ca-file @/leaf.key",
            "ssl ca-file @/root.crt",
            "ssl ca-file @system-ca",
            "ssl ca-file @",
            "ca-file @/root.crt",
            "ssl verify none crt",
            "ssl verify none crt /nope",
            "ssl verify none crt @/root.crt",
            "ssl verify none crt @/good.pem",
            "ssl verify none crl-file",
            "ssl verify none crl-file /nope",
            "ssl verify none crl-file @/root.crt",
            "ssl verify none alpn",
            "ssl verify none alpn http/1.1",
            "ssl verify none npn",
            "ssl verify none ciphers",
            "ssl verify none ciphers foo",
            "ssl verify none ciphersuites foo",
            "ssl verify none sni",
            "ssl verify none sni str(foo)",
            "ssl verify none sni foo",
            "ssl verify none sni req.hdr(host)",
            "ssl verify none sni ssl_fc_sni extra",
            "ssl verify none verifyhost",
            "ssl verify none verifyhost foo",
            "ssl verify none ssl-min-ver",
            "ssl verify none ssl-min-ver TLSv9",
            "ssl verify none ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.1",
            "ssl verify none no-tlsv12 ssl-min-ver TLSv1.2",
            "ssl verify none force-sslv3",
            "ssl verify none force-tlsv13",
            "ssl verify none no-sslv3 no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13",
            "ssl verify none no-ssl-reuse no-tls-tickets ssl-reuse tls-tickets",
            "ssl no-ssl",
            "check-ssl check",
            "check-ssl check verify none",
            "ssl verify none check check-sni",
            "ssl verify none check check-sni foo",
            "ssl verify none check check-alpn",
            "ssl verify none check check-alpn http/1.1",
            "ssl verify none check no-check-ssl",
            "crt @/good.pem");

    private static final List<String> GLOBAL = List.of(
            "ssl-server-verify",
            "ssl-server-verify none",
            "ssl-server-verify required",
            "ssl-server-verify foo",
            "ssl-default-server-options",
            "ssl-default-server-options foo",
            "ssl-default-server-options ssl-min-ver TLSv1.2 no-tls-tickets",
            "ssl-default-server-options ssl-min-ver",
            "ssl-default-server-ciphers",
            "ssl-default-server-ciphers a b",
            "ssl-default-server-ciphersuites",
            "ssl-default-server-options verify none",
            "tune.ssl.capture-buffer-size",
            "tune.ssl.capture-buffer-size -1",
            "tune.ssl.capture-buffer-size 100",
            "tune.ssl.capture-cipherlist-size 100");

    private static final List<String> BIND = List.of(
            "ca-ignore-err",
            "ca-ignore-err all",
            "ca-ignore-err 10,20",
            "ca-ignore-err 0",
            "ca-ignore-err 95",
            "ca-ignore-err foo",
            "crt-ignore-err",
            "crt-ignore-err 10,x",
            "verify required",
            "verify optional",
            "verify foo",
            "verify",
            "crl-file",
            "crl-file /nope",
            "verify required ca-file @/root.crt crl-file @/root.crt",
            "ca-verify-file",
            "ca-verify-file /nope",
            "verify required ca-verify-file @/root.crt",
            "verify required ca-file @/root.crt no-ca-names",
            "ca-file @/empty",
            "ca-file /nope verify none");

    @TempDir
    private static @Nullable Path directory;

    @BeforeAll
    void certificates() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Path home = requireNonNull(directory);
        Files.createDirectory(home.resolve("empty"));
        new Pki(home).leaf("good", "/CN=good", "root", "");
    }

    @Test
    void complaintsAboutServersAreHaproxysToTheLetter() throws Exception {
        CheckedBeside beside = new CheckedBeside(requireNonNull(directory));
        for (String options : SERVER) {
            beside.compare(options, "backend be\n server s 127.0.0.1:1 " + options + "\n");
        }
        for (String line : GLOBAL) {
            beside.compare(line, "global\n " + line + "\n");
        }
        assertThat(beside.differences()).isEmpty();
    }

    @Test
    void complaintsAboutClientsCertificatesAreHaproxysToTheLetter() throws Exception {
        CheckedBeside beside = new CheckedBeside(requireNonNull(directory));
        for (String options : BIND) {
            beside.compare(options, "frontend fe\n bind 127.0.0.1:1 ssl crt @/good.pem " + options + "\n");
        }
        assertThat(beside.differences()).isEmpty();
    }
}

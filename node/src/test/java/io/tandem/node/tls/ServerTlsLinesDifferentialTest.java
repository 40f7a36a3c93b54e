// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What {@code -c} says about TLS on {@code server} and {@code bind} lines: haproxy's words. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerTlsLinesDifferentialTest {
    private static final Pattern MESSAGE =
            Pattern.compile("\\[(ALERT|WARNING)] +\\(\\d+\\) : (?:config : )?(.*)", Pattern.DOTALL);

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
        Proxy.assumeHaproxy();
        Path home = requireNonNull(directory);
        Files.createDirectory(home.resolve("empty"));
        new Pki(home).leaf("good", "/CN=good", "root", "");
    }

    @Test
    void complaintsAboutServersAreHaproxysToTheLetter() throws Exception {
        List<String> differences = new ArrayList<>();
        for (String options : SERVER) {
            compare(options, "backend be\n server s 127.0.0.1:1 " + options + "\n", differences);
        }
        for (String line : GLOBAL) {
            compare(line, "global\n " + line + "\n", differences);
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void complaintsAboutClientsCertificatesAreHaproxysToTheLetter() throws Exception {
        List<String> differences = new ArrayList<>();
        for (String options : BIND) {
            compare(options, "frontend fe\n bind 127.0.0.1:1 ssl crt @/good.pem " + options + "\n", differences);
        }
        assertThat(differences).isEmpty();
    }

    private static void compare(String name, String section, List<String> differences) throws Exception {
        String text = "defaults\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n"
                + section.replace("@/", requireNonNull(directory) + "/").replace(" @\n", " " + directory + "\n");
        List<String> theirs = haproxy(text);
        List<String> ours = LoadedText.of(text).messages().stream()
                .filter(ServerTlsLinesDifferentialTest::isRelevant)
                .map(String::strip)
                .toList();
        if (!ours.equals(theirs)) {
            differences.add(name + "\n  haproxy: " + theirs + "\n  tandem:  " + ours);
        }
    }

    private static List<String> haproxy(String text) throws IOException, InterruptedException {
        Path home = requireNonNull(directory);
        Files.writeString(home.resolve("t.cfg"), text);
        Process process = new ProcessBuilder("haproxy", "-c", "-f", "t.cfg")
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        List<String> messages = new ArrayList<>();
        for (String part : output.split("(?m)^(?=\\[)|^(?=Warnings were|Configuration file )|^Proxy .*$", -1)) {
            Matcher matcher = MESSAGE.matcher(part);
            if (matcher.matches() && isRelevant(matcher.group(2))) {
                messages.add(matcher.group(2).strip());
            }
        }
        return messages;
    }

    private static boolean isRelevant(String message) {
        return !message.startsWith("Error(s) found") && !message.startsWith("Fatal errors found");
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Program;
import io.tandem.node.tls.EngineGap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which certificate, version and cipher suite a client of {@code openssl s_client} gets: as from the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsDifferentialTest {
    private static final List<String> BINDS = List.of(
            "crt rsa.pem crt ec.pem crt d.pem",
            "crt ec.pem crt rsa.pem strict-sni",
            "crt-list filters.list",
            "crt-list filters.list strict-sni",
            "crt-list order.list",
            "crt bundle/x.pem crt d.pem",
            "crt dir",
            "crt rsa.pem ssl-max-ver TLSv1.2 ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384",
            "crt rsa.pem ssl-min-ver TLSv1.3",
            "crt-list options.list",
            "crt rsa.pem ssl-max-ver TLSv1.2 prefer-client-ciphers"
                    + " ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384",
            "crt rsa.pem curves P-384 alpn http/1.1");

    private static final Map<String, String> LISTS = Map.of(
            "filters.list",
            "b.pem !*\nec.pem *.foo.test !x.foo.test\nd.pem *.foo.test\nc.pem x2.foo.test\nrsa.pem !www.a.test\n",
            "order.list",
            "b.pem\nd.pem foo.test !foo.test\nrsa.pem b.test *.b.test\nec.pem\nc.pem *.wild.test\nd.pem *\n"
                    + "c.pem *.c.test !*.b.test\nrsa.pem *.c.test !y.c.test\n",
            "options.list",
            "rsa.pem\nd.pem [ssl-min-ver TLSv1.3]\nb.pem [ssl-max-ver TLSv1.2 ciphers ECDHE-RSA-AES256-GCM-SHA384] b.test\n"
                    + "# nothing\n\nc.pem [ssl-max-ver TLSv1.3] *.c.test\n");

    /** The listener has another one only. */
    private static final String FOREIGN_CURVE = "11 - -curves P-256";

    private static final String LEGACY = "-tls1_2 -sigalgs ECDSA+SHA256:RSA+SHA256:RSA-PSS+SHA256";

    @TempDir
    static Path directory;

    private @Nullable InstalledHaproxy haproxy;
    private @Nullable TestProxy tandem;

    static Stream<String> clients() {
        List<String> all = new ArrayList<>();
        names(
                all,
                0,
                "-",
                "www.a.test",
                "WWW.A.TEST",
                "q.wild.test",
                "a.q.wild.test",
                "d.test",
                "a.www.a.test",
                "nobody.test");
        all.add("0 www.a.test -tls1_2");
        all.add("0 www.a.test -sigalgs RSA-PSS+SHA256:RSA+SHA256");
        all.add("0 www.a.test -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256");
        all.add("0 www.a.test " + LEGACY + " -cipher ECDHE-ECDSA-AES128-GCM-SHA256");
        all.add("0 - " + LEGACY + " -cipher ECDHE-ECDSA-AES128-GCM-SHA256");
        all.add("0 q.wild.test -tls1_2 -cipher AES128-GCM-SHA256");
        names(all, 1, "-", "www.a.test", "d.test", "q.wild.test");
        all.add("1 www.a.test -sigalgs RSA-PSS+SHA256:RSA+SHA256");
        names(
                all,
                2,
                "-",
                "x.foo.test",
                "y.foo.test",
                "www.a.test",
                "q.wild.test",
                "b.test",
                "x2.foo.test",
                "foo.test");
        names(all, 3, "-", "x.foo.test", "nobody.test", "b.test", "www.a.test");
        names(all, 4, "foo.test", "b.test", "x.b.test", "a.b.test", "www.a.test", "q.wild.test", "nobody", "q.nobody");
        names(all, 4, "a.c.test", "y.c.test", "y.b.test");
        all.add("4 q.wild.test -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256");
        names(all, 5, "-", "www.a.test", "d.test");
        all.add("5 www.a.test -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256");
        names(all, 6, "-", "b.test", "d.test", "www.a.test");
        all.add("7 -");
        all.add("7 - -tls1_3");
        all.add("7 - -cipher ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256");
        all.add("7 - -cipher ECDHE-RSA-AES256-GCM-SHA384");
        all.add("7 - -cipher AES128-SHA");
        all.add("8 -");
        all.add("8 - -tls1_2");
        all.add("8 - -ciphersuites TLS_AES_128_GCM_SHA256");
        all.add("8 - -ciphersuites TLS_CHACHA20_POLY1305_SHA256");
        names(all, 9, "-", "d.test", "b.test", "x.c.test");
        all.add("9 d.test -tls1_2");
        all.add("9 b.test -tls1_3");
        all.add("9 b.test -cipher ECDHE-RSA-AES128-GCM-SHA256 -tls1_2");
        all.add("9 x.c.test -curves P-384:P-256 -tls1_2");
        all.add("9 x.c.test -tls1_2");
        all.add("10 - -cipher ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256");
        all.add("10 - -cipher ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384");
        all.add("11 - -curves X25519:P-384");
        all.add(FOREIGN_CURVE);
        all.add("11 - -alpn h2,http/1.1");
        all.add("11 - -alpn spdy/3");
        all.add("11 -");
        return all.stream();
    }

    private static void names(List<String> all, int bind, String... names) {
        for (String name : names) {
            all.add(bind + " " + name);
        }
    }

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        certificate("rsa", "rsa:2048", "www.a.test", "*.wild.test");
        certificate("b", "rsa:2048", "b.test", "x.b.test");
        certificate("d", "rsa:2048", "d.test");
        certificate("ec", "ec", "www.a.test", "*.wild.test");
        certificate("c", "ec", "c.test");
        Files.createDirectory(directory.resolve("bundle"));
        Files.copy(directory.resolve("rsa.pem"), directory.resolve("bundle/x.pem.rsa"));
        Files.copy(directory.resolve("ec.pem"), directory.resolve("bundle/x.pem.ecdsa"));
        Files.createDirectory(directory.resolve("dir"));
        Files.copy(directory.resolve("d.pem"), directory.resolve("dir/1.pem"));
        Files.copy(directory.resolve("b.pem"), directory.resolve("dir/2.pem"));
        Files.writeString(directory.resolve("dir/2.pem.key"), "not looked at");
        for (Map.Entry<String, String> list : LISTS.entrySet()) {
            Files.writeString(
                    directory.resolve(list.getKey()),
                    list.getValue().replaceAll("(?m)^(\\w+\\.pem)", directory + "/$1"));
        }
        haproxy = new InstalledHaproxy(configuration("h"));
        tandem = TestProxy.start(configuration("t"), 1);
    }

    private static String configuration(String prefix) {
        StringBuilder text = new StringBuilder(
                """
                global
                    tune.ssl.cachesize 0
                defaults
                    mode http
                    timeout connect 1s
                    timeout client 10s
                    timeout server 1s
                frontend fe
                """);
        for (int i = 0; i < BINDS.size(); i++) {
            String options = BINDS.get(i).replaceAll("(crt|crt-list) ", "$1 " + directory + "/");
            text.append("    bind ")
                    .append(directory)
                    .append('/')
                    .append(prefix)
                    .append(i)
                    .append(" ssl ");
            text.append(options).append('\n');
        }
        return text.append("    http-request return status 200\n").toString();
    }

    private static void certificate(String name, String kind, String... names) throws Exception {
        StringBuilder alternatives = new StringBuilder("subjectAltName=");
        for (String each : names) {
            alternatives
                    .append(alternatives.length() == 15 ? "" : ",")
                    .append("DNS:")
                    .append(each);
        }
        List<String> command =
                new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-days", "30", "-newkey", kind));
        if (kind.equals("ec")) {
            command.addAll(List.of("-pkeyopt", "ec_paramgen_curve:prime256v1"));
        }
        command.addAll(List.of("-subj", "/CN=" + names[0], "-addext", alternatives.toString()));
        command.addAll(List.of("-keyout", directory + "/key", "-out", directory + "/crt"));
        Program.of(command).succeed();
        Files.writeString(
                directory.resolve(name + ".pem"),
                Files.readString(directory.resolve("crt")) + Files.readString(directory.resolve("key")));
    }

    @AfterAll
    void stop() {
        if (haproxy != null) {
            haproxy.close();
        }
        if (tandem != null) {
            tandem.close();
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aClientGetsWhatHaproxyWouldGiveIt(String client) throws Exception {
        if (client.equals(FOREIGN_CURVE)) {
            EngineGap.PROPERTIES.endsTheTest();
        }
        String[] words = client.split(" ", 3);
        String options = words.length > 2 ? words[2] : "";
        assertThat(served("t" + words[0], words[1], options)).isEqualTo(served("h" + words[0], words[1], options));
    }

    /** Certificate, version, suite, protocol and curve that one client is served. */
    private static List<String> served(String socket, String name, String options) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-unix", directory + "/" + socket));
        command.addAll(name.equals("-") ? List.of("-noservername") : List.of("-servername", name));
        Stream.of(options.split(" ", -1)).filter(word -> !word.isEmpty()).forEach(command::add);
        return Program.of(command)
                .withoutErrors()
                .run()
                .output()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("subject=")
                        || line.startsWith("Server public key is")
                        || line.startsWith("New, ")
                        || line.startsWith("ALPN protocol")
                        || line.startsWith("No ALPN")
                        || (line.startsWith("Server Temp Key") && !EngineGap.PROPERTIES.isOpen()))
                .toList();
    }
}

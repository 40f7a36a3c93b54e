// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import io.tandem.node.tls.EngineGap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A responder of {@code openssl ocsp} behind a small HTTP server; the client is {@code openssl s_client -status}. */
class OcspUpdateTest {
    @TempDir
    Path directory;

    private @Nullable HttpServer responder;
    private @Nullable TestProxy proxy;
    private final List<String> requested = new CopyOnWriteArrayList<>();
    private volatile String type = "application/ocsp-response";
    private volatile String signer = "ca";
    private int port;

    @BeforeEach
    void authority() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::respond);
        server.start();
        responder = server;
        port = Ports.reserved();
        Files.writeString(
                directory.resolve("ext"),
                "authorityInfoAccess=OCSP;URI:http://127.0.0.1:"
                        + server.getAddress().getPort() + "/ocsp\n");
        for (String name : List.of("ca", "other")) {
            openssl(
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-keyout",
                    name + ".key",
                    "-out",
                    name + ".crt",
                    "-subj",
                    "/CN=" + name,
                    "-days",
                    "30");
        }
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "s.key", "-out", "s.csr", "-subj", "/CN=s");
        Files.writeString(directory.resolve("index"), "V\t491231235959Z\t\t77\tunknown\t/CN=s\n");
        sign();
    }

    private void sign() throws IOException {
        openssl(
                "x509",
                "-req",
                "-in",
                "s.csr",
                "-CA",
                "ca.crt",
                "-CAkey",
                "ca.key",
                "-set_serial",
                "0x77",
                "-days",
                "20",
                "-extfile",
                "ext",
                "-out",
                "s.crt");
        Files.writeString(directory.resolve("s.pem"), text("s.crt") + text("s.key") + text("ca.crt"));
    }

    @AfterEach
    void stop() {
        if (proxy != null) {
            proxy.close();
        }
        Objects.requireNonNull(responder).stop(0);
    }

    private String text(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    private String openssl(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words));
        try {
            return Program.of(command).in(directory).run().output();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private byte[] response(byte[] request) throws IOException {
        Files.write(directory.resolve("request"), request);
        openssl(
                "ocsp",
                "-index",
                "index",
                "-CA",
                "ca.crt",
                "-rsigner",
                signer + ".crt",
                "-rkey",
                signer + ".key",
                "-reqin",
                "request",
                "-respout",
                "response",
                "-ndays",
                "2");
        return Files.readAllBytes(directory.resolve("response"));
    }

    private void respond(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        byte[] request = Base64.getDecoder()
                .decode(URLDecoder.decode(path.substring("/ocsp/".length()), StandardCharsets.US_ASCII));
        byte[] answer = response(request);
        requested.add(exchange.getRequestURI().toString());
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private TestProxy start(String options) {
        return start("", options);
    }

    private TestProxy start(String global, String options) {
        TestProxy started = TestProxy.start(
                global
                        + "defaults\n    mode http\n    timeout client 5s\n    timeout connect 5s\n    timeout server 5s\n"
                        + "frontend f\n    bind 127.0.0.1:" + port + " ssl crt " + directory + "/s.pem " + options
                        + "\n    http-request return status 200\n",
                1);
        proxy = started;
        return started;
    }

    private static String ask(TestProxy proxy, String name, String argument) {
        Command command = TlsFeature.commands(proxy.node()).stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        StringBuilder answer = new StringBuilder();
        command.action().run(new Command.Arguments(argument.isEmpty() ? List.of() : List.of(argument), ""), answer);
        return answer.toString();
    }

    private static void await(String wanted, Supplier<String> said) throws Exception {
        Await.until(wanted, () -> said.get().contains(wanted));
    }

    private String stapled() throws IOException {
        return openssl("s_client", "-connect", "127.0.0.1:" + port, "-status");
    }

    @Test
    void aResponseIsFetchedCheckedAndStapled() throws Exception {
        EngineGap.STAPLING.endsTheTest();
        signer = "other";
        TestProxy running = start("ocsp-update on");
        assertThat(stapled()).contains("OCSP response: no response sent");
        await(" | 0 | 1 | 4 | OCSP response check failure\n", () -> ask(running, "show ssl ocsp-updates", ""));
        signer = "ca";
        assertThat(ask(running, "update ssl ocsp-response", directory + "/s.pem"))
                .startsWith("OCSP update begun");
        await(" | 1 | 1 | 1 | Update successful\n", () -> ask(running, "show ssl ocsp-updates", ""));
        assertThat(stapled()).contains("Cert Status: good").contains("Serial Number: 77");
    }

    @Test
    void anAnswerThatDoesNotSayItIsAnOcspResponseIsNotOne() throws Exception {
        type = "text/html";
        TestProxy running = start("ocsp-update on");
        await(" | 0 | 1 | 3 | Missing \"ocsp-response\" header\n", () -> ask(running, "show ssl ocsp-updates", ""));
    }

    /** The names and arguments are those of the manual since 3.0; the installed haproxy has neither. */
    @Test
    void theResponderIsAskedThroughAnHttpProxyByAbsoluteUri() throws Exception {
        int through = Objects.requireNonNull(responder).getAddress().getPort();
        Files.writeString(directory.resolve("ext"), "authorityInfoAccess=OCSP;URI:http://ocsp.invalid/ocsp\n");
        sign();
        TestProxy running = start("global\n    ocsp-update.httpproxy 127.0.0.1:" + through + "\n", "ocsp-update on");
        await(" | 1 | 0 | 1 | Update successful\n", () -> ask(running, "show ssl ocsp-updates", ""));
        assertThat(requested).singleElement().asString().startsWith("http://ocsp.invalid/ocsp/");
    }

    @Test
    void updatesAreListedByTheTimeOfTheNextAndNotDoneWhereDisabled() throws Exception {
        Files.copy(directory.resolve("s.pem"), directory.resolve("a.pem"));
        type = "text/html";
        String both = "ocsp-update on crt " + directory + "/a.pem";
        try (TestProxy running = start(both)) {
            await(" | 1 | 3 |", () -> ask(running, "show ssl ocsp-updates", "")
                    .replace(" | 0 | 1 | 3 |", " | 1 | 3 |"));
            type = "application/ocsp-response";
            ask(running, "update ssl ocsp-response", directory + "/s.pem");
            await("Update successful\n", () -> ask(running, "show ssl ocsp-updates", ""));
            await("a.pem", () -> ask(running, "show ssl ocsp-updates", "")
                    .lines()
                    .skip(1)
                    .findFirst()
                    .orElse(""));
        }
        TestProxy running = start("global\n    ocsp-update.disable on\n", both);
        assertThat(ask(running, "show ssl ocsp-updates", "")).hasLineCount(1);
    }

    @Test
    void aResponseBesideTheCertificateOrFromACommandIsStapled() throws Exception {
        EngineGap.STAPLING.endsTheTest();
        openssl("ocsp", "-issuer", "ca.crt", "-cert", "s.crt", "-no_nonce", "-reqout", "asked");
        byte[] good = response(Files.readAllBytes(directory.resolve("asked")));
        Files.write(directory.resolve("s.pem.ocsp"), good);
        try (TestProxy running = start("")) {
            assertThat(stapled()).contains("Cert Status: good");
            assertThat(ask(running, "show ssl ocsp-updates", "")).hasLineCount(1);
        }
        proxy = null;
        Files.write(directory.resolve("s.pem.ocsp"), new byte[0]);
        TestProxy running = start("");
        assertThat(stapled()).contains("OCSP response: no response sent");
        String encoded = Base64.getEncoder().encodeToString(good);
        assertThat(ask(running, "set ssl ocsp-response", encoded)).isEqualTo("OCSP Response updated!\n");
        assertThat(stapled()).contains("Cert Status: good");
    }

    @Test
    void aCertificateThatNamesNoResponderIsWarnedAbout() throws Exception {
        assertThat(LoadedText.of("frontend f\n    bind 127.0.0.1:1 ssl crt " + directory + "/s.pem ocsp-update maybe\n")
                        .messages())
                .singleElement()
                .asString()
                .endsWith("'ocsp-update' : expecting <on|off>");
        Pems.write(directory, "a.pem", "rsa.crt", "rsa.key");
        assertThat(LoadedText.of(
                                "global\n    tune.ssl.ocsp-update.mindelay 10\nfrontend f\n    bind 127.0.0.1:1 ssl crt "
                                        + directory + "/a.pem ocsp-update on\n")
                        .messages())
                .singleElement()
                .asString()
                .contains("'ocsp-update' has no effect on '" + directory + "/a.pem'");
    }
}

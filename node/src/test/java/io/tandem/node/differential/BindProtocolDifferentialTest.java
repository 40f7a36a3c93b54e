// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code proto} on bind lines: what it says is spoken, whatever ALPN or the first bytes say, as with the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BindProtocolDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT
                bind 127.0.0.1:PORT_1_ proto h1
                bind 127.0.0.1:PORT_2_ ssl crt PEM alpn h2,http/1.1
                bind 127.0.0.1:PORT_3_ ssl crt PEM alpn h2,http/1.1 proto h1
                http-request return status 200 content-type text/plain string ok
            """;

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final String GET_2 = Http2Text.PREFACE
            + Http2Text.request("GET", "http", "a", "/", true)
            + Http2Text.frame(7, 0, 0, "\0\0\0\0\0\0\0\0");

    @TempDir
    static Path directory;

    private final List<Contestant> contestants = new ArrayList<>();

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        String text = CONFIGURATION.replace("PEM", certificate());
        contestants.add(new Contestant(text, true, 3));
        contestants.add(new Contestant(text, false, 3));
    }

    @AfterAll
    void stop() {
        contestants.forEach(Contestant::close);
    }

    private static String certificate() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String part : List.of("ec.crt", "ec.key")) {
            try (InputStream in = Objects.requireNonNull(
                    TestProxy.class.getResourceAsStream("/io/tandem/node/frontend/tls/" + part), part)) {
                text.append(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            }
        }
        return Files.writeString(directory.resolve("site.pem"), text).toString();
    }

    private static Socket secure(Socket raw, String alpn) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "a", raw.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(alpn.split(" "));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** How the answer begins, and the log line's status and end. */
    private static String answer(Contestant contestant, int bind, String alpn, String request) throws Exception {
        try (Socket raw = contestant.connect(bind);
                Socket client = alpn.isEmpty() ? raw : secure(raw, alpn)) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] first = client.getInputStream().readNBytes(9);
            String chosen = client instanceof SSLSocket tls ? tls.getApplicationProtocol() + " " : "";
            String begins =
                    first.length > 3 && first[3] == 4 ? "SETTINGS" : new String(first, StandardCharsets.US_ASCII);
            String line;
            do {
                line = contestant.log(bind < 2 ? "fe" : "fe~", 1).get(0);
            } while (line.contains(" CR-- ")); // of the connection that found the port open
            return chosen
                    + begins
                    + line.replaceFirst("^fe~? (\\S+) \\S+ (\\d+) \\d+ - - (\\S+) .*\"(.*)\"$", " $1 $2 $3 $4");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, '', GET, HTTP/1.1",
        "0, '', PRI, SETTINGS",
        "1, '', GET, HTTP/1.1",
        "1, '', PRI, HTTP/1.1",
        "2, h2, PRI, h2 SETTINGS",
        "2, h2 http/1.1, PRI, h2 SETTINGS",
        "2, http/1.1, GET, http/1.1 HTTP/1.1",
        "3, h2, GET, h2 HTTP/1.1",
        "3, h2, PRI, h2 HTTP/1.1",
        "3, http/1.1, GET, http/1.1 HTTP/1.1"
    })
    void whatIsSpokenIsWhatTheLineSays(int bind, String alpn, String request, String begins) throws Exception {
        String bytes = request.equals("PRI") ? GET_2 : GET;
        String oracle = answer(contestants.get(0), bind, alpn, bytes);
        assertThat(oracle).startsWith(begins);
        assertThat(answer(contestants.get(1), bind, alpn, bytes)).isEqualTo(oracle);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.TrustingClient;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code proto} on bind lines: what it says is spoken, whatever ALPN or the first bytes say, as with the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BindProtocolDifferentialTest {
    private static final String CONFIGURATION = Contestants.BEGINNING
            + """
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

    private @Nullable Contestants contestants;

    @BeforeAll
    void start() throws Exception {
        contestants =
                new Contestants(CONFIGURATION.replace("PEM", Pems.write(directory, "site.pem", "ec.crt", "ec.key")), 3);
    }

    @AfterAll
    void stop() {
        if (contestants != null) {
            contestants.close();
        }
    }

    private static Socket secure(Socket raw, String alpn) throws Exception {
        SSLSocket socket =
                (SSLSocket) TrustingClient.context().getSocketFactory().createSocket(raw, "a", raw.getPort(), true);
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
            Contestants.send(client, request);
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
        assertThat(requireNonNull(contestants).same(contestant -> answer(contestant, bind, alpn, bytes)))
                .startsWith(begins);
    }
}

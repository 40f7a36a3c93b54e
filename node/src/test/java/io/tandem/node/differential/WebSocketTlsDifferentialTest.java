// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.differential.Contestants.readTo;
import static io.tandem.node.differential.Contestants.send;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Pems;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ALPN offers a server for WebSockets, and for other requests, as {@code ws} says: beside the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketTlsDifferentialTest {
    private static final String CONFIGURATION = Contestants.BEGINNING
            + """
            frontend fe
                bind 127.0.0.1:PORT
                use_backend %[path,field(2,/)]
            backend both
                server s 127.0.0.1:SERVER ssl verify none alpn h2,http/1.1
            backend h1-first
                server s 127.0.0.1:SERVER ssl verify none alpn http/1.1,h2
            backend only2
                server s 127.0.0.1:SERVER ssl verify none alpn h2
            backend none
                server s 127.0.0.1:SERVER ssl verify none
            backend both-h1
                server s 127.0.0.1:SERVER ssl verify none alpn h2,http/1.1 ws h1
            backend both-h2
                server s 127.0.0.1:SERVER ssl verify none alpn h2,http/1.1 ws h2
            backend only2-h1
                server s 127.0.0.1:SERVER ssl verify none alpn h2 ws h1
            backend only1-h2
                server s 127.0.0.1:SERVER ssl verify none alpn http/1.1 ws h2
            """;

    private final WebSocketServer server;
    private @Nullable Contestants contestants;

    WebSocketTlsDifferentialTest() throws Exception {
        SSLContext context = context();
        server = new WebSocketServer(
                true,
                Http2Text.headers(1, false, ":status", "200", "sec-websocket-protocol", "chat"),
                accepted -> secure(context, accepted));
    }

    private static SSLContext context() throws Exception {
        Certificate certificate = CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(Pems.read("ec.crt").getBytes(StandardCharsets.US_ASCII)));
        String key = Pems.read("ec.key").replaceAll("-----[^-]*-----|\\s", "");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "server",
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))),
                new char[0],
                new Certificate[] {certificate});
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** A server that likes HTTP/2 better. */
    private static Socket secure(SSLContext context, Socket accepted) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(accepted, null, accepted.getPort(), true);
        socket.setUseClientMode(false);
        socket.setHandshakeApplicationProtocolSelector(
                (self, offered) -> offered.contains("h2") ? "h2" : offered.isEmpty() ? "" : offered.get(0));
        socket.startHandshake();
        return socket;
    }

    @BeforeAll
    void start() throws Exception {
        contestants = new Contestants(CONFIGURATION.replace("SERVER", "" + server.port()), 0);
    }

    @AfterAll
    void stop() throws IOException {
        if (contestants != null) {
            contestants.close();
        }
        server.close();
    }

    /** What the server hears first of a request: its ALPN, and the version of its head. */
    private String heard(Contestant contestant, String path, String fields) throws Exception {
        server.forget();
        try (Socket client = contestant.connect()) {
            send(client, "GET /" + path + "/ HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
            String heard = server.next() + " " + server.next().replaceFirst("(?s)^(GET|HEADERS).*", "$1");
            if (!fields.isEmpty()) {
                heard += readTo(client.getInputStream(), "\r\n\r\n").startsWith("HTTP/1.1 101") ? " opens" : " fails";
                send(client, "hello");
                heard += " " + server.next() + " " + readTo(client.getInputStream(), "hello");
            }
            return heard;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "both, http/1.1 GET",
        "h1-first, http/1.1 GET",
        "only2, h2 HEADERS",
        "none, ' GET'",
        "both-h1, http/1.1 GET",
        "both-h2, h2 HEADERS",
        "only2-h1, http/1.1 GET",
        "only1-h2, h2 HEADERS"
    })
    void webSocketsAreOfferedTheirOwnVersion(String path, String expected) throws Exception {
        String fields = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
        assertThat(requireNonNull(contestants).same(contestant -> heard(contestant, path, fields)))
                .isEqualTo("alpn " + expected + " opens hello hello");
    }

    @ParameterizedTest
    @CsvSource({
        "both, h2 HEADERS",
        "h1-first, h2 HEADERS",
        "only2, h2 HEADERS",
        "none, ' GET'",
        "both-h1, h2 HEADERS",
        "both-h2, h2 HEADERS",
        "only2-h1, h2 HEADERS",
        "only1-h2, http/1.1 GET"
    })
    void otherRequestsAreOfferedWhatAlpnSays(String path, String expected) throws Exception {
        assertThat(requireNonNull(contestants).same(contestant -> heard(contestant, path, "")))
                .isEqualTo("alpn " + expected);
    }
}

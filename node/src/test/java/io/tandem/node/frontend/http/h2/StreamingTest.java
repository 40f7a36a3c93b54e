// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that cross the proxy in both directions at the same time, from Netty's HTTP/2 client to servers of both kinds. */
@Timeout(30)
class StreamingTest {
    private static final String CONFIGURATION =
            """
            defaults
                mode http
                timeout connect 1s
                timeout client 10s
                timeout server 10s
            frontend fe
                bind 127.0.0.1:PORT
                use_backend h1 if { path_beg /h1 }
                default_backend h2
            backend h1
                server s 127.0.0.1:H1
            backend h2
                server s 127.0.0.1:H2 proto h2
            frontend hasty
                bind 127.0.0.1:HASTY
                timeout http-request 200ms
                timeout http-keep-alive 300ms
                timeout client 400ms
                default_backend hasty
            backend hasty
                timeout server 400ms
                server s 127.0.0.1:H1
            """;

    private final EchoServer h2;
    private final Http1Echo h1;
    private final int port;
    private final int hasty;
    private final TestProxy proxy;
    private Http2Client client;

    StreamingTest() throws Exception {
        h2 = new EchoServer();
        h1 = new Http1Echo();
        port = Ports.reserved();
        hasty = Ports.reserved();
        proxy = TestProxy.start(
                CONFIGURATION
                        .replace("PORT", "" + port)
                        .replace("HASTY", "" + hasty)
                        .replace("H1", "" + h1.port())
                        .replace("H2", "" + h2.port()),
                1);
        client = new Http2Client(port);
    }

    @BeforeEach
    void warmUp() throws Exception {
        unary("/h1");
        unary("/h2");
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        proxy.close();
        h1.close();
        h2.close();
    }

    private Http2Client.Stream call(String path) throws Exception {
        Http2Client.Stream stream = client.open();
        stream.head(
                false,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":authority",
                "a",
                ":path",
                path,
                "te",
                "trailers",
                "content-type",
                "application/grpc");
        return stream;
    }

    /** A call whose first message has been answered. */
    private Http2Client.Stream begun(String path) throws Exception {
        Http2Client.Stream stream = call(path);
        stream.data("first", false);
        assertThat(stream.next()).isEqualTo("HEADERS 200");
        assertThat(stream.next()).isEqualTo("first");
        return stream;
    }

    private static void ends(Http2Client.Stream stream) throws InterruptedException {
        assertThat(stream.next()).isEqualTo("TRAILERS grpc-status=0");
        assertThat(stream.next()).isEqualTo("END");
    }

    private void unary(String path) throws Exception {
        Http2Client.Stream stream = call(path);
        stream.data("question", true);
        assertThat(stream.next()).isEqualTo("HEADERS 200");
        assertThat(stream.next()).isEqualTo("question");
        ends(stream);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/h1", "/h2"})
    void eachMessageIsAnsweredBeforeTheNextOneIsSent(String path) throws Exception {
        Http2Client.Stream stream = begun(path);
        for (int i = 0; i < 100; i++) {
            stream.data("message " + i, false);
            assertThat(stream.next()).isEqualTo("message " + i);
        }
        stream.data("last", true);
        assertThat(stream.next()).isEqualTo("last");
        ends(stream);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/h1", "/h2"})
    void aMegabyteCrossesBothWaysWhileWindowsAreSmall(String path) throws Exception {
        Http2Client.Stream stream = call(path);
        String piece = "0123456789abcdef".repeat(1000);
        int pieces = 64;
        for (int i = 0; i < pieces; i++) {
            stream.data(piece, i == pieces - 1);
        }
        assertThat(stream.next()).isEqualTo("HEADERS 200");
        StringBuilder all = new StringBuilder();
        String next = stream.next();
        for (; !next.startsWith("TRAILERS") && !next.equals("nothing"); next = stream.next()) {
            all.append(next);
        }
        assertThat(all.length()).isEqualTo(piece.length() * pieces);
        assertThat(all.toString()).isEqualTo(piece.repeat(pieces));
        assertThat(next).isEqualTo("TRAILERS grpc-status=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/h1", "/h2"})
    void theServerMaySpeakBeforeAnyByteOfTheBody(String path) throws Exception {
        Http2Client.Stream stream = call(path);
        assertThat(stream.next()).isEqualTo("HEADERS 200");
        stream.data("late", true);
        assertThat(stream.next()).isEqualTo("late");
        assertThat(stream.next()).isEqualTo("TRAILERS grpc-status=0");
    }

    @Test
    void webSocketsCrossToHttp1AndTheServerMaySpeakLast() throws Exception {
        Http2Client.Stream stream = client.open();
        stream.head(
                false,
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "http",
                ":authority",
                "a",
                ":path",
                "/h1/chat",
                "sec-websocket-version",
                "13");
        assertThat(stream.next()).isEqualTo("HEADERS 200");
        for (int i = 0; i < 20; i++) {
            stream.data("frame " + i, false);
            assertThat(stream.next()).isEqualTo("frame " + i);
        }
        stream.data("", true);
        assertThat(stream.next()).isEqualTo("good-bye");
        assertThat(stream.next()).isEqualTo("END");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/h1", "/h2"})
    void aSoftStopLetsStreamsInFlightFinish(String path) throws Exception {
        Http2Client.Stream stream = begun(path);
        proxy.softStop();
        assertThat(Http2Client.await(client.events)).isEqualTo("GOAWAY 0");
        stream.data("second", true);
        assertThat(stream.next()).isEqualTo("second");
        ends(stream);
        assertThat(Http2Client.await(client.events)).isEqualTo("closed");
    }

    @Test
    void aClientThatAsksNothingIsSentAway() throws Exception {
        try (Http2Client silent = new Http2Client(hasty)) {
            assertThat(Http2Client.await(silent.events)).isEqualTo("GOAWAY 0");
            assertThat(Http2Client.await(silent.events)).isEqualTo("closed");
        }
    }

    @Test
    void aClientThatAsksNothingMoreIsSentAway() throws Exception {
        client.close();
        client = new Http2Client(hasty);
        unary("/h1");
        assertThat(Http2Client.await(client.events)).isEqualTo("GOAWAY 0");
        assertThat(Http2Client.await(client.events)).isEqualTo("closed");
    }

    /** A server that has begun to answer is the one that is waited for, as with haproxy, whoever could go on. */
    @Test
    void aRequestThatDoesNotGoOnIsGivenUpAndItsConnectionLivesOn() throws Exception {
        client.close();
        client = new Http2Client(hasty);
        Http2Client.Stream stuck = begun("/h1");
        assertThat(stuck.next()).isEqualTo("RESET 8");
        unary("/h1");
    }
}

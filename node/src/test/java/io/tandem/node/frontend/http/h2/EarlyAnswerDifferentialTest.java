// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server that answers before it has read the request: the client of HTTP/2 hears the answer at once and sends the rest, which
 * the server gets as far as it wants it. Beside haproxy.
 */
@Timeout(30)
class EarlyAnswerDifferentialTest {
    private static final String CONFIGURATION =
            """
            defaults
                mode http
                option httpclose
                timeout connect 2s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT
                default_backend be
            backend be
                server s 127.0.0.1:SERVER
            """;

    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly";
    /** In all more than both windows and what the kernel holds for a slow server. */
    private static final int PIECE = 16_000;

    private static final int PIECES = 600;
    private static final int SETTINGS = 4;
    private static final int INITIAL_WINDOW = 4;

    /** What a server does behind its answer. */
    private interface Rest {
        void of(Socket connection, AtomicLong received) throws IOException, InterruptedException;
    }

    /** How an upload of {@link #PIECES} pieces ends that is answered behind its head. */
    private static String outcome(boolean oracle, boolean trailers, Rest rest) throws Exception {
        AtomicLong received = new AtomicLong(-1);
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    LoopbackServer.head(connection);
                    LoopbackServer.send(connection, ANSWER);
                    rest.of(connection, received);
                });
                RunningProxy proxy = new RunningProxy(
                        CONFIGURATION.replace("PORT", "" + port).replace("SERVER", "" + server.port()), oracle);
                RawClient client = new RawClient(port)) {
            assertThat(proxy).isNotNull();
            String[] length = trailers ? new String[0] : new String[] {"content-length", "" + PIECE * PIECES};
            client.send(Http2Text.request("POST", "http", "a", "/", false, length));
            Upload upload = new Upload(client);
            upload.awaitAnswer();
            String answer = upload.heard();
            upload.send(trailers);
            String later = upload.heard();
            if (!later.contains("RESET")) {
                Await.until("all of the request", () -> received.get() >= 0);
            }
            return answer + "\n" + later + "\n" + received;
        }
    }

    /** A request's body on stream 1, sent as the windows let it go. */
    private static final class Upload {
        private final RawClient client;
        private final StringBuilder frames = new StringBuilder();
        private int ofStream = 65_535;
        private int ofConnection = 65_535;

        Upload(RawClient client) {
            this.client = client;
        }

        /** What came since the last call, but windows and settings. */
        String heard() {
            String heard = Http2Text.describe(frames.toString());
            frames.setLength(0);
            return heard;
        }

        void awaitAnswer() throws IOException {
            for (boolean over = false; !over; ) {
                RawClient.Frame frame = take(client.next());
                over = frame.type() < 0 || (frame.stream() == 1 && frame.ends());
            }
        }

        private RawClient.Frame take(RawClient.Frame frame) {
            if (frame.type() == RawClient.WINDOW) {
                int more = number(frame.payload(), 0);
                ofStream += frame.stream() == 1 ? more : 0;
                ofConnection += frame.stream() == 0 ? more : 0;
            } else if (frame.type() == SETTINGS) {
                for (int at = 0; at < frame.payload().length(); at += 6) {
                    if (frame.payload().charAt(at + 1) == INITIAL_WINDOW) {
                        ofStream += number(frame.payload(), at + 2) - 65_535;
                    }
                }
            } else if (frame.type() >= 0) {
                frames.append(frame.bytes());
            }
            return frame;
        }

        private static int number(String payload, int at) {
            int number = 0;
            for (int i = 0; i < 4; i++) {
                number = number << 8 | payload.charAt(at + i);
            }
            return number;
        }

        /** Sends all of the body, or until the stream is reset. */
        void send(boolean trailers) throws IOException {
            for (int sent = 0; sent < PIECES; ) {
                if (ofStream >= PIECE && ofConnection >= PIECE) {
                    boolean last = ++sent == PIECES;
                    client.send(Http2Text.data(1, last && !trailers, "x".repeat(PIECE)));
                    ofStream -= PIECE;
                    ofConnection -= PIECE;
                } else {
                    RawClient.Frame frame = take(client.next());
                    if (frame.type() < 0 || frame.type() == RawClient.RESET) {
                        return;
                    }
                }
            }
            if (trailers) {
                client.send(Http2Text.headers(1, true, "x-last", "yes"));
            }
            client.untilPong().forEach(this::take);
        }
    }

    /** Reads all there is, and says how much that was when it has ended: HAProxy resets some connections to be rid of them. */
    private static void readAll(Socket connection, AtomicLong received) throws IOException {
        InputStream in = connection.getInputStream();
        byte[] bytes = new byte[1 << 16];
        long all = 0;
        try {
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                all += count;
            }
        } finally {
            received.set(all);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerThatReadsOnGetsAllOfTheRequest(boolean trailers) throws Exception {
        InstalledHaproxy.assumeInstalled();
        Rest readsOn = EarlyAnswerDifferentialTest::readAll;
        String theirs = outcome(true, trailers, readsOn);
        assertThat(theirs).contains("early").doesNotContain("RESET");
        if (trailers) { // where chunks begin and end is a matter of time
            theirs = theirs.substring(0, theirs.lastIndexOf('\n'));
            assertThat(outcome(false, true, readsOn)).startsWith(theirs);
        } else {
            assertThat(outcome(false, false, readsOn)).isEqualTo(theirs);
        }
    }

    /** HAProxy resets the stream, sometimes before the answer has left, and clients take that for a failure. */
    @Test
    void withoutTheServerTheRestOfTheRequestIsReadForNobody() throws Exception {
        String ours = outcome(false, false, (connection, received) -> {
            connection.close();
            received.set(0);
        });
        assertThat(ours).contains("early").doesNotContain("RESET");
    }

    @Test
    void aClientThatLeavesItAtThatEndsTheRequestOfTheServerToo() throws Exception {
        AtomicLong received = new AtomicLong(-1);
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    LoopbackServer.head(connection);
                    LoopbackServer.send(connection, ANSWER);
                    readAll(connection, received);
                });
                RunningProxy proxy = new RunningProxy(
                        CONFIGURATION.replace("PORT", "" + port).replace("SERVER", "" + server.port()), false);
                RawClient client = new RawClient(port)) {
            client.send(Http2Text.request("POST", "http", "a", "/", false, "content-length", "10"));
            assertThat(client.answer(1)).contains("early");
            client.send(Http2Text.data(1, false, "abc") + Http2Text.frame(RawClient.RESET, 0, 1, "\0\0\0\10"));
            Await.until("the server's connection has ended", () -> received.get() >= 0);
            Await.until(
                    "its slot is free",
                    () -> proxy.tandem()
                                    .configuration()
                                    .backend("be")
                                    .orElseThrow()
                                    .servers()
                                    .get(0)
                                    .state()
                                    .meters()
                                    .current()
                            == 0);
        }
    }
}

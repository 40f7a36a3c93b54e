// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.smuggling;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.differential.wire.StrictReader;
import io.tandem.node.differential.wire.StrictReader.Field;
import io.tandem.node.differential.wire.StrictReader.Message;
import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Nearly good messages from one version of HTTP to the other. Whatever comes out of the proxy reads as exactly the one
 * message that went in, for the strictest reader; or the message is refused.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(3600)
class TranslationFuzzTest {
    private static final int TIMEOUT_MS = 10_000;
    private static final String SENTINEL = "GET /sentinel HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final String GET = "GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private final BlockingQueue<Message> atHttp1 = new LinkedBlockingQueue<>();
    private final BlockingQueue<H2Peer.Heard> atHttp2 = new LinkedBlockingQueue<>();
    private volatile String answerOfHttp1 = ""; // written by the test, read by a server
    private volatile Sent answerOfHttp2 = new Sent(List.of(), List.of(), List.of()); // the same
    private Listener http1;
    private Listener answering1;
    private Listener http2;
    private Listener answering2;
    private int port;
    private TestProxy proxy;
    private @org.jspecify.annotations.Nullable H2Peer client;
    private int stream;
    private final Set<String> tags = new HashSet<>();
    private long refused;
    private long passed;

    @BeforeAll
    void start() throws IOException {
        http1 = new Listener(this::record);
        answering1 = new Listener(this::answer);
        http2 = new Listener(connection -> serve(connection, false));
        answering2 = new Listener(connection -> serve(connection, true));
        port = Ports.reserved();
        proxy = TestProxy.start(
                """
                defaults
                    mode http
                    timeout client 5s
                    timeout server 5s
                    timeout connect 5s
                    retries 0
                frontend f1
                    bind 127.0.0.1:%d
                    default_backend b1
                frontend f2
                    bind 127.0.0.2:%d
                    default_backend b2
                frontend f3
                    bind 127.0.0.3:%d
                    default_backend b3
                frontend f4
                    bind 127.0.0.4:%d
                    default_backend b4
                backend b1
                    http-reuse always
                    server s 127.0.0.1:%d
                backend b2
                    server s 127.0.0.1:%d
                backend b3
                    server s 127.0.0.1:%d proto h2
                backend b4
                    server s 127.0.0.1:%d proto h2
                """
                        .formatted(
                                port,
                                port,
                                port,
                                port,
                                http1.port(),
                                answering1.port(),
                                http2.port(),
                                answering2.port()),
                1);
    }

    @AfterAll
    void stop() throws IOException {
        proxy.close();
        for (Listener listener : List.of(http1, answering1, http2, answering2)) {
            listener.close();
        }
    }

    private Socket connect(int frontend) throws IOException {
        Socket socket = new Socket(InetAddress.getByName("127.0.0." + frontend), port);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    // ---- servers

    /** Takes down what comes, one message at a time, and answers each. */
    private void record(Socket connection) throws IOException, StrictReader.Ambiguous {
        StringBuilder bytes = new StringBuilder();
        byte[] buffer = new byte[65_536];
        InputStream in = connection.getInputStream();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            bytes.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            StrictReader.Reading reading;
            try {
                reading = StrictReader.read(bytes.toString());
            } catch (StrictReader.Ambiguous ambiguous) {
                throw new AssertionError(ambiguous.getMessage() + " in " + Fuzz.show(Fuzz.bytes(bytes.toString())));
            }
            assertThat(reading.messages().size())
                    .as("messages at once in %s", bytes)
                    .isLessThanOrEqualTo(1);
            bytes.delete(0, reading.end());
            for (Message message : reading.messages()) {
                atHttp1.add(message);
                boolean tunnel = message.start().equals("CONNECT")
                        || !message.values("upgrade").isEmpty();
                String body = message.start().equals("HEAD") ? "" : "ok";
                write(
                        connection,
                        "HTTP/1.1 " + (tunnel ? 405 : 200) + " OK\r\n" + (tunnel ? "Connection: close\r\n" : "")
                                + "Content-Length: 2\r\n\r\n" + body);
                if (tunnel) {
                    return;
                }
            }
        }
    }

    private void answer(Socket connection) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = connection.getInputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            if (head.length() > 3 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                write(connection, answerOfHttp1);
                return;
            }
        }
    }

    private void serve(Socket connection, boolean fuzzed) throws IOException {
        try (H2Peer peer = new H2Peer(connection, false)) {
            while (true) {
                H2Peer.Heard request = peer.next();
                if (request.reset) {
                    continue;
                }
                if (fuzzed) {
                    peer.send(answerOfHttp2.frames(request.stream));
                } else {
                    atHttp2.add(request);
                    peer.send(new Sent(List.of(new Field(":status", "200")), List.of("ok"), List.of())
                            .frames(request.stream));
                }
            }
        }
    }

    private static void write(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String readAll(Socket connection) {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[65_536];
        try {
            InputStream in = connection.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (java.net.SocketTimeoutException hangs) {
            throw new AssertionError("no end of " + text, hangs);
        } catch (IOException reset) {
            // what came before counts
        }
        return text.toString();
    }

    /** What an HTTP/2 client hears; null if the whole connection was ended. */
    private H2Peer.@org.jspecify.annotations.Nullable Heard ask(int frontend, Sent request) throws IOException {
        H2Peer peer = client;
        if (peer == null || stream > 1_000_000) {
            peer = new H2Peer(connect(frontend), true);
            client = peer;
            stream = 1;
        }
        int id = stream;
        stream += 2;
        try {
            peer.send(request.frames(id));
            return peer.await(id);
        } catch (java.net.SocketTimeoutException hangs) {
            throw new AssertionError("no answer", hangs);
        } catch (IOException ended) {
            peer.close();
            client = null;
            return null;
        }
    }

    private void run(String what, Round round) throws IOException {
        refused = 0;
        passed = 0;
        Fuzz.run(what, random -> {
            try {
                round.play(random);
                for (Listener listener : List.of(http1, answering1, http2, answering2)) {
                    listener.check();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        System.out.println("fuzz " + what + ": " + passed + " passed, " + refused + " refused");
        H2Peer last = client;
        if (last != null) {
            last.close();
            client = null;
        }
    }

    /** One message there and back. */
    @FunctionalInterface
    private interface Round {
        void play(Random random) throws IOException;
    }

    // ---- the four ways

    @Test
    void requestsFromHttp2ToHttp1() throws IOException {
        run("requests from h2 to h1", random -> {
            String tag = "r" + random.nextInt(1_000_000_000);
            Sent sent = Grammar.request(random, tag);
            tags.add(tag);
            H2Peer.Heard heard = ask(1, sent);
            if (heard != null && heard.ended) {
                try {
                    Wellformed.response(heard, sent.values(":method").contains("HEAD"));
                } catch (AssertionError wrong) {
                    throw new AssertionError(sent + ": " + wrong.getMessage(), wrong);
                }
            }
            List<Message> now = new ArrayList<>();
            List<Message> arrived = new ArrayList<>();
            atHttp1.drainTo(arrived);
            for (Message message : arrived) {
                // One that was reset may arrive a little later; nothing arrives that nobody sent.
                assertThat(message.values(Grammar.TAG)).hasSize(1).isSubsetOf(tags);
                if (message.values(Grammar.TAG).contains(tag)) {
                    now.add(message);
                }
            }
            assertThat(now).as("%s", sent).hasSizeLessThanOrEqualTo(1);
            if (now.isEmpty()) {
                refused++;
                assertThat(heard == null || heard.reset || Wellformed.finalStatus(heard) >= 400)
                        .as("refused: %s", sent)
                        .isTrue();
            } else {
                passed++;
                Same.request(sent, now.get(0), heard != null && !heard.reset);
            }
        });
    }

    @Test
    void responsesFromHttp1ToHttp2() throws IOException {
        Sent request = new Sent(
                List.of(
                        new Field(":method", "GET"),
                        new Field(":scheme", "http"),
                        new Field(":authority", "a"),
                        new Field(":path", "/p")),
                List.of(),
                List.of());
        run("responses from h1 to h2", random -> {
            answerOfHttp1 = Grammar.http1Response(random);
            H2Peer.Heard heard = ask(2, request);
            if (heard == null || heard.reset) {
                refused++;
                return;
            }
            Wellformed.response(heard, false);
            if (Wellformed.finalStatus(heard) == 502) {
                refused++;
            } else {
                passed++;
                Same.response(answerOfHttp1, heard);
            }
        });
    }

    @Test
    void requestsFromHttp1ToHttp2() throws IOException {
        run("requests from h1 to h2", random -> {
            String tag = "r" + random.nextInt(1_000_000_000);
            String request = Grammar.http1Request(random, tag);
            atHttp2.clear();
            try (Socket socket = connect(3)) {
                try {
                    write(socket, request + SENTINEL);
                    socket.shutdownOutput();
                } catch (IOException refusedAlready) {
                    // what it says is still there
                }
                String answer = readAll(socket);
                List<H2Peer.Heard> requests = List.copyOf(atHttp2);
                requests.forEach(Wellformed::request);
                if (requests.isEmpty()) {
                    refused++;
                    return;
                }
                passed++;
                Same.requests(request + SENTINEL, requests, answer);
            }
        });
    }

    @Test
    void responsesFromHttp2ToHttp1() throws IOException {
        run("responses from h2 to h1", random -> {
            answerOfHttp2 = Grammar.response(random);
            try (Socket socket = connect(4)) {
                write(socket, GET);
                String answer = readAll(socket);
                if (answer.startsWith("HTTP/1.1 502") || answer.startsWith("HTTP/1.1 503") || answer.isEmpty()) {
                    refused++;
                } else {
                    passed++;
                }
                Same.response(answerOfHttp2, answer);
            }
        });
    }
}

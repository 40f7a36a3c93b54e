// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.bandwidth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code filter bwlim-in|bwlim-out} and {@code set-bandwidth-limit} of HAProxy 2.7, by its manual. A limit shows in that nothing
 * comes faster; how much slower a busy machine is says nothing.
 */
@Timeout(120)
class BandwidthTest {
    private static final int SIZE = 60_000;
    /** 20 kB within each 100 ms. */
    private static final String OWN = "default-limit 20000 default-period 100ms";
    /** The first 20 kB pass at once, the other 40 within two periods; less what a wheel and a window round. */
    private static final long LEAST_MS = 150;

    private static final String DEFAULTS =
            "defaults\n mode MODE\n timeout client 20s\n timeout server 20s\n timeout connect 5s\n";
    private static final byte[] BODY = body();

    private final int port = Ports.reserved();
    /** What a server has written. */
    private final AtomicInteger progress = new AtomicInteger();

    private static byte[] body() {
        byte[] body = new byte[SIZE];
        new Random(7).nextBytes(body);
        return body;
    }

    /** Answers each request with a body of {@link #SIZE}, and with the length of what came with it. */
    private static void serve(Socket connection, String framing) throws IOException {
        for (String head = LoopbackServer.head(connection); !head.isEmpty(); head = LoopbackServer.head(connection)) {
            byte[] sent = new byte[0];
            if (head.contains("ontent-length: ")) {
                int length = Integer.parseInt(head.replaceAll("(?s).*ontent-length: (\\d+).*", "$1"));
                sent = connection.getInputStream().readNBytes(length);
            }
            String got = "HTTP/1.1 200 OK\r\nGot: " + sent.length + "/" + Arrays.hashCode(sent) + "\r\n";
            switch (framing) {
                case "length" -> {
                    LoopbackServer.send(connection, got + "Content-Length: " + SIZE + "\r\n\r\n");
                    connection.getOutputStream().write(BODY);
                }
                case "chunked" -> {
                    LoopbackServer.send(
                            connection,
                            got + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(SIZE) + "\r\n");
                    connection.getOutputStream().write(BODY);
                    LoopbackServer.send(connection, "\r\n0\r\n\r\n");
                }
                default -> {
                    LoopbackServer.send(connection, got + "Connection: close\r\n\r\n");
                    connection.getOutputStream().write(BODY);
                    return;
                }
            }
        }
    }

    private static LoopbackServer server(String framing) throws IOException {
        return new LoopbackServer((connection, number) -> serve(connection, framing));
    }

    private Socket client() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(30_000);
        return client;
    }

    /** The body of the answer to a GET on that connection, whichever way it ends. */
    private static byte[] get(Socket client, String path) throws IOException {
        LoopbackServer.send(client, "GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n");
        return answer(client);
    }

    private static byte[] answer(Socket client) throws IOException {
        String head = LoopbackServer.head(client).toLowerCase(Locale.ROOT);
        assertThat(head).startsWith("http/1.1 200");
        InputStream in = client.getInputStream();
        if (head.contains("content-length: ")) {
            return in.readNBytes(Integer.parseInt(head.replaceAll("(?s).*content-length: (\\d+).*", "$1")));
        }
        return head.contains("chunked") ? chunks(in) : in.readAllBytes();
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int length = chunk(in); length > 0; length = chunk(in)) {
            all.write(in.readNBytes(length));
            in.readNBytes(2);
        }
        in.readNBytes(2);
        return all.toByteArray();
    }

    private static int chunk(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return Integer.parseInt(line.toString().strip(), 16);
    }

    private static long ms(long sinceNs) {
        return (System.nanoTime() - sinceNs) / 1_000_000;
    }

    private TestProxy limited(int server, String lines) {
        return TestProxy.start(
                DEFAULTS.replace("MODE", "http") + "frontend f\n bind 127.0.0.1:" + port + "\n " + lines
                        + "\n default_backend b\nbackend b\n server s 127.0.0.1:" + server + "\n",
                1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"length", "chunked", "close"})
    void aResponseComesNoFasterThanItsLimitAndWhole(String framing) throws Exception {
        try (LoopbackServer server = server(framing);
                TestProxy proxy = limited(
                        server.port(), "filter bwlim-out down " + OWN + "\n http-response set-bandwidth-limit down");
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            long startNs = System.nanoTime();

            assertThat(get(client, "/")).isEqualTo(BODY);

            assertThat(ms(startNs)).isGreaterThanOrEqualTo(LEAST_MS);
            if (!framing.equals("close")) {
                assertThat(get(client, "/again")).isEqualTo(BODY); // the connection goes on
            }
        }
    }

    @Test
    void aLimitThatNoRuleEnablesDoesNothing() throws Exception {
        try (LoopbackServer server = server("length");
                TestProxy proxy = limited(
                        server.port(),
                        "filter bwlim-out down default-limit 1 default-period 1h\n"
                                + " http-response set-bandwidth-limit down if { path /slow }");
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            assertThat(get(client, "/")).isEqualTo(BODY);
        }
    }

    @Test
    void aRuleSaysAnotherLimitAndTheLastOneCounts() throws Exception {
        try (LoopbackServer server = server("length");
                TestProxy proxy = limited(
                        server.port(),
                        "filter bwlim-out down default-limit 1 default-period 1h min-size 1460\n"
                                + " http-request set-bandwidth-limit down\n"
                                + " http-request set-bandwidth-limit down limit 1g\n"
                                + " http-response set-bandwidth-limit down limit int(20000) period int(100)"
                                + " if { capture.req.uri /paced }");
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            assertThat(get(client, "/")).isEqualTo(BODY);
            long startNs = System.nanoTime();

            assertThat(get(client, "/paced")).isEqualTo(BODY);

            assertThat(ms(startNs)).isGreaterThanOrEqualTo(LEAST_MS);
        }
    }

    @Test
    void aRequestGoesNoFasterThanItsLimitAndWhole() throws Exception {
        try (LoopbackServer server = server("length");
                TestProxy proxy =
                        limited(server.port(), "filter bwlim-in up " + OWN + "\n http-request set-bandwidth-limit up");
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            for (int round = 0; round < 2; round++) {
                long startNs = System.nanoTime();
                LoopbackServer.send(client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: " + SIZE + "\r\n\r\n");
                client.getOutputStream().write(BODY);
                String head = LoopbackServer.head(client);

                assertThat(ms(startNs)).isGreaterThanOrEqualTo(LEAST_MS);
                assertThat(head).containsIgnoringCase("got: " + SIZE + "/" + Arrays.hashCode(BODY));
                assertThat(client.getInputStream().readNBytes(SIZE)).isEqualTo(BODY);
            }
        }
    }

    /** The clients of both sides of HTTP/2: another proxy in front, or behind. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void soDoThoseOfHttp2(boolean clientSide) throws Exception {
        String name = "abns@tnd-bandwidth-" + ProcessHandle.current().pid() + clientSide;
        String limits = "\n filter bwlim-in up " + OWN + "\n filter bwlim-out down " + OWN
                + "\n http-request set-bandwidth-limit up\n http-request set-bandwidth-limit down\n";
        try (LoopbackServer server = server("length");
                TestProxy proxy = TestProxy.start(
                        DEFAULTS.replace("MODE", "http") + "frontend f\n bind 127.0.0.1:" + port
                                + (clientSide ? "" : limits) + "\n default_backend cross\nbackend cross\n server s "
                                + name + " proto h2\nfrontend g\n bind " + name + " proto h2"
                                + (clientSide ? limits : "")
                                + "\n default_backend b\nbackend b\n server s 127.0.0.1:" + server.port() + "\n",
                        1);
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(2);
            long startNs = System.nanoTime();
            LoopbackServer.send(client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: " + SIZE + "\r\n\r\n");
            client.getOutputStream().write(BODY);
            String head = LoopbackServer.head(client);

            assertThat(head).containsIgnoringCase("got: " + SIZE + "/" + Arrays.hashCode(BODY));
            assertThat(client.getInputStream().readNBytes(SIZE)).isEqualTo(BODY);
            assertThat(ms(startNs)).isGreaterThanOrEqualTo(2 * LEAST_MS);
            assertThat(get(client, "/")).isEqualTo(BODY);
        }
    }

    @Test
    void twoExchangesOfAKeyTakeTwiceAsLongAndAnotherKeyDoesNot() throws Exception {
        try (LoopbackServer server = server("length");
                TestProxy proxy = TestProxy.start(
                        DEFAULTS.replace("MODE", "http") + "frontend f\n bind 127.0.0.1:" + port
                                + "\n filter bwlim-out down limit 20000 key path table t\n"
                                + " http-request set-bandwidth-limit down if !{ path /show }\n"
                                + " http-request return status 200 hdr counted"
                                + " %[str(/a),in_table(t)],%[str(/b),in_table(t)] if { path /show }\n"
                                + " default_backend b\nbackend b\n server s 127.0.0.1:" + server.port()
                                + "\nbackend t\n stick-table type string size 9 expire 1m store bytes_out_rate(100ms)\n",
                        1);
                Socket one = client();
                Socket two = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            long startNs = System.nanoTime();
            CompletableFuture<byte[]> other = CompletableFuture.supplyAsync(() -> quietly(two, "/a"));

            assertThat(get(one, "/a")).isEqualTo(BODY);
            assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(BODY);

            assertThat(ms(startNs)).isGreaterThanOrEqualTo(400); // 120 kB, the first 20 at once
            LoopbackServer.send(one, "GET /show HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(LoopbackServer.head(one)).contains("counted: 1,0");
        }
    }

    private static byte[] quietly(Socket client, String path) {
        try {
            return get(client, path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is limited is 60 kB of noise, or the 240 kB of text that compression makes a few kB of. */
    @Test
    void aLimitBehindCompressionIsOneOfWhatCompressionMakesOfABody() throws Exception {
        String text = "hello world ".repeat(20_000);
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    while (!LoopbackServer.head(connection).isEmpty()) {
                        LoopbackServer.send(
                                connection,
                                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + text.length()
                                        + "\r\n\r\n" + text);
                    }
                });
                TestProxy proxy = limited(
                        server.port(),
                        "compression algo gzip\n filter compression\n filter bwlim-out down default-limit 20000"
                                + " default-period 1h\n http-response set-bandwidth-limit down");
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            LoopbackServer.send(client, "GET / HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip\r\n\r\n");
            try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(answer(client)))) {
                assertThat(new String(plain.readAllBytes(), ISO_8859_1))
                        .isEqualTo(text); // an hour's limit is not reached
            }
        }
    }

    @Test
    void aLimitBeforeCompressionIsOneOfTheBodyAsItCame() throws Exception {
        try (LoopbackServer server = server("length");
                TestProxy proxy = limited(
                        server.port(),
                        "compression algo gzip\n filter bwlim-out down " + OWN + "\n filter compression\n"
                                + " http-response set-bandwidth-limit down");
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            long startNs = System.nanoTime();
            LoopbackServer.send(client, "GET / HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip\r\n\r\n");
            try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(answer(client)))) {
                assertThat(plain.readAllBytes()).isEqualTo(BODY);
            }
            assertThat(ms(startNs)).isGreaterThanOrEqualTo(LEAST_MS);
        }
    }

    /** The server's time does not run while we do not listen to it. */
    @Test
    void aServerThatHasToWaitForTheLimitIsNotLate() throws Exception {
        try (LoopbackServer server = server("length");
                TestProxy proxy = TestProxy.start(
                        DEFAULTS.replace("MODE", "http").replace("server 20s", "server 40ms")
                                + "listen l\n bind 127.0.0.1:"
                                + port + "\n filter bwlim-out down " + OWN + "\n filter bwlim-in up " + OWN
                                + "\n http-request set-bandwidth-limit down\n http-request set-bandwidth-limit up\n"
                                + " server s 127.0.0.1:" + server.port() + "\n",
                        1);
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            assertThat(get(client, "/")).isEqualTo(BODY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp-request content", "tcp-response content"})
    void aTcpSessionGoesNoFasterThanItsLimitsEitherWay(String rules) throws Exception {
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    connection.getOutputStream().write(BODY);
                    received.complete(connection.getInputStream().readAllBytes());
                });
                TestProxy proxy = TestProxy.start(
                        DEFAULTS.replace("MODE", "tcp") + "listen l\n bind 127.0.0.1:" + port + "\n filter bwlim-in up "
                                + OWN + "\n filter bwlim-out down " + OWN
                                + "\n tcp-request content set-bandwidth-limit up\n "
                                + rules + " set-bandwidth-limit down\n server s 127.0.0.1:" + server.port() + "\n",
                        1);
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            long startNs = System.nanoTime();
            client.getOutputStream().write(BODY);
            client.shutdownOutput();

            assertThat(client.getInputStream().readAllBytes()).isEqualTo(BODY);
            assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo(BODY);
            assertThat(ms(startNs)).isGreaterThanOrEqualTo(LEAST_MS);
        }
    }

    /** What waits for its time is bounded: a server that sends more is not read from. */
    @Test
    void aServerIsReadNoFasterThanItsBytesPass() throws Exception {
        CompletableFuture<Integer> sent = new CompletableFuture<>();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    LoopbackServer.head(connection);
                    connection.setSendBufferSize(8192);
                    LoopbackServer.send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                    Thread watch = new Thread(
                            () -> {
                                int last = -1;
                                while (last != progress.get()) {
                                    last = progress.get();
                                    LockSupport.parkNanos(300_000_000);
                                }
                                sent.complete(last);
                            },
                            "watch");
                    watch.setDaemon(true);
                    watch.start();
                    for (int i = 0; i < 100_000_000 / 4096; i++) {
                        connection.getOutputStream().write(BODY, 0, 4096);
                        progress.addAndGet(4096);
                    }
                });
                TestProxy proxy = limited(
                        server.port(),
                        "filter bwlim-out down default-limit 1000 default-period 1h\n"
                                + " http-response set-bandwidth-limit down");
                Socket client = client()) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            LoopbackServer.send(client, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");

            assertThat(sent.get(30, TimeUnit.SECONDS)).isLessThan(20_000_000); // what kernels buffer, and no more
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filter bwlim-out",
                "filter bwlim-out a",
                "filter bwlim-out a default-limit 1k",
                "filter bwlim-out a default-limit 0 default-period 1s",
                "filter bwlim-out a default-limit 1k default-period 0",
                "filter bwlim-out a default-limit 1k default-period 1s key src",
                "filter bwlim-out a limit 1k",
                "filter bwlim-out a limit 1k key nonsense",
                "filter bwlim-out a limit 1k key src table none",
                "filter bwlim-out a limit 1k key src table t",
                "filter bwlim-out a default-limit 1k default-period 1s some thing",
                "filter bwlim-out a default-limit 1k default-period 1s\n filter bwlim-in a default-limit 1k default-period 1s",
                "http-request set-bandwidth-limit none",
                "http-request set-bandwidth-limit",
                "filter bwlim-out a limit 1k key src table u\n http-request set-bandwidth-limit a limit 2k",
                "filter bwlim-out a default-limit 1k default-period 1s\n http-request set-bandwidth-limit a limit 0"
            })
    void whatMakesNoSenseIsRefused(String lines) {
        assertThatThrownBy(() -> limited(
                        1,
                        lines + "\nbackend t\n stick-table type ip size 9 store bytes_in_rate(1s)\n"
                                + "backend u\n stick-table type ip size 9 store bytes_out_rate(1s)"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("(?s).*(bwlim-|set-bandwidth-limit).*");
    }
}

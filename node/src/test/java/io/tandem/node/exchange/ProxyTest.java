// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import static io.tandem.node.testkit.LoopbackServer.send;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.loop.Loop;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole proxy with servers of the test's own: what the comparison with haproxy cannot show. */
@Timeout(60)
class ProxyTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** What a server of the test does with one connection. */
    private static String config(String mode, int port, String backend) {
        return "defaults\n mode " + mode + "\n timeout connect 2s\n timeout client 20s\n timeout server 20s\n"
                + "frontend fe\n bind 127.0.0.1:" + port + "\n default_backend be\nbackend be\n" + backend;
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Reads until {@code end} has come. */
    private static String readUntil(Socket socket, String end) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (!bytes.toString(ISO_8859_1).endsWith(end)) {
            int b = socket.getInputStream().read();
            if (b < 0) {
                return bytes.toString(ISO_8859_1) + "<end>";
            }
            bytes.write(b);
        }
        return bytes.toString(ISO_8859_1);
    }

    private static void answer(Socket connection, String reply) throws IOException {
        while (readUntil(connection, "\r\n\r\n").endsWith("\r\n\r\n")) {
            send(connection, reply);
        }
    }

    @Test
    void aLargeBodyReachesASlowClientWholeWhileTheServerWaits() throws Exception {
        byte[] body = new byte[8 << 20];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31 + (i >> 13));
        }
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    readUntil(connection, "\r\n\r\n");
                    send(connection, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
                    connection.getOutputStream().write(body);
                    readUntil(connection, "never");
                });
                TestProxy proxy =
                        TestProxy.start(config("http", port, " server s 127.0.0.1:" + server.port() + "\n"), 2);
                Socket client = connect(port)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            send(client, GET);
            readUntil(client, "\r\n\r\n");
            InputStream in = client.getInputStream();
            byte[] read = in.readNBytes(body.length / 3);
            read = concat(read, in.readNBytes(body.length - read.length));
            assertThat(read).isEqualTo(body);
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void aChunkedUploadOfManyPiecesArrivesWhole() throws Exception {
        CompletableFuture<String> received = new CompletableFuture<>();
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    received.complete(readUntil(connection, "0\r\n\r\n"));
                    send(connection, OK);
                });
                TestProxy proxy =
                        TestProxy.start(config("http", port, " server s 127.0.0.1:" + server.port() + "\n"), 1);
                Socket client = connect(port)) {
            assertThat(proxy.node().stopping()).isFalse();
            StringBuilder sent = new StringBuilder();
            send(client, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 2000; i++) {
                String piece = "piece " + i + ".".repeat(i % 50);
                sent.append(piece);
                send(client, Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
            }
            send(client, "0\r\n\r\n");
            assertThat(readUntil(client, "ok")).startsWith("HTTP/1.1 200");
            String body = received.get(10, TimeUnit.SECONDS);
            body = body.substring(body.indexOf("\r\n\r\n") + 4);
            StringBuilder data = new StringBuilder();
            int at = 0;
            while (at < body.length()) {
                int end = body.indexOf("\r\n", at);
                int size = Integer.parseInt(body.substring(at, end), 16);
                data.append(body, end + 2, end + 2 + size);
                at = end + 2 + size + 2;
            }
            assertThat(data.toString()).isEqualTo(sent.toString());
        }
    }

    @Test
    void requestsBeyondMaxconnWaitInLineAndAreServedInTurn() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<Integer> concurrent = new ArrayList<>();
        int[] now = new int[1];
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    while (!readUntil(connection, "\r\n\r\n").endsWith("<end>")) {
                        synchronized (concurrent) {
                            concurrent.add(++now[0]);
                        }
                        assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
                        synchronized (concurrent) {
                            now[0]--;
                        }
                        send(connection, OK);
                    }
                });
                TestProxy proxy = TestProxy.start(
                        config("http", port, " server s 127.0.0.1:" + server.port() + " maxconn 2\n"), 2)) {
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Socket client = connect(port);
                send(client, GET);
                clients.add(client);
            }
            var waiting = proxy.configuration()
                    .backend("be")
                    .orElseThrow()
                    .state()
                    .queues()
                    .ofBackend();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (waiting.length() < 6 && System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
            }
            assertThat(waiting.length()).isEqualTo(6);
            release.countDown();
            for (Socket client : clients) {
                assertThat(readUntil(client, "ok")).startsWith("HTTP/1.1 200");
                client.close();
            }
            assertThat(waiting.length()).isZero();
            synchronized (concurrent) {
                assertThat(concurrent).hasSize(8).allMatch(n -> n <= 2);
            }
        }
    }

    @Test
    void aServerThatRefusesIsReplacedByAnotherWithRedispatch() throws Exception {
        int dead = Ports.dead();
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> answer(connection, OK));
                TestProxy proxy = TestProxy.start(
                        config(
                                "http",
                                port,
                                " retries 1\n option redispatch\n balance first\n server dead 127.0.0.1:" + dead
                                        + "\n server s 127.0.0.1:" + server.port() + "\n"),
                        1);
                Socket client = connect(port)) {
            send(client, GET);
            assertThat(readUntil(client, "ok")).startsWith("HTTP/1.1 200");
            assertThat(proxy.openSessions("fe")).isEqualTo(1);
        }
    }

    @Test
    void noServerAtAllIsA503() throws Exception {
        int port = Ports.reserved();
        try (TestProxy proxy = TestProxy.start(
                        config("http", port, " retries 0\n server dead 127.0.0.1:" + Ports.dead() + "\n"), 1);
                Socket client = connect(port)) {
            send(client, GET);
            assertThat(readUntil(client, "</html>\n")).startsWith("HTTP/1.1 503 Service Unavailable\r\n");
            assertThat(proxy.node().stopping()).isFalse();
        }
    }

    @Test
    void aReloadLosesNoRequestAndKeepsTheListener() throws Exception {
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> answer(connection, OK))) {
            String text = config("http", port, " server s 127.0.0.1:" + server.port() + "\n");
            try (TestProxy proxy = TestProxy.start(text, 2);
                    Socket client = connect(port)) {
                for (int i = 0; i < 20; i++) {
                    send(client, GET);
                    assertThat(readUntil(client, "ok")).startsWith("HTTP/1.1 200");
                    proxy.reload(text);
                    try (Socket another = connect(port)) {
                        send(another, GET);
                        assertThat(readUntil(another, "ok")).startsWith("HTTP/1.1 200");
                    }
                }
            }
        }
    }

    @Test
    void aSoftStopEndsIdleConnectionsAndLetsOthersFinish() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    readUntil(connection, "\r\n\r\n");
                    asked.countDown();
                    assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
                    send(connection, OK);
                });
                TestProxy proxy =
                        TestProxy.start(config("http", port, " server s 127.0.0.1:" + server.port() + "\n"), 1);
                Socket busy = connect(port)) {
            send(busy, GET);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            proxy.softStop();
            release.countDown();
            assertThat(readUntil(busy, "ok")).contains("connection: close");
            assertThat(busy.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void tcpCarriesBothWaysAndKeepsAHalfClosedSideOpen() throws Exception {
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    String all = readUntil(connection, "never");
                    send(connection, "got " + all);
                });
                TestProxy proxy =
                        TestProxy.start(config("tcp", port, " server s 127.0.0.1:" + server.port() + "\n"), 1);
                Socket client = connect(port)) {
            assertThat(proxy.node().stopping()).isFalse();
            send(client, "some bytes");
            client.shutdownOutput();
            assertThat(readUntil(client, "never")).isEqualTo("got some bytes<end><end>");
        }
    }

    /** Waits until the loop has looked at whatever had come before this was called. */
    private static void turn(Loop loop) throws Exception {
        for (int i = 0; i < 20; i++) {
            loop.eventLoop().submit(() -> {}).get();
        }
    }

    /** The loop does nothing until {@code open} is counted down; what comes meanwhile comes in one turn. */
    private static void hold(Loop loop, CountDownLatch open) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        loop.eventLoop().execute(() -> {
            held.countDown();
            try {
                open.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
        });
        held.await(10, TimeUnit.SECONDS);
    }

    @Test
    void bytesThatComeInTheTurnOfAResponseStayBehindThoseThatWaitForIt() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int port = Ports.reserved();
            String head = "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 42\r\n\r\n";
            String body = "GET /smuggled HTTP/1.1\r\nHost: evil.org\r\n\r\n"; // 42 bytes
            try (TestProxy proxy = TestProxy.start(
                            config("http", port, " server s 127.0.0.1:" + server.getLocalPort() + "\n"), 1);
                    Socket client = connect(port)) {
                Loop loop = proxy.loops().all().get(0);
                client.setTcpNoDelay(true);
                send(client, GET);
                try (Socket behind = server.accept()) {
                    behind.setSoTimeout(20_000);
                    readUntil(behind, "\r\n\r\n");
                    send(client, head);
                    turn(loop);
                    CountDownLatch open = new CountDownLatch(1);
                    hold(loop, open);
                    send(behind, OK);
                    send(client, body);
                    open.countDown();
                    assertThat(readUntil(client, "ok")).endsWith("ok");

                    assertThat(readUntil(behind, "\r\n\r\n")).startsWith("POST /2 ");
                    assertThat(readUntil(behind, "\r\n\r\n")).isEqualTo(body);
                    send(behind, OK);
                    assertThat(readUntil(client, "ok")).endsWith("ok");
                }
            }
        }
    }

    @Test
    void aClientThatEndsWithinAPipelinedBodyIsNotWaitedFor() throws Exception {
        CompletableFuture<String> second = new CompletableFuture<>();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
            readUntil(connection, "\r\n\r\n");
            send(connection, OK);
            second.complete(readUntil(connection, "never"));
        })) {
            int port = Ports.reserved();
            try (TestProxy proxy =
                            TestProxy.start(config("http", port, " server s 127.0.0.1:" + server.port() + "\n"), 1);
                    Socket client = connect(port)) {
                assertThat(proxy.openSessions("fe")).isNotNegative();
                send(client, GET + "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
                client.shutdownOutput();
                assertThat(readUntil(client, "never")).contains("\r\n\r\nok").endsWith("<end>");
                assertThat(second.get(5, TimeUnit.SECONDS)).endsWith("<end>"); // its times are 20 s
            }
        }
    }
}

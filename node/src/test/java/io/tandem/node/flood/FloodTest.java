// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.TrustingClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients and servers that mean harm, and a client beside them that must not notice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FloodTest {
    /** More memory than this a flood must not cost, MiB. */
    private static final int MEMORY_MB = 200;

    private final List<HostileServer> servers = new ArrayList<>();
    private Fortress proxy;
    private Bystander other;
    private int descriptorsBefore;
    private int memoryBefore;
    private long p99Before;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        HostileServer good = HostileServer.wellBehaved();
        servers.add(good);
        List<String> backends = new ArrayList<>();
        String ok = "HTTP/1.1 200 OK\r\n";
        add(backends, "garbage", HostileServer.repeating("\u0001\u0002nonsense", "\0\u00ff\r\n\r\n", 0));
        add(backends, "resets", HostileServer.resetting());
        add(backends, "never-ends", HostileServer.repeating(ok + "\r\n", "x".repeat(8192), 0));
        add(backends, "endless-head", HostileServer.repeating(ok, "a: b\r\n".repeat(100), 0));
        add(backends, "endless-field", HostileServer.repeating(ok + "X: ", "x".repeat(1000), 0));
        add(backends, "endless-interim", HostileServer.repeating("", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 0));
        add(
                backends,
                "endless-chunks",
                HostileServer.repeating(ok + "Transfer-Encoding: chunked\r\n\r\n", "1;x=y\r\na\r\n", 0));
        add(
                backends,
                "endless-extension",
                HostileServer.repeating(ok + "Transfer-Encoding: chunked\r\n\r\n1;", "x".repeat(1000), 0));
        add(
                backends,
                "endless-trailers",
                HostileServer.repeating(ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "a: b\r\n", 0));
        add(backends, "trickles", HostileServer.repeating(ok + "Content-Length: 100000\r\n\r\n", "x", 20));
        proxy = new Fortress(directory, good.port(), backends);
        try (Bystander first = new Bystander(proxy.http)) { // it warms up
            await(first, 300);
        }
    }

    private void add(List<String> backends, String name, HostileServer server) {
        servers.add(server);
        backends.add(name + " " + server.port());
    }

    @AfterAll
    void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        for (HostileServer server : servers) {
            server.close();
        }
    }

    @BeforeEach
    void lookBefore() throws Exception {
        other = new Bystander(proxy.http);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(Flood.SECONDS) / 4;
        await(other, 20);
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(10_000_000);
        }
        p99Before = other.p99Us();
        other.close();
        assertThat(other.failed()).isZero();
        descriptorsBefore = proxy.descriptors();
        memoryBefore = proxy.memoryMb();
        other = new Bystander(proxy.http);
        await(other, 1);
    }

    private static void await(Bystander client, int served) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (client.served() < served) {
            assertThat(System.nanoTime() - deadline)
                    .as("the other client is served")
                    .isNegative();
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Lets it rage for a while, then ends it and sees what it did. */
    private void outlast(String name, Flood flood) throws Exception {
        int servedBefore = other.served();
        int memory = 0;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(Flood.SECONDS);
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(100_000_000);
            memory = Math.max(memory, proxy.memoryMb());
        }
        int served = other.served() - servedBefore;
        int descriptors = proxy.descriptors();
        flood.close();
        long p99 = other.p99Us();
        System.out.printf(
                "flood %s: %d strikes in %d s, %d held; %d others served, %d failed, p99 %d us (%d before);"
                        + " memory %d MB (%d before), descriptors %d (%d before)%n",
                name,
                flood.strikes(),
                Flood.SECONDS,
                flood.held().size(),
                served,
                other.failed(),
                p99,
                p99Before,
                memory,
                memoryBefore,
                descriptors,
                descriptorsBefore);
        assertThat(proxy.isAlive()).isTrue();
        assertThat(other.failed()).as("other clients' errors").isZero();
        assertThat(served).as("other clients' requests served meanwhile").isPositive();
        assertThat(memory - memoryBefore).as("memory, MB").isLessThan(MEMORY_MB);
        if (Flood.SECONDS >= 10) {
            assertThat(p99).as("p99 of the others, us").isLessThan(Math.max(2 * p99Before, p99Before + 10_000));
        }
    }

    @AfterEach
    void nothingStays() throws Exception {
        other.close();
        assertThat(proxy.descriptorsInTheEnd(descriptorsBefore + 4))
                .as("descriptors")
                .isLessThanOrEqualTo(descriptorsBefore + 4);
        assertThat(proxy.errors()).doesNotContain("LEAK", "Exception");
    }

    @Test
    void slowHeads() throws Exception {
        Flood flood = new Flood()
                .holding(500, proxy.http, "GET / HTTP/1.1\r\nHost: a\r\nX: ")
                .trickling("a", 200);
        outlast("slow heads", flood);
    }

    @Test
    void clientsThatDoNotRead() throws Exception {
        Flood flood = new Flood().holding(100, proxy.http, "GET /never-ends HTTP/1.1\r\nHost: a\r\n\r\n");
        outlast("clients that do not read", flood);
    }

    @Test
    void manyIdleConnections() throws Exception {
        Flood flood = new Flood().holding(Flood.CONNECTIONS, proxy.http, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
        outlast("idle connections", flood);
    }

    @Test
    void connectionsThatComeAndGo() throws Exception {
        Flood flood = new Flood().by(4, () -> Flood.connect(proxy.http).close());
        outlast("connections that come and go", flood);
    }

    @Test
    void heavyHeads() throws Exception {
        String many = "GET / HTTP/1.1\r\nHost: a\r\n" + "a: b\r\n".repeat(2500) + "\r\n";
        String long_ = "GET / HTTP/1.1\r\nX: " + "x".repeat(60_000);
        String folds = "GET / HTTP/1.1\r\nX: a" + "\r\n b".repeat(3700) + "\r\n\r\n";
        String commas = "GET / HTTP/1.1\r\nConnection: " + "a,".repeat(7000) + "\r\nHost: a\r\n\r\n";
        Flood flood = new Flood();
        for (String head : List.of(many, long_, folds, commas)) {
            flood.by(1, () -> Flood.ask(proxy.http, head, 100));
        }
        outlast("heavy heads", flood);
    }

    @Test
    void heavyBodies() throws Exception {
        String chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        Flood flood = new Flood()
                .by(1, () -> Flood.ask(proxy.http, chunked + "1\r\na\r\n".repeat(20_000), 100))
                .by(1, () -> Flood.ask(proxy.http, chunked + "1;" + "x".repeat(50_000), 100))
                .by(1, () -> Flood.ask(proxy.http, chunked + "0\r\n" + "a: b\r\n".repeat(10_000), 100));
        outlast("heavy bodies", flood);
    }

    @Test
    void handshakes() throws Exception {
        SSLContext trusting = TrustingClient.context();
        Flood flood = new Flood()
                .holding(200, proxy.https, "\u0016\u0003\u0001\u0002\0\u0001")
                .by(3, () -> {
                    try (SSLSocket socket =
                            (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", proxy.https)) {
                        socket.setSoTimeout(5_000);
                        socket.startHandshake();
                        trusting.getClientSessionContext().setSessionTimeout(1);
                    }
                })
                .by(1, () -> Flood.ask(proxy.https, "\u0016\u0003\u0001@\0" + "x".repeat(20_000), 100));
        outlast("handshakes", flood);
    }

    @Test
    void renegotiations() throws Exception {
        SSLContext trusting = TrustingClient.context();
        Flood flood = new Flood().by(2, () -> {
            try (SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", proxy.https)) {
                socket.setSoTimeout(5_000);
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.startHandshake();
                for (int i = 0; i < 100; i++) {
                    socket.startHandshake();
                    socket.getInputStream().read();
                }
            }
        });
        outlast("renegotiations", flood);
    }

    @Test
    void serversThatMeanHarm() throws Exception {
        Flood flood = new Flood();
        for (String path : List.of(
                "garbage",
                "resets",
                "endless-head",
                "endless-field",
                "endless-interim",
                "endless-chunks",
                "endless-extension",
                "endless-trailers",
                "trickles",
                "never-ends")) {
            flood.by(1, () -> Flood.ask(proxy.http, "GET /" + path + " HTTP/1.1\r\nHost: a\r\n\r\n", 500_000));
        }
        outlast("servers that mean harm", flood);
    }

    @Test
    void serversThatCannotBeUnderstoodAreReported() throws IOException {
        for (String path : List.of("garbage", "endless-head", "endless-field", "resets")) {
            assertThat(Flood.ask(proxy.http, "GET /" + path + " HTTP/1.0\r\n\r\n", 1000))
                    .as(path)
                    .startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void slowHeadsAreAnsweredInTime() throws IOException, InterruptedException {
        try (Socket socket = Flood.connect(proxy.http)) {
            Flood.send(socket, "GET / HTTP/1.1\r\nX: ");
            String answer =
                    new String(socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1);

            assertThat(answer).startsWith("HTTP/1.1 408 ");
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.TrustingClient;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Clients and servers that mean harm, and a client beside them that must not notice. */
@Tag("alone")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FloodTest {
    /** More memory than this a flood must not cost, MiB. */
    private static final int MEMORY_MB = 200;

    /** Beyond twice what it was, p99 may be off by this; in short runs one pause of the machine is 1 % already. */
    private static final long SLACK_US = 1_000;

    /** Idle connections to servers, which the pools give up little by little. */
    private static final int IDLE = 60;

    /** Nobody waits for longer, whatever happens. */
    private static final long LONGEST_US = 4_900_000;

    /** So many requests before the first flood; compiled as in a program that has served for a while where it is measured. */
    private static final int WARM_UP = Flood.SECONDS >= Flood.MEASURED_SECONDS ? 3000 : 300;

    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                maxconn %d
            defaults
                mode http
                timeout connect 1s
                timeout client 2s
                timeout server 1s
                timeout http-request 1s
                timeout http-keep-alive 20s
                retries 1
            frontend fe
                bind 127.0.0.1:@HTTP@
                bind 127.0.0.1:@HTTPS@ ssl crt @CRT@
                bind 127.0.0.1:@H2@ proto h2
                option forwardfor
                http-request return status 200 if { path /small }
            """
                    .formatted(Flood.CONNECTIONS + 3000);

    /** Servers that are heard a little at a time, until it is too much: longer than a second where others are busy. */
    private static final List<String> HELD = List.of("h2-settings", "h2-pings");

    private final List<HostileServer> servers = new ArrayList<>();
    private final StringBuilder lines = new StringBuilder();
    private final StringBuilder backends = new StringBuilder();
    private Fortress proxy;
    private Onlookers others;

    private int descriptorsBefore;
    private int memoryBefore;
    private Onlookers.Look before;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        Cores.leave();
        others = new Onlookers();
        String ok = "HTTP/1.1 200 OK\r\n";
        String chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
        add("garbage", HostileServer.repeating("\u0001\u0002nonsense", "\0\u00ff\r\n\r\n", 0));
        add("resets", HostileServer.resetting());
        add("never-ends", HostileServer.repeating(ok + "\r\n", "x".repeat(8192), 0));
        add("endless-head", HostileServer.repeating(ok, "a: b\r\n".repeat(100), 0));
        add("endless-field", HostileServer.repeating(ok + "X: ", "x".repeat(1000), 0));
        add("endless-interim", HostileServer.repeating("", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 0));
        add("endless-chunks", HostileServer.repeating(chunked, "1;x=y\r\na\r\n", 0));
        add("endless-extension", HostileServer.repeating(chunked + "1;", "x".repeat(1000), 0));
        add("endless-trailers", HostileServer.repeating(chunked + "0\r\n", "a: b\r\n", 0));
        add("trickles", HostileServer.repeating(ok + "Content-Length: 100000\r\n\r\n", "x", 20));
        addHttp2();
        proxy = new Fortress(directory, CONFIGURATION + lines + sections(), 0);
        others.meet(proxy.http);
        others.await(WARM_UP);
    }

    private void addHttp2() throws IOException {
        String settings = Http2Text.frame(4, 0, 0, "");
        String head = settings + Http2Text.frame(1, 4, 1, "\u0088");
        String entry = "\u0088\100\1x\177" + (char) (0x80 | (3900 - 127) % 128) + (char) ((3900 - 127) / 128)
                + "v".repeat(3900);
        add("h2-garbage", HostileServer.repeating("\u0001\u0002nonsense", "\0\u00ff\r\n\r\n", 0));
        add("h2-resets", HostileServer.resetting());
        add("h2-settings", HostileServer.repeating(settings, settings, 0));
        add("h2-pings", HostileServer.repeating(settings, Http2Text.frame(6, 0, 0, "12345678"), 0));
        add(
                "h2-continuations",
                HostileServer.repeating(
                        settings + Http2Text.frame(1, 0, 1, "\u0088"),
                        Http2Text.frame(9, 0, 1, "\0\1a\1b".repeat(100)),
                        0));
        add(
                "h2-interim",
                HostileServer.repeating(settings, Http2Text.headers(1, false, ":status", "103", "link", "x"), 0));
        add(
                "h2-bomb",
                HostileServer.repeating(
                        settings + Http2Text.frame(1, 4, 1, entry),
                        Http2Text.frame(1, 4, 1, "\u00be".repeat(16_000)),
                        0));
        add("h2-no-window", HostileServer.repeating(head, Http2Text.data(1, false, "x".repeat(16_384)), 0));
        add("h2-empty-data", HostileServer.repeating(head, Http2Text.data(1, false, ""), 0));
        add("h2-good-byes", HostileServer.repeating(settings, Http2Text.frame(7, 0, 0, "\0\0\0\0\0\0\0\0"), 0));
        add("h2-trickles", HostileServer.repeating(head, Http2Text.data(1, false, "x"), 20));
    }

    /** A server behind a path of its own. */
    private void add(String name, HostileServer server) {
        servers.add(server);
        String version = name.startsWith("h2-") ? " proto h2" : "";
        String patience = HELD.contains(name) ? "\n    timeout server 10s" : "";
        lines.append("    use_backend ")
                .append(name)
                .append(" if { path /")
                .append(name)
                .append(" }\n");
        backends.append("backend ")
                .append(name)
                .append(patience)
                .append("\n    server s 127.0.0.1:")
                .append(server.port())
                .append(version)
                .append('\n');
    }

    private String sections() {
        return "    default_backend good\nbackend good\n    timeout server 5s\n    server s 127.0.0.1:"
                + others.serverPort + "\n" + backends;
    }

    @AfterAll
    void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        for (HostileServer server : servers) {
            server.close();
        }
        if (others != null) {
            others.close();
        }
    }

    @BeforeEach
    void lookBefore() throws Exception {
        others.meet(proxy.http);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(Flood.SECONDS) / 4;
        others.await(20);
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(10_000_000);
        }
        before = others.look();
        assertThat(before.failed()).isZero();
        descriptorsBefore = proxy.descriptors();
        memoryBefore = proxy.memoryMb();
        others.meet(proxy.http);
        others.await(1);
    }

    /** Lets it rage for a while, then ends it and sees what it did. */
    private void outlast(String name, Flood flood) throws Exception {
        if (Flood.EARLIER_SECONDS > 0) {
            TimeUnit.SECONDS.sleep(Flood.EARLIER_SECONDS);
            others.meet(proxy.http);
            others.await(1);
        }
        int servedBefore = others.look().served();
        int memory = 0;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(Flood.SECONDS);
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(100_000_000);
            memory = Math.max(memory, proxy.memoryMb());
        }
        Onlookers.Look after = others.look();
        int descriptors = proxy.descriptors();
        flood.close();
        long controlled = Math.max(0, after.controlP99Us() - before.controlP99Us());
        long allowed = 2 * (before.p99Us() + controlled) + SLACK_US;
        System.out.printf(
                "flood %s: %d strikes in %d s, %d held; %d others served, %d failed, p99 %d us (%d before, without the proxy"
                        + " %d more, allowed %d), longest %d; memory %d MB (%d before), descriptors %d (%d before)%n",
                name,
                flood.strikes(),
                Flood.SECONDS,
                flood.held(),
                after.served() - servedBefore,
                after.failed(),
                after.p99Us(),
                before.p99Us(),
                controlled,
                allowed,
                after.longestUs(),
                memory,
                memoryBefore,
                descriptors,
                descriptorsBefore);
        assertThat(proxy.isAlive()).isTrue();
        assertThat(after.failed()).as("other clients' errors").isZero();
        others.await(after.served() + 1);
        assertThat(memory - memoryBefore).as("memory, MB").isLessThan(MEMORY_MB);
        if (Flood.SECONDS >= Flood.MEASURED_SECONDS) {
            assertThat(after.p99Us()).as("p99 of the others, us").isLessThan(allowed);
        }
        assertThat(after.longestUs()).as("longest of the others, us").isLessThan(LONGEST_US);
    }

    @AfterEach
    void nothingStays() throws Exception {
        others.part();
        proxy.awaitDescriptors(descriptorsBefore + IDLE);
        assertThat(proxy.errors()).doesNotContain("LEAK", "Exception", "OutOfMemory");
    }

    @Test
    void slowHeads() throws Exception {
        Flood flood = new Flood()
                .renewing(500, proxy.http, "GET / HTTP/1.1\r\nHost: a\r\nX: ", 1200)
                .trickling("a", 200);
        outlast("slow heads", flood);
    }

    @Test
    void clientsThatDoNotRead() throws Exception {
        Flood flood = new Flood().renewing(100, proxy.http, "GET /never-ends HTTP/1.1\r\nHost: a\r\n\r\n", 2000);
        outlast("clients that do not read", flood);
    }

    /** Each of their streams has a server that goes on talking, and no window. */
    @Test
    void streamsThatAreNotRead() throws Exception {
        StringBuilder text = new StringBuilder(Http2Text.PREFACE).append(Http2Text.frame(4, 0, 0, "\0\4\0\0\0\0"));
        for (int id = 1; id < 80; id += 2) {
            text.append(request(id, "/never-ends"));
        }
        outlast("streams that are not read", new Flood().renewing(10, proxy.h2, text.toString(), 2000));
    }

    private static String request(int id, String path) {
        return Http2Text.headers(id, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", path);
    }

    @Test
    void rapidResets() throws Exception {
        StringBuilder text = new StringBuilder(Http2Text.PREFACE);
        for (int id = 1; id < 6000; id += 2) {
            text.append(request(id, "/")).append(Http2Text.frame(3, 0, id, "\0\0\0\10"));
        }
        outlast("rapid resets", new Flood().by(3, () -> Flood.ask(proxy.h2, text.toString(), 1 << 20)));
    }

    @Test
    void framesThatCostMoreThanTheyAre() throws Exception {
        String open = Http2Text.PREFACE + Http2Text.frame(1, 0, 1, "\u0082");
        StringBuilder crumbs = new StringBuilder(Http2Text.PREFACE).append(Http2Text.frame(4, 0, 0, "\0\4\0\0\0\0"));
        for (int id = 1; id < 100; id += 2) {
            crumbs.append(request(id, "/"));
        }
        for (int i = 0; i < 50_000; i++) {
            crumbs.append(Http2Text.frame(8, 0, 1 + 2 * (i % 50), "\0\0\0\1"));
        }
        String entry = "\u0082\u0086\u0084\1\1a\100\1x\177" + (char) (0x80 | (3900 - 127) % 128)
                + (char) ((3900 - 127) / 128) + "v".repeat(3900);
        StringBuilder bomb = new StringBuilder(Http2Text.PREFACE).append(Http2Text.frame(1, 5, 1, entry));
        for (int id = 3; id < 43; id += 2) {
            bomb.append(Http2Text.frame(1, 5, id, "\u0082\u0086\u0084\1\1a" + "\u00be".repeat(16_000)));
        }
        Flood flood = new Flood();
        for (String text : List.of(
                open + Http2Text.frame(9, 0, 1, "\0\1a\1b".repeat(100)).repeat(1000),
                open + Http2Text.frame(9, 0, 1, "").repeat(20_000),
                Http2Text.PREFACE + Http2Text.frame(4, 0, 0, "").repeat(20_000),
                Http2Text.PREFACE + Http2Text.frame(6, 0, 0, "12345678").repeat(20_000),
                crumbs.toString(),
                bomb.toString())) {
            flood.by(1, () -> Flood.ask(proxy.h2, text, 1 << 20));
        }
        outlast("frames that cost more than they are", flood);
    }

    @Test
    void manyIdleConnections() throws Exception {
        Flood flood = new Flood().holding(Flood.CONNECTIONS, proxy.http, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
        outlast("idle connections", flood);
    }

    @Test
    void connectionsThatComeAndGo() throws Exception {
        Flood flood = new Flood().by(4, () -> Flood.reset(Flood.connect(proxy.http)));
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
                .renewing(200, proxy.https, "\u0016\u0003\u0001\u0002\0\u0001", 2000)
                .by(3, () -> {
                    try (SSLSocket socket =
                            (SSLSocket) trusting.getSocketFactory().createSocket("127.0.0.1", proxy.https)) {
                        socket.setSoTimeout(5_000);
                        socket.startHandshake();
                        socket.getSession().invalidate(); // a whole one each time
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
    void serversThatMeanHarmInHttp2() throws Exception {
        Flood flood = new Flood();
        for (String path : List.of(
                "h2-garbage",
                "h2-resets",
                "h2-settings",
                "h2-pings",
                "h2-continuations",
                "h2-interim",
                "h2-bomb",
                "h2-no-window",
                "h2-empty-data",
                "h2-good-byes",
                "h2-trickles")) {
            flood.by(1, () -> Flood.ask(proxy.http, "GET /" + path + " HTTP/1.1\r\nHost: a\r\n\r\n", 500_000));
        }
        outlast("servers that mean harm in HTTP/2", flood);
    }

    @Test
    void serversThatCannotBeUnderstoodAreReported() throws IOException {
        for (String path : List.of(
                "garbage",
                "endless-head",
                "endless-field",
                "resets",
                "h2-garbage",
                "h2-resets",
                "h2-settings",
                "h2-pings",
                "h2-continuations",
                "h2-good-byes")) {
            assertThat(Flood.ask(proxy.http, "GET /" + path + " HTTP/1.0\r\n\r\n", 1000))
                    .as(path)
                    .startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void aClientThatWantsToNegotiateAnewIsRefused() throws Exception {
        try (SSLSocket socket =
                (SSLSocket) TrustingClient.context().getSocketFactory().createSocket("127.0.0.1", proxy.https)) {
            socket.setSoTimeout(5_000);
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getInputStream().read();
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
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

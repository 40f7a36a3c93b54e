// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import static io.tandem.vrrp.netlink.Libc.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.TrustingClient;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No descriptors are left: listeners of every kind pause, say so once, use no processor and go on; what is open is served. */
@Tag("alone")
@Timeout(120)
class DescriptorsTest {
    private static final int DESCRIPTORS = 160;
    private static final String TOLD = "reached process FD limit (maxsock=" + DESCRIPTORS + ")";

    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                ulimit-n %d
                maxconn 500
            defaults
                mode http
                timeout client 30s
                timeout connect 5s
                timeout server 30s
                retries 0
            frontend web
                bind 127.0.0.1:@HTTP@
                bind 127.0.0.1:@HTTPS@ ssl crt @CRT@
                bind 127.0.0.1:@H2@ proto h2
                http-request deny if { path / }
                default_backend silent
            backend silent
                server s 127.0.0.1:@SERVER@
            backend checked
                server s 127.0.0.1:@SERVER@ check inter 100ms fall 1 rise 1
            """
                    .formatted(DESCRIPTORS);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final List<Socket> clients = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"http", "tls", "h2", "all"})
    void listenersPauseAndGoOn(String kind) throws Exception {
        try (ServerSocket silent = silent();
                Fortress proxy = fortress(silent)) {
            Socket early = Flood.connect(proxy.h2);
            clients.add(early);
            Flood.send(early, Http2Text.PREFACE);
            for (int episode = 0; episode < 2; episode++) {
                exhaust(proxy, kind);
                await("they are used up", () -> proxy.descriptors() >= DESCRIPTORS - 20);
                await("it is told", () -> proxy.errors().contains(TOLD));

                long before = proxy.ticksOfLoops();
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                while (System.nanoTime() - until < 0) {
                    LockSupport.parkNanos(10_000_000);
                }
                assertThat(proxy.ticksOfLoops() - before)
                        .as("hundredths of a second of the loop's thread, of 100")
                        .isLessThan(15);
                int stream = 1 + 2 * episode;
                Flood.send(early, request(stream, "/"));
                assertThat(read(early, "\0\1\0\0\0" + (char) stream)) // the end of its answer
                        .as("a connection that was there is served")
                        .contains("403");

                release(early);
                await("it serves in clear", () -> deniedInClear(proxy));
                await("it serves in HTTP/2", () -> deniedInHttp2(proxy));
                await("it serves over TLS", () -> handshake(proxy));
            }
            release(null);
            assertThat(proxy.errors().split("reached process FD limit", -1)).hasSize(2);
            assertThat(proxy.errors()).doesNotContain("NoClassDefFoundError", "internal error", "Exception", "LEAK");
        }
    }

    /** Connections to servers need descriptors too: a stream that gets none is answered, its connection goes on. */
    @Test
    void streamsWithoutDescriptorForTheirServerFailAlone() throws Exception {
        try (ServerSocket silent = silent();
                Fortress proxy = fortress(silent)) {
            for (int i = 0; proxy.descriptors() < DESCRIPTORS - 40 && i < DESCRIPTORS; i++) {
                clients.add(Flood.connect(proxy.http));
                LockSupport.parkNanos(5_000_000);
            }
            Socket client = Flood.connect(proxy.h2);
            clients.add(client);
            StringBuilder text = new StringBuilder(Http2Text.PREFACE);
            for (int stream = 1; stream < 120; stream += 2) {
                text.append(request(stream, "/s"));
            }
            Flood.send(client, text.toString());

            assertThat(read(client, "503")).contains("503");

            Flood.send(client, request(121, "/"));
            assertThat(read(client, "403")).contains("403");
            release(null);
            await("it serves again", () -> deniedInClear(proxy));
            assertThat(proxy.errors()).doesNotContain("NoClassDefFoundError", "internal error", "Exception");
        }
    }

    /** So do checks, which say that they had none, and whoever wants to take the sockets over, who waits. */
    @Test
    void checksAndHandOversWithoutDescriptorWait() throws Exception {
        try (ServerSocket silent = silent();
                Fortress proxy = fortress(silent)) {
            Socket early = Flood.connect(proxy.h2);
            clients.add(early);
            Flood.send(early, Http2Text.PREFACE);
            exhaust(proxy, "http");
            await("clients get no more", () -> proxy.descriptors() >= DESCRIPTORS - 20);
            StringBuilder streams = new StringBuilder();
            for (int stream = 1; stream < 80; stream += 2) {
                streams.append(request(stream, "/s")); // connections to servers get the rest
            }
            Flood.send(early, streams.toString());
            int taker = askForSockets(proxy.pid());
            try {
                await("the check fails", () -> proxy.errors().contains("Server checked/s is DOWN"));
                assertThat(proxy.errors()).contains("reason: Socket error").doesNotContain("Layer4 timeout");

                long before = proxy.ticks("(tandem-handover");
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                while (System.nanoTime() - until < 0) {
                    LockSupport.parkNanos(10_000_000);
                }
                assertThat(proxy.ticks("(tandem-handover") - before)
                        .as("hundredths of a second of its thread, of 100")
                        .isLessThan(15);
            } finally {
                C.close(taker);
            }
            release(null);
            await("it serves again", () -> deniedInClear(proxy));
            await("the check passes", () -> proxy.errors().contains("Server checked/s is UP"));
        }
    }

    /** Asks a process for its listening sockets, and reads no answer. */
    private static int askForSockets(long pid) {
        int socket = C.socket(1, 5 | 0x80000, 0); // AF_UNIX, SOCK_SEQPACKET
        byte[] name = ("\0tandem/" + pid + "/listeners").getBytes(StandardCharsets.US_ASCII);
        NativeBuffer address = new NativeBuffer(110);
        address.bytes().putShort(0, (short) 1).put(2, name);
        assertThat(C.connect(socket, address.address(), 2 + name.length)).isZero();
        return socket;
    }

    private Fortress fortress(ServerSocket server) throws IOException, InterruptedException {
        return new Fortress(
                directory, CONFIGURATION.replace("@SERVER@", String.valueOf(server.getLocalPort())), DESCRIPTORS);
    }

    private static ServerSocket silent() throws IOException {
        return new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
    }

    private static String request(int stream, String path) {
        return Http2Text.headers(stream, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", path);
    }

    private void exhaust(Fortress proxy, String kind) throws IOException {
        for (int i = 0; i < DESCRIPTORS; i++) {
            int port =
                    switch (kind.equals("all") ? List.of("http", "tls", "h2").get(i % 3) : kind) {
                        case "http" -> proxy.http;
                        case "tls" -> proxy.https;
                        default -> proxy.h2;
                    };
            clients.add(Flood.connect(port));
        }
    }

    private void release(@org.jspecify.annotations.Nullable Socket but) throws IOException {
        for (Socket client : clients) {
            if (client != but) {
                client.close();
            }
        }
        clients.removeIf(client -> client != but);
    }

    private static boolean deniedInClear(Fortress proxy) throws IOException {
        String request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        return Flood.ask(proxy.http, request, 12).equals("HTTP/1.1 403");
    }

    private static boolean deniedInHttp2(Fortress proxy) throws IOException {
        try (Socket socket = Flood.connect(proxy.h2)) {
            Flood.send(socket, Http2Text.PREFACE + request(1, "/"));
            return read(socket, "403").contains("403");
        }
    }

    private static boolean handshake(Fortress proxy) throws Exception {
        try (var socket = TrustingClient.context().getSocketFactory().createSocket("127.0.0.1", proxy.https)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(12);
            return new String(start, StandardCharsets.US_ASCII).equals("HTTP/1.1 403");
        }
    }

    /** Reads until {@code text} has come or the other side ends. */
    private static String read(Socket socket, String text) throws IOException {
        StringBuilder all = new StringBuilder();
        byte[] buffer = new byte[65_536];
        while (all.indexOf(text) < 0) {
            int count = socket.getInputStream().read(buffer);
            if (count < 0) {
                break;
            }
            all.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }
        return all.toString();
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Await.until(what, () -> holds(condition));
    }

    private static boolean holds(Callable<Boolean> condition) throws Exception {
        try {
            return condition.call();
        } catch (IOException notYet) {
            return false;
        }
    }
}

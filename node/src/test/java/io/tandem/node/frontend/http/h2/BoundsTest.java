// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.Ports;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one side of HTTP/2 may do while the other does nothing, and what streams must not have in common. */
@Timeout(60)
class BoundsTest {
    private static final int WINDOW = 65_535;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<AutoCloseable> open = new ArrayList<>(List.of(server));

    BoundsTest() throws IOException {}

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** A proxy for clients in HTTP/2; its port. */
    private int start(String frontend, String serverOptions) throws IOException {
        int port = Ports.reserved();
        open.add(TestProxy.start(
                "defaults\n mode http\n timeout connect 5s\n timeout client 30s\n timeout server 30s\nfrontend fe\n"
                        + " bind 127.0.0.1:" + port + " proto h2\n " + frontend
                        + "\n default_backend be\nbackend be\n server s 127.0.0.1:" + server.getLocalPort() + " "
                        + serverOptions + "\n",
                1));
        return port;
    }

    private RawClient client(int port, int receives, String settings) throws IOException {
        RawClient client = new RawClient(port, receives, settings);
        open.add(client);
        return client;
    }

    private Socket accept() throws IOException {
        Socket socket = server.accept();
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        open.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private static String readUntil(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int b = socket.getInputStream().read();
            if (b < 0) {
                throw new IOException("ended behind " + text);
            }
            text.append((char) b);
        }
        return text.toString();
    }

    @Test
    void aTunnelThatIsNotOpenYetTakesNoMoreThanItsWindow() throws Exception {
        RawClient client = client(start("", ""), 0, "");
        client.send(Http2Text.headers(1, false, ":method", "CONNECT", ":authority", "a:443"));
        Socket behind = accept();
        readUntil(behind, "\r\n\r\n");
        String all = "x".repeat(WINDOW);
        for (int at = 0; at < WINDOW; at += 16_384) {
            client.send(Http2Text.data(1, false, all.substring(at, Math.min(WINDOW, at + 16_384))));
        }
        assertThat(client.untilPong()).noneMatch(frame -> frame.type() == RawClient.WINDOW && frame.stream() == 1);

        send(behind, "HTTP/1.1 200 OK\r\n\r\n");
        assertThat(behind.getInputStream().readNBytes(WINDOW)).hasSize(WINDOW);
        RawClient.Frame frame = client.next();
        while (frame.type() != RawClient.WINDOW || frame.stream() != 1) {
            assertThat(frame.type()).isNotNegative();
            frame = client.next();
        }
        client.send(Http2Text.data(1, true, "the end"));
        assertThat(readUntil(behind, "the end")).isEqualTo("the end");
    }

    @Test
    void aServerThatGoesOnForAStreamThatWasResetIsLeft() throws Exception {
        RawClient client = client(start("", "proto h2"), 0, "");
        client.get(1, "/");
        Socket behind = accept();
        send(behind, Http2Text.frame(4, 0, 0, "") + Http2Text.headers(1, false, ":status", "200"));
        RawClient.Frame head = client.next();
        while (head.type() != RawClient.HEADERS) {
            head = client.next();
        }
        client.send(Http2Text.frame(3, 0, 1, RawClient.number(8))); // CANCEL
        String part = Http2Text.data(1, false, "x".repeat(16_384));
        assertThatThrownBy(() -> {
                    for (int sent = 0; sent < 64 << 20; sent += part.length()) {
                        send(behind, part);
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void trailersAreThoseOfTheirOwnResponse() throws Exception {
        int port = start("", "");
        RawClient blocked = client(port, 0, "\0\4" + RawClient.number(0)); // streams begin without a window
        blocked.get(1, "/blocked");
        Socket first = accept();
        readUntil(first, "\r\n\r\n");
        send(first, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\nx-whose: one\r\n\r\n");
        RawClient.Frame head = blocked.next();
        while (head.type() != RawClient.HEADERS) {
            head = blocked.next();
        }
        blocked.untilPong();
        RawClient other = client(port, 0, "");
        other.get(1, "/other");
        Socket second = accept();
        readUntil(second, "\r\n\r\n");
        send(second, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\nx-whose: two\r\n\r\n");
        assertThat(other.answer(1)).contains("two").contains("x-whose: two");

        blocked.window(1, 100);
        assertThat(blocked.answer(1)).contains("one").contains("x-whose: one");
    }

    @Test
    void trailersOfAHopEndThere() throws Exception {
        RawClient client = client(start("", ""), 0, "");
        client.get(1, "/");
        Socket behind = accept();
        readUntil(behind, "\r\n\r\n");
        send(
                behind,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
                        + "Connection: close\r\nTE: gzip\r\nx-kept: yes\r\n\r\n");
        assertThat(client.answer(1))
                .contains("x-kept: yes")
                .doesNotContain("connection")
                .doesNotContain("te:");
    }

    @Test
    void aSlowResponseGoesOnAfterABurstThatFilledTheSocket() throws Exception {
        int burst = 6 << 20;
        RawClient client = client(start("timeout client 700ms", ""), 4096, "\0\4" + RawClient.number(1 << 30));
        client.window(0, 1 << 30);
        client.get(1, "/");
        Socket behind = accept();
        readUntil(behind, "\r\n\r\n");
        int drops = 8;
        send(behind, "HTTP/1.1 200 OK\r\nContent-Length: " + (burst + drops) + "\r\n\r\n");
        Thread sender = new Thread(() -> {
            try {
                send(behind, "x".repeat(burst));
                for (int i = 0; i < drops; i++) {
                    Thread.sleep(200); // slower, all in all, than the client's time
                    send(behind, "y");
                }
            } catch (IOException | InterruptedException cut) {
                // the client's side shows it
            }
        });
        sender.start();
        long bytes = 0;
        for (RawClient.Frame frame = client.next(); frame.type() >= 0; frame = client.next()) {
            assertThat(frame.type()).isNotEqualTo(RawClient.RESET);
            bytes += frame.type() == RawClient.DATA ? frame.payload().length() : 0;
            if (frame.ends()) {
                break;
            }
        }
        assertThat(bytes).isEqualTo(burst + drops);
        sender.join();
    }

    /** A server in HTTP/2 that resets every stream; how many connections it got is in what it returns. */
    private List<Socket> resets(int code) {
        List<Socket> connections = new ArrayList<>();
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Socket connection = accept();
                    connections.add(connection);
                    reset(connection, code);
                }
            } catch (IOException over) {
                // the test has ended
            }
        });
        thread.setDaemon(true);
        thread.start();
        return connections;
    }

    private static void reset(Socket connection, int code) throws IOException {
        DataInputStream in = new DataInputStream(connection.getInputStream());
        in.readNBytes(24);
        send(connection, Http2Text.frame(4, 0, 0, ""));
        while (true) {
            int typed = in.readInt();
            int flags = in.read();
            int stream = in.readInt();
            in.readNBytes(typed >>> 8);
            if ((typed & 0xff) == 4 && flags == 0) {
                send(connection, Http2Text.frame(4, 1, 0, ""));
            } else if ((typed & 0xff) == RawClient.HEADERS) {
                send(
                        connection,
                        Http2Text.headers(stream, false, ":status", "403")
                                + Http2Text.frame(RawClient.RESET, 0, stream, RawClient.number(code)));
            }
        }
    }

    @Test
    void aServerMayResetAsManyStreamsAsItLikes() throws Exception {
        List<Socket> connections = resets(8);
        RawClient client = client(start("", "proto h2"), 0, "\0\4" + RawClient.number(1 << 30));
        client.window(0, 1 << 30);
        for (int i = 0; i < 1500; i++) {
            int stream = 2 * i + 1;
            client.get(stream, "/");
            assertThat(client.answer(stream)).contains("RESET");
        }
        assertThat(connections).hasSize(1);
    }
}

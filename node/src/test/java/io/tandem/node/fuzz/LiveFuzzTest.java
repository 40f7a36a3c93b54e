// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.differential.Http2Text;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Nearly good bytes from clients and servers through the whole proxy: none makes it fail, what it says is well formed, and others
 * are served behind it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(3600)
class LiveFuzzTest {
    private static final int PATIENCE_MS = 400;
    private static final String[] WORDS = {
        "\r\n",
        "\n",
        "\0",
        " ",
        ":",
        "0\r\n\r\n",
        "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "GET / HTTP/1.1\r\n",
        "Host: a\r\n",
        "Expect: 100-continue\r\n",
        "Connection: close\r\n",
        "PRI * HTTP/2.0\r\n\r\n",
        "\u00ff",
        "ffffffffffffffff"
    };
    private static final String[] REQUESTS = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello",
    };
    private static final String[] RESPONSES = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nuntil the end",
        "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
    };

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ServerSocket server1 = listen();
    private final ServerSocket server2 = listen();
    /** What the servers say; written by the test, read by them. */
    private volatile String answer = "";

    private int port;
    private TestProxy proxy;

    LiveFuzzTest() throws IOException {}

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    }

    @BeforeAll
    void start() throws IOException {
        try (ServerSocket free = listen()) {
            port = free.getLocalPort();
        }
        proxy = TestProxy.start(
                """
                defaults
                    mode http
                    timeout client 300ms
                    timeout server 300ms
                    timeout connect 1s
                    retries 0
                    option forwardfor
                frontend f1
                    bind 127.0.0.1:PORT
                    http-request return status 200 if { path /good }
                    http-request set-header X-Path %[path]
                    use_backend b2 if { path /h2 }
                    default_backend b1
                frontend f2
                    bind 127.0.0.2:PORT proto h2
                    http-request return status 200 if { path / }
                    default_backend b1
                backend b1
                    http-response set-header X-Status %[status]
                    server s 127.0.0.1:SERVER1
                backend b2
                    server s 127.0.0.1:SERVER2 proto h2
                """
                        .replace("PORT", String.valueOf(port))
                        .replace("SERVER1", String.valueOf(server1.getLocalPort()))
                        .replace("SERVER2", String.valueOf(server2.getLocalPort())),
                1);
        proxy.node().events().listen((level, who, text) -> events.add(text));
        for (ServerSocket server : List.of(server1, server2)) {
            Thread thread = new Thread(() -> serve(server), "live-fuzz-server");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @AfterAll
    void stop() throws IOException {
        proxy.close();
        server1.close();
        server2.close();
    }

    /** One connection after the other: says what is to be said, then ends it. */
    private void serve(ServerSocket server) {
        while (true) {
            try (Socket connection = server.accept()) {
                connection.setSoTimeout(PATIENCE_MS);
                int last = 0;
                while (last != 0x0d0a0d0a) {
                    int next = connection.getInputStream().read();
                    if (next < 0) {
                        break;
                    }
                    last = last << 8 | next;
                }
                connection.getOutputStream().write(Fuzz.bytes(answer));
                connection.shutdownOutput();
                connection.getInputStream().readAllBytes();
            } catch (SocketTimeoutException | SocketException gone) {
                if (server.isClosed()) {
                    return;
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void clientsInHttp1() {
        Fuzz.run("live clients in HTTP/1", random -> {
            answer = RESPONSES[0];
            String text = mutated(random, Fuzz.oneOf(random, REQUESTS), WORDS);
            String said = say("127.0.0.1", text, random);
            assertThat(said).as(Fuzz.show(Fuzz.bytes(text))).matches("(?s)|HTTP/1\\.[01] .*");
            look(text, random);
        });
    }

    @Test
    void clientsInHttp2() {
        Fuzz.run("live clients in HTTP/2", random -> {
            answer = RESPONSES[0];
            String text = mutated(random, Http2Grammar.conversation(random), Http2Grammar.words());
            String said = say("127.0.0.2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + text, random);
            assertThat(framesIn(said))
                    .as("%s answered with %s", Fuzz.show(Fuzz.bytes(text)), said)
                    .isTrue();
            look(text, random);
        });
    }

    @Test
    void serversInHttp1() {
        Fuzz.run(
                "live servers in HTTP/1",
                random -> ask("/", mutated(random, Fuzz.oneOf(random, RESPONSES), WORDS), random));
    }

    @Test
    void serversInHttp2() {
        Fuzz.run(
                "live servers in HTTP/2",
                random -> ask("/h2", mutated(random, Http2Grammar.conversation(random), Http2Grammar.words()), random));
    }

    private void ask(String path, String text, Random random) {
        answer = text;
        String request =
                (random.nextBoolean() ? "GET " : "HEAD ") + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        assertThat(say("127.0.0.1", request, random))
                .as(Fuzz.show(Fuzz.bytes(text)))
                .matches("(?s)|HTTP/1\\.[01] .*");
        look(text, random);
    }

    private static String mutated(Random random, String text, String[] words) {
        String now = text;
        for (int i = random.nextInt(4); i > 0; i--) {
            now = Fuzz.mutate(random, now, words);
        }
        return now;
    }

    /** Nothing went wrong within, and the proxy serves. */
    private void look(String text, Random random) {
        assertThat(events).as(Fuzz.show(Fuzz.bytes(text))).noneMatch(event -> event.contains("internal error"));
        if (random.nextInt(20) == 0) {
            assertThat(say("127.0.0.1", "GET /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", random))
                    .as("behind %s", Fuzz.show(Fuzz.bytes(text)))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    /** Sends in one or two pieces, half-closes or not, and gives what comes until the end or silence. */
    private String say(String address, String text, Random random) {
        StringBuilder said = new StringBuilder();
        try (Socket socket = new Socket(InetAddress.getByName(address), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MS);
            byte[] bytes = Fuzz.bytes(text);
            int cut = random.nextInt(bytes.length + 1);
            socket.getOutputStream().write(bytes, 0, cut);
            socket.getOutputStream().write(bytes, cut, bytes.length - cut);
            if (address.endsWith("2")) {
                socket.getOutputStream().write(Fuzz.bytes(Http2Text.frame(6, 0, 0, "lastword")));
            }
            byte[] buffer = new byte[65_536];
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                said.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                if (said.indexOf("lastword") >= 0) {
                    break;
                }
            }
        } catch (SocketTimeoutException | SocketException gone) {
            return said.toString(); // what came before counts
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return said.toString();
    }

    /** Whether these are whole frames that a server may send, and perhaps the beginning of another. */
    private static boolean framesIn(String said) {
        int at = 0;
        while (at + 9 <= said.length()) {
            int length = said.charAt(at) << 16 | said.charAt(at + 1) << 8 | said.charAt(at + 2);
            int type = said.charAt(at + 3);
            boolean ofConnection = said.startsWith("\0\0\0\0", at + 5);
            boolean fits =
                    switch (type) {
                        case 0, 1, 9 -> !ofConnection;
                        case 3 -> !ofConnection && length == 4;
                        case 4 -> ofConnection && length % 6 == 0;
                        case 6 -> ofConnection && length == 8;
                        case 7 -> ofConnection && length >= 8;
                        case 8 -> length == 4;
                        default -> false;
                    };
            if (!fits || length > 16_384) {
                return false;
            }
            at += 9 + length;
        }
        return true;
    }
}

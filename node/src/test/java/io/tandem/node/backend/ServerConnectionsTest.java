// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where connections to servers come from and lead to, as the server sees it. */
class ServerConnectionsTest {
    private final ServerSocket server = new ServerSocket();

    ServerConnectionsTest() throws IOException {}

    @BeforeEach
    void start() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        daemon(this::serve);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    /** Answers each request with the address it came from. */
    private void serve() {
        try {
            while (true) {
                Socket connection = server.accept();
                daemon(() -> {
                    try (connection) {
                        InputStream in = connection.getInputStream();
                        int first = in.read();
                        if (first == 4) { // somebody takes it for a SOCKS proxy
                            in.readNBytes(15);
                            connection.getOutputStream().write(new byte[] {0, 90, 0, 0, 0, 0, 0, 0});
                            first = in.read();
                        }
                        if (first == 'G') {
                            readHead(in);
                            String peer = connection.getRemoteSocketAddress().toString();
                            connection.getOutputStream().write(answer(peer));
                        }
                    }
                    return "";
                });
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static byte[] answer(String body) {
        return ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(ISO_8859_1);
    }

    private static void readHead(InputStream in) throws IOException {
        int last = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            last = last << 8 | b;
            if (last == 0x0d0a0d0a) {
                return;
            }
        }
    }

    private interface Body {
        Object run() throws IOException;
    }

    private static void daemon(Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (IOException gone) {
                // the other side shows it
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void daemon(Runnable body) {
        daemon(() -> {
            body.run();
            return "";
        });
    }

    private String through(String serverLine, String from, String request) throws IOException {
        return through("bind 127.0.0.1:0", serverLine, from, request);
    }

    private String through(String bind, String serverLine, String from, String request) throws IOException {
        String text = "defaults\n mode http\n timeout connect 1s\n timeout client 3s\n timeout server 3s\n"
                + "frontend fe\n " + bind.replace(":0", ":1") + "\n default_backend be\nbackend be\n retries 0\n "
                + serverLine.replace("SERVER", String.valueOf(server.getLocalPort())) + "\n";
        int port = Ports.reserved();
        try (TestProxy proxy = TestProxy.start(
                        text.replace("127.0.0.1:1\n", "127.0.0.1:" + port + "\n")
                                .replace("127.0.0.1:1 ", "127.0.0.1:" + port + " "),
                        1);
                Socket client = new Socket()) {
            assertThat(proxy.openSessions("fe")).isZero();
            client.bind(new InetSocketAddress(from, 0));
            client.connect(new InetSocketAddress("127.0.0.1", port), 2000);
            client.setSoTimeout(3000);
            client.getOutputStream().write(request.getBytes(ISO_8859_1));
            String answer = new String(client.getInputStream().readAllBytes(), ISO_8859_1);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    private static String get(String fields) {
        return "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n";
    }

    @Test
    void aSourceAddressIsWhatTheServerSees() throws Exception {
        assertThat(through("server s 127.0.0.1:SERVER source 127.0.0.5", "127.0.0.1", get("")))
                .startsWith("/127.0.0.5:");
    }

    @Test
    void theBackendsSourceIsThatOfServersWithoutOne() throws Exception {
        assertThat(through("source 127.0.0.6\n server s 127.0.0.1:SERVER", "127.0.0.1", get("")))
                .startsWith("/127.0.0.6:");
    }

    @Test
    void aRangeOfSourcePortsIsUsedAndSkipsPortsThatOthersHave() throws Exception {
        int port = Ports.reserved();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.8"))) {
            assertThat(taken.isBound()).isTrue();
            assertThat(through(
                            "server s 127.0.0.1:SERVER source 127.0.0.8:" + port + "-" + (port + 1),
                            "127.0.0.1",
                            get("")))
                    .isEqualTo("/127.0.0.8:" + (port + 1));
        }
    }

    @Test
    void theClientsAddressIsShownInsteadOfOurs() throws Exception {
        Program.assumeRoot();
        assertThat(through("server s 127.0.0.1:SERVER source 0.0.0.0 usesrc clientip", "127.0.0.7", get("")))
                .startsWith("/127.0.0.7:");
        assertThat(through(
                        "server s 127.0.0.1:SERVER source 0.0.0.0 usesrc hdr_ip(x-forwarded-for)",
                        "127.0.0.1",
                        get("X-Forwarded-For: 127.0.0.3, 127.0.0.9\r\n")))
                .startsWith("/127.0.0.9:");
        assertThat(through(
                        "server s 127.0.0.1:SERVER source 0.0.0.0 usesrc hdr_ip(x-forwarded-for,1)",
                        "127.0.0.1",
                        get("X-Forwarded-For: 127.0.0.3, 127.0.0.9\r\n")))
                .startsWith("/127.0.0.3:");
    }

    /** As haproxy: with our own address the server would take us for the client. */
    @Test
    void aRequestThatDoesNotSayWhoItsClientIsIsRefusedWhereThatIsToBeShown() throws Exception {
        Program.assumeRoot();
        assertThat(through("server s 127.0.0.1:SERVER source 0.0.0.0 usesrc hdr_ip(x-client)", "127.0.0.1", get("")))
                .contains("500 Internal Server Error");
    }

    @Test
    void aServerWithoutAddressIsWhereTheClientWantedToGo() throws Exception {
        String header = "PROXY TCP4 127.0.0.1 127.0.0.1 1111 " + server.getLocalPort() + "\r\n";

        assertThat(through("bind 127.0.0.1:0 accept-proxy", "server s *", "127.0.0.1", header + get("")))
                .startsWith("/127.0.0.1:");
    }

    @Test
    void aSocksProxyIsAskedTheWay() throws Exception {
        assertThat(through("server s 192.0.2.1:80 socks4 127.0.0.1:SERVER", "127.0.0.1", get("")))
                .startsWith("/127.0.0.1:");
    }

    @Test
    void aServerMayBeAUnixSocket(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("s.sock");
        try (ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            unix.bind(UnixDomainSocketAddress.of(path));
            daemon(() -> {
                try (SocketChannel connection = unix.accept()) {
                    connection.read(ByteBuffer.allocate(4096));
                    connection.write(ByteBuffer.wrap(answer("unix")));
                }
                return "";
            });

            assertThat(through("server s " + path, "127.0.0.1", get(""))).isEqualTo("unix");
        }
    }

    @Test
    void connectionsAreMadeInTheNamespaceOfTheServer(@TempDir Path directory) throws Exception {
        Program.assumeRoot();
        String name = "tnd-conn-" + ProcessHandle.current().pid();
        Path script = directory.resolve("answer.sh");
        Files.writeString(
                script,
                "while read -r l; do [ ${#l} -le 1 ] && break; done\nprintf 'HTTP/1.0 200 OK\\r\\n\\r\\ninside'\n");
        run("ip", "netns", "add", name);
        try {
            run("ip", "-n", name, "link", "set", "lo", "up");
            Process inside = new ProcessBuilder(
                            "ip",
                            "netns",
                            "exec",
                            name,
                            "socat",
                            "TCP-LISTEN:8080,bind=127.0.0.1,fork,reuseaddr",
                            "EXEC:/bin/sh " + script)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                Await.until(
                        "socat listens",
                        () -> run("ip", "netns", "exec", name, "socat", "-u", "OPEN:/dev/null", "TCP:127.0.0.1:8080")
                                == 0);

                assertThat(through("server s 127.0.0.1:8080 namespace " + name, "127.0.0.1", get("")))
                        .isEqualTo("inside");
            } finally {
                inside.descendants().forEach(ProcessHandle::destroyForcibly);
                inside.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        } finally {
            run("ip", "netns", "del", name);
        }
    }

    private static int run(String... command) throws Exception {
        return Program.of(command).run().status();
    }

    @Test
    void aUnixSocketTakesItsPredecessorsPlaceWithOwnerAndPermissions(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("b.sock");
        Files.writeString(path, "left over");
        String text = "defaults\n mode http\n timeout client 3s\nfrontend fe\n bind " + path
                + " mode 640\n http-request return status 200\n";
        try (TestProxy proxy = TestProxy.start(text, 1);
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(proxy.openSessions("fe")).isNotNegative();
            assertThat(Files.getPosixFilePermissions(path)).hasSize(3);
            client.write(ByteBuffer.wrap(get("").getBytes(ISO_8859_1)));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            client.read(answer);
            assertThat(new String(answer.array(), 0, answer.position(), ISO_8859_1))
                    .startsWith("HTTP/1.1 200");
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Pems;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.TrustingClient;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes that the event loop's thread allocates for a whole exchange on kept connections. By bytes, not by time, so that a busy
 * machine does not matter. The tests run without escape analysis: what passes here passes once compiled.
 */
class AllocationGuardTest {
    /** Half of the smallest object there is: whatever is made for each exchange shows. */
    private static final double LEAST = 8;

    /** What the text of a new second costs, once a second, however many lines there are in it; measured 2544. */
    private static final double TIME_STAMP = 2600;

    private static final int WARM = 1500;
    private static final int MEASURED = 2000;
    private static final byte[] REQUEST =
            """
            GET /some/path?with=a&query=string HTTP/1.1\r
            Host: www.example.org\r
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36\r
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
            Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r
            \r
            """
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REPLY = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\npong\n"
            .getBytes(StandardCharsets.US_ASCII);
    private static final String HEADERS = "option forwardfor\n http-request set-header X-Forwarded-Port %[dst_port]\n ";
    private static final String RULES = IntStream.range(0, 5)
            .mapToObj(i -> "acl a" + i + " path_beg /private/" + i + "/\n acl b" + i + " hdr(host) -i h" + i
                    + ".example.net\n acl c" + i + " src 192.0.2." + i + "\n acl d" + i + " hdr_sub(user-agent) robot-"
                    + i + "\n http-request deny if a" + i + " or b" + i + " or c" + i + " or d" + i)
            .collect(Collectors.joining("\n "));

    private static final ResourceLeakDetector.Level LEVEL = ResourceLeakDetector.getLevel();

    @TempDir
    private Path directory;

    /** As the program does: it records a stack of every 128th buffer. */
    @BeforeAll
    static void turnLeakDetectionOff() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterAll
    static void turnLeakDetectionOn() {
        ResourceLeakDetector.setLevel(LEVEL);
    }

    /** A client that has one connection. */
    private interface Client extends AutoCloseable {
        void exchange(int count) throws IOException;

        @Override
        void close() throws IOException;
    }

    @Test
    void anExchangeWithForwardforASetHeaderAndTwentyRulesAllocatesNothing() throws Exception {
        assertThat(bytesPerExchange("", "http", "", HEADERS + RULES, Http1::new))
                .isLessThan(LEAST);
    }

    @Test
    void anAccessLineAllocatesItsTimeStampOnceASecond() throws Exception {
        long startNs = System.nanoTime();
        try (DatagramSocket sink = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            String global = "log 127.0.0.1:" + sink.getLocalPort() + " local0";

            double bytes = bytesPerExchange(global, "http", "", HEADERS + "log global\n option httplog", Http1::new);
            double seconds = (System.nanoTime() - startNs) / 1e9;

            assertThat(bytes).isLessThan(LEAST + seconds * TIME_STAMP / MEASURED);
        }
    }

    @Test
    void bytesInModeTcpAllocateNothing() throws Exception {
        assertThat(bytesPerExchange("", "tcp", "", "", Http1::new)).isLessThan(LEAST);
    }

    @Test
    void anExchangeOverTlsAllocatesNothing() throws Exception {
        String bind = " ssl crt " + Pems.write(directory, "site.pem", "ec.crt", "ec.key");

        assertThat(bytesPerExchange("", "http", bind, HEADERS, port -> new Http1(secure(port))))
                .isLessThan(LEAST);
    }

    @Test
    void anExchangeInHttp2AllocatesNothing() throws Exception {
        assertThat(bytesPerExchange("", "http", " proto h2", HEADERS, Http2::new))
                .isLessThan(LEAST);
    }

    @Test
    void anExchangeThatCrossesASecondProxyInHttp2AllocatesNothing() throws Exception {
        String name = "abns@tnd-allocation-" + ProcessHandle.current().pid();
        String crossing = "\n use_backend cross\nbackend cross\n http-reuse always\n server s " + name
                + " proto h2\nfrontend second\n bind " + name + " proto h2";

        assertThat(bytesPerExchange("", "http", "", HEADERS + crossing, Http1::new))
                .isLessThan(LEAST);
    }

    /** Opens the client's connection. */
    private interface Opener {
        Client open(int port) throws Exception;
    }

    private static double bytesPerExchange(String global, String mode, String bind, String lines, Opener opener)
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread replies = new Thread(() -> reply(server), "server");
            replies.setDaemon(true);
            replies.start();
            int port = Ports.reserved();
            String text = "global\n " + global + "\ndefaults\n mode " + mode
                    + "\n timeout connect 5s\n timeout client 1m\n timeout server 1m\nfrontend web\n bind 127.0.0.1:"
                    + port + bind + "\n " + lines + "\n default_backend app\nbackend app\n"
                    + (mode.equals("http") ? " http-reuse always\n" : "") + " server s1 127.0.0.1:"
                    + server.getLocalPort() + "\n";
            try (TestProxy proxy = TestProxy.start(text, 1);
                    Client client = opener.open(port)) {
                client.exchange(WARM);
                long thread = loopThread();
                ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                long before = threads.getThreadAllocatedBytes(thread);
                client.exchange(MEASURED);
                return (double) (threads.getThreadAllocatedBytes(thread) - before) / MEASURED;
            }
        }
    }

    private static Socket secure(int port) throws Exception {
        SSLSocket socket = (SSLSocket)
                TrustingClient.context().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.startHandshake();
        return socket;
    }

    /** The newest thread of a loop: the one of the proxy just started. */
    private static long loopThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("loop"))
                .mapToLong(Thread::getId)
                .max()
                .orElseThrow();
    }

    /** One request after the other on a kept connection. */
    private static final class Http1 implements Client {
        private final Socket socket;

        Http1(int port) throws IOException {
            this(new Socket(InetAddress.getLoopbackAddress(), port));
        }

        Http1(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
        }

        @Override
        public void exchange(int count) throws IOException {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            for (int i = 0; i < count; i++) {
                out.write(REQUEST);
                skipMessage(in);
                if (in.readNBytes(5).length < 5) {
                    throw new EOFException();
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** One stream after the other, with as little of HTTP/2 as that takes. */
    private static final class Http2 implements Client {
        private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
        private static final byte[] SETTINGS_ACK = {0, 0, 0, 4, 1, 0, 0, 0, 0};
        private static final int DATA = 0;
        private static final int HEADERS = 1;
        private static final int SETTINGS = 4;
        private static final int END_STREAM = 1;
        private static final int END_HEADERS = 4;

        private final Socket socket;
        private final DataInputStream in;
        private int stream = 1;

        Http2(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream().write(PREFACE);
            socket.getOutputStream().write(EMPTY_SETTINGS);
        }

        @Override
        public void exchange(int count) throws IOException {
            ByteBuf block = Unpooled.buffer();
            block.writeByte(0x82).writeByte(0x86); // :method GET, :scheme http
            field(block, 0x04, "/some/path?with=a&query=string");
            field(block, 0x01, "www.example.org");
            block.writeByte(0x0f); // user-agent, number 58 of the static table
            field(block, 58 - 0x0f, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36");
            for (int i = 0; i < count; i++, stream += 2) {
                ByteBuf frame = Unpooled.buffer()
                        .writeMedium(block.readableBytes())
                        .writeByte(HEADERS)
                        .writeByte(END_STREAM | END_HEADERS)
                        .writeInt(stream)
                        .writeBytes(block.duplicate());
                frame.readBytes(socket.getOutputStream(), frame.readableBytes());
                awaitEnd();
            }
        }

        private static void field(ByteBuf block, int name, String value) {
            block.writeByte(name).writeByte(value.length()).writeCharSequence(value, StandardCharsets.US_ASCII);
        }

        private void awaitEnd() throws IOException {
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                in.readInt();
                in.skipNBytes(length);
                if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
                    return;
                }
                if (type == SETTINGS && flags == 0) {
                    socket.getOutputStream().write(SETTINGS_ACK);
                } else if (type > SETTINGS && type != 8) { // WINDOW_UPDATE
                    throw new IOException("a frame of type " + type);
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static void reply(ServerSocket server) {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                Thread thread = new Thread(
                        () -> {
                            try (socket) {
                                while (true) {
                                    skipMessage(socket.getInputStream());
                                    socket.getOutputStream().write(REPLY);
                                }
                            } catch (IOException over) {
                                // the test has ended
                            }
                        },
                        "reply");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException over) {
            // the test has ended
        }
    }

    private static void skipMessage(InputStream in) throws IOException {
        for (int matched = 0; matched < 4; ) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            matched = b == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : b == '\r' ? 1 : 0;
        }
    }
}

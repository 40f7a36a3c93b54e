// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tandem.node.boot.TestProxy;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Bytes that the event loop's thread allocates for a whole exchange on kept connections. By bytes, not by time, so that a busy
 * machine does not matter. The tests run without escape analysis: what passes here passes once compiled.
 */
class AllocationGuardTest {
    /** Half of the smallest object there is: whatever is made for each exchange shows. */
    private static final double NOTHING = 8;

    /** The second's time stamp and what the datagram's address costs Netty; measured 18.5. */
    private static final double ACCESS_LINE = 32;

    private static final int WARM = 500;
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

    @Test
    void anExchangeWithForwardforAndASetHeaderAllocatesNothing() throws Exception {
        assertThat(bytesPerExchange("", "option forwardfor\n http-request set-header X-Forwarded-Port %[dst_port]"))
                .isLessThan(NOTHING);
    }

    @Test
    void rulesThatDoNotMatchAllocateNothing() throws Exception {
        String rules = IntStream.range(0, 5)
                .mapToObj(i -> "acl a" + i + " path_beg /private/" + i + "/\n acl b" + i + " hdr(host) -i h" + i
                        + ".example.net\n acl c" + i + " src 192.0.2." + i + "\n acl d" + i
                        + " hdr_sub(user-agent) robot-" + i + "\n http-request deny if a" + i + " or b" + i + " or c"
                        + i + " or d" + i)
                .collect(Collectors.joining("\n "));

        assertThat(bytesPerExchange("", rules)).isLessThan(NOTHING);
    }

    @Test
    void anAccessLineAllocatesLittle() throws Exception {
        try (DatagramSocket sink = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            assertThat(bytesPerExchange(
                            "log 127.0.0.1:" + sink.getLocalPort() + " local0", "log global\n option httplog"))
                    .isLessThan(ACCESS_LINE);
        }
    }

    private static double bytesPerExchange(String global, String lines) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread replies = new Thread(() -> reply(server), "server");
            replies.setDaemon(true);
            replies.start();
            int port = freePort();
            String text = "global\n " + global + "\ndefaults\n mode http\n timeout connect 5s\n timeout client 1m\n"
                    + " timeout server 1m\nfrontend web\n bind 127.0.0.1:" + port + "\n " + lines
                    + "\n default_backend app\nbackend app\n http-reuse always\n server s1 127.0.0.1:"
                    + server.getLocalPort() + "\n";
            try (TestProxy proxy = TestProxy.start(text, 1);
                    Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setTcpNoDelay(true);
                client.setSoTimeout(10_000);
                exchange(client, WARM);
                long thread = loopThread();
                ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                long before = threads.getThreadAllocatedBytes(thread);
                exchange(client, MEASURED);
                return (double) (threads.getThreadAllocatedBytes(thread) - before) / MEASURED;
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The newest thread of a loop: the one of the proxy just started. */
    private static long loopThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("loop"))
                .mapToLong(Thread::getId)
                .max()
                .orElseThrow();
    }

    private static void exchange(Socket client, int count) throws IOException {
        OutputStream out = client.getOutputStream();
        InputStream in = client.getInputStream();
        for (int i = 0; i < count; i++) {
            out.write(REQUEST);
            skipMessage(in);
            if (in.readNBytes(5).length < 5) {
                throw new EOFException();
            }
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

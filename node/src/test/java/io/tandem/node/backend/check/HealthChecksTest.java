// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.loop.Loops;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real checks over loopback. */
class HealthChecksTest {
    private final Loops loops = Loops.start(2);
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private HealthChecks checks = new HealthChecks(loops, new io.tandem.node.observe.EventLog(), () -> 0);
    private volatile String answer = "HTTP/1.1 200 OK\r\n\r\n";

    @AfterEach
    void stop() {
        checks.close();
        loops.close();
    }

    /** The limits are long, for a busy machine: what a check waits for comes at once, where it comes at all. */
    private LoadedText watch(int port, String lines) {
        return watch(port, "5s", lines);
    }

    private LoadedText watch(int port, String patience, String lines) {
        LoadedText loaded = LoadedText.of("backend be\n    timeout connect 5s\n    timeout check " + patience + "\n"
                + lines + "    server s 127.0.0.1:" + port + " check inter 5s downinter 20ms fall 1 rise 1\n");
        assertThat(loaded.messages()).isEmpty();
        loaded.node().events().listen((level, proxy, text) -> told.add(text));
        checks = new HealthChecks(loops, loaded.node().events(), System::currentTimeMillis);
        checks.watch(loaded.configuration());
        return loaded;
    }

    private String next() throws InterruptedException {
        String text = told.poll(20, TimeUnit.SECONDS);
        assertThat(text).isNotNull();
        return String.valueOf(text);
    }

    /** Answers every connection with {@link #answer} until closed. */
    private ServerSocket serve() throws IOException {
        ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    if (socket.getInputStream().read() >= 0) {
                        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    }
                } catch (IOException ended) {
                    // the check went away, or the test is over
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    @Test
    void aClosedPortIsToldWithTheKernelsWords() throws Exception {
        LoadedText loaded = watch(Ports.dead(), "");
        assertThat(next())
                .startsWith("Server be/s is DOWN, reason: Layer4 connection problem, info: \"Connection refused\","
                        + " check duration: ");
        assertThat(next()).isEqualTo("backend be has no server available!");
        CheckReport report =
                loaded.backend("be").servers().get(0).state().checks().last();
        assertThat(report.status()).isEqualTo(Status.L4CON);
    }

    @Test
    void aPageWithAnotherStatusTakesTheServerDownUntilItIsGoodAgain() throws Exception {
        try (ServerSocket server = serve()) {
            answer = "HTTP/1.0 503 Not\u0001now\r\n\r\n";
            watch(server.getLocalPort(), "    option httpchk GET /\n");
            assertThat(next())
                    .startsWith("Server be/s is DOWN, reason: Layer7 wrong status, code: 503, info: \"Not.now\","
                            + " check duration: ");
            assertThat(next()).isEqualTo("backend be has no server available!");
            answer = "HTTP/1.1 200 OK\r\n\r\n";
            assertThat(next()).startsWith("Server be/s is UP, reason: Layer7 check passed, code: 200, check duration");
        }
    }

    @Test
    void anAnswerThatIsNoHttpIsInvalid() throws Exception {
        try (ServerSocket server = serve()) {
            answer = "220 mail ready\r\n";
            watch(server.getLocalPort(), "    option httpchk\n");
            assertThat(next()).startsWith("Server be/s is DOWN, reason: Layer7 invalid response, check duration: ");
        }
    }

    @Test
    void silenceIsATimeout() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            watch(server.getLocalPort(), "50ms", "    option httpchk\n");
            assertThat(next()).startsWith("Server be/s is DOWN, reason: Layer7 timeout, check duration: ");
        }
    }
}

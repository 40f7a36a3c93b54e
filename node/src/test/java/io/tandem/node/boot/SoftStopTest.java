// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.node.boot.StartedProxy.readAnswer;
import static io.tandem.node.boot.StartedProxy.request;
import static io.tandem.node.boot.StartedProxy.signal;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the program ends: by signals, after a grace, with clients connected. */
class SoftStopTest {
    private final StartedProxy proxy;

    SoftStopTest(@TempDir Path directory) throws IOException {
        proxy = new StartedProxy(directory);
    }

    @AfterEach
    void end() throws Exception {
        proxy.close();
    }

    @Test
    void aSoftStopSaysWhatWasServedAndEndsWithZero() throws Exception {
        Process process = proxy.serving();

        signal("USR1", process.pid());

        assertThat(proxy.end(process)).isZero();
        assertThat(proxy.errors()).containsPattern("Proxy web stopped \\(cumulated conns: FE: [1-9]\\d*, BE: 0\\)\\.");
    }

    @Test
    void anInterruptEndsItEvenWhereItWasInheritedAsIgnored() throws Exception {
        Process process = proxy.serving();

        signal("INT", process.pid());

        assertThat(proxy.end(process)).isEqualTo(130);
    }

    @Test
    void graceGoesOnServingBeforeTheSoftStopBegins() throws Exception {
        proxy.inGlobal("grace 1s");
        Process process = proxy.serving();

        long askedNs = System.nanoTime();
        signal("USR1", process.pid());

        assertThat(proxy.answer()).contains(" 403 ");
        assertThat(proxy.end(process)).isZero();
        assertThat(proxy.errors())
                .contains("Scheduling a soft-stop in 1000 ms.")
                .contains("Grace period expired, proceeding with soft-stop now.");
        assertThat(System.nanoTime() - askedNs).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(950));
    }

    @Test
    void sessionsThatOutliveHardStopAfterEndAsIfAnOperatorEndedThem() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            proxy.inGlobal("hard-stop-after 1s");
            Files.writeString(
                    proxy.file(),
                    Files.readString(proxy.file())
                                    .replace(
                                            "http-request deny",
                                            "http-request deny if { path / }\n    default_backend b")
                            + "backend b\n    mode http\n    timeout server 60s\n    timeout connect 60s\n    server s 127.0.0.1:"
                            + silent.getLocalPort() + "\n");
            Process process = proxy.serving();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                client.setSoTimeout(20_000);
                client.getOutputStream()
                        .write("GET /waits HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                try (Socket asked = silent.accept()) {
                    signal("USR1", process.pid());
                    assertThat(readAnswer(client)).startsWith("HTTP/1.1 502 ");
                    assertThat(asked.isConnected()).isTrue();
                }
            }

            assertThat(proxy.end(process)).isZero();
            assertThat(proxy.errors())
                    .contains("soft-stop running for too long, performing a hard-stop.")
                    .contains("Proxy web hard-stopped (1 remaining conns will be closed).");
        }
    }

    @Test
    void idleConnectionsEndAtOnceOrSpreadOverTheTimeConfigured() throws Exception {
        assertThat(endsOf(20)).as("milliseconds, at once").isLessThan(900);

        proxy.inGlobal("close-spread-time 2s");
        assertThat(endsOf(20)).as("milliseconds, spread").isBetween(900L, 20_000L);
    }

    /** How long a soft stop takes to end so many idle connections, milliseconds. */
    private long endsOf(int count) throws Exception {
        Process process = proxy.serving();
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                clients.add(client);
                client.setSoTimeout(20_000);
                request(client);
                readAnswer(client);
            }
            long stoppedNs = System.nanoTime();
            signal("USR1", process.pid());
            for (Socket client : clients) {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stoppedNs);
            assertThat(proxy.end(process)).isZero();
            return tookMs;
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }
}

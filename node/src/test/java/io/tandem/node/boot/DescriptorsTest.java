// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.node.boot.StartedProxy.hasAnswer;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the program does when it has no descriptor left for a client or for a server. */
class DescriptorsTest {
    private final StartedProxy proxy;

    DescriptorsTest(@TempDir Path directory) throws IOException {
        proxy = new StartedProxy(directory);
    }

    @AfterEach
    void end() throws Exception {
        proxy.close();
    }

    @Test
    void withoutDescriptorsItPausesTellsOnceAndGoesOn() throws Exception {
        proxy.descriptors(150);
        Files.writeString(
                proxy.file(),
                Files.readString(proxy.file()).replace("nbthread 1", "nbthread 1\n    ulimit-n 150\n    maxconn 500"));
        Process process = proxy.serving();
        for (int episode = 0; episode < 2; episode++) {
            List<Socket> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 130; i++) {
                    clients.add(new Socket(InetAddress.getLoopbackAddress(), proxy.port()));
                }
                Await.until("it is told", () -> proxy.errors().contains("reached process FD limit (maxsock=150)"));
                long ticks = ticks(process.pid());
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
                while (System.nanoTime() - until < 0) {
                    LockSupport.parkNanos(10_000_000);
                }
                assertThat(ticks(process.pid()) - ticks)
                        .as("hundredths of a second of one processor")
                        .isLessThan(30);
            } finally {
                for (Socket client : clients) {
                    client.close();
                }
            }
            Await.until("it serves again", () -> proxy.answer().contains(" 403 "));
        }
        assertThat(proxy.errors().split("reached process FD limit", -1)).hasSize(2);
        assertThat(proxy.errors()).doesNotContain("NoClassDefFoundError", "internal error");
    }

    @Test
    void requestsWithoutDescriptorForTheirServerFailAlone() throws Exception {
        proxy.descriptors(150);
        try (ServerSocket silent = new ServerSocket(0, 500, InetAddress.getLoopbackAddress())) {
            Files.writeString(
                    proxy.file(),
                    """
                    global
                        nbthread 1
                        ulimit-n 150
                        maxconn 500
                    defaults
                        mode http
                        timeout client 20s
                        timeout connect 5s
                        timeout server 20s
                        retries 0
                    frontend web
                        bind 127.0.0.1:%d
                        http-request deny if { path / }
                        default_backend silent
                    backend silent
                        server s 127.0.0.1:%d
                    """
                            .formatted(proxy.port(), silent.getLocalPort()));
            Process process = proxy.serving();
            List<Socket> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 90; i++) {
                    clients.add(new Socket(InetAddress.getLoopbackAddress(), proxy.port()));
                }
                Await.until("all are accepted", () -> descriptorsOf(process) > 115);
                for (Socket client : clients) {
                    client.setSoTimeout(10_000);
                    client.getOutputStream()
                            .write("GET /s HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
                Await.until("one fails for want of a descriptor", () -> clients.stream()
                        .anyMatch(StartedProxy::hasAnswer));
                for (Socket client : clients) {
                    if (hasAnswer(client)) {
                        byte[] start = client.getInputStream().readNBytes(12);
                        assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 503");
                    }
                }
            } finally {
                for (Socket client : clients) {
                    client.close();
                }
            }
            Await.until("it serves again", () -> proxy.answer().contains(" 403 "));
            assertThat(process.isAlive()).isTrue();
            assertThat(proxy.errors()).doesNotContain("Exception", "internal error");
        }
    }

    private static long descriptorsOf(Process process) {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Processor time a process has used, hundredths of a second. */
    private static long ticks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}

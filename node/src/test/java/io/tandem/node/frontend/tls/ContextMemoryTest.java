// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.TrustingClient;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.ObjectName;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts of the TLS engine go with what they were made for, and never while a client may still need them. */
class ContextMemoryTest {
    @TempDir
    Path directory;

    private int port;
    private String file = "";
    private String text = "";

    @BeforeEach
    void write() throws Exception {
        port = Ports.reserved();
        file = Pems.write(directory, "ec.pem", "ec.crt", "ec.key");
        String other = Pems.write(directory, "ec-a.pem", "ec-a.crt", "ec-a.key");
        text = "defaults\n    mode http\n    timeout client 20s\n    timeout connect 5s\n    timeout server 5s\n"
                + "frontend f\n    bind 127.0.0.1:" + port + " ssl crt " + file + " crt " + other
                + "\n    default_backend b\n"
                + "backend b\n    http-request return status 200 if TRUE\n    server s 127.0.0.1:1 ssl verify none\n";
    }

    @Test
    void reloadsKeepNoContexts() throws Exception {
        try (TestProxy proxy = TestProxy.start(text, 1)) {
            for (int i = 0; i < 12; i++) {
                proxy.reload(text);
            }

            awaitAtMost(4, "ServerContext"); // two now, and two of the configuration before
            awaitAtMost(2, "ClientContext");
        }
    }

    @Test
    void certificatesThatWereReplacedKeepNoContexts() throws Exception {
        try (TestProxy proxy = TestProxy.start(text, 1)) {
            List<Command> commands = TlsFeature.commands(proxy.node());
            for (int i = 0; i < 50; i++) {
                String kind = i % 2 == 0 ? "ec-a" : "ec";
                run(commands, "set ssl cert", Pems.read(kind + ".crt") + Pems.read(kind + ".key"));
                assertThat(run(commands, "commit ssl cert", "")).endsWith("Success!\n");
            }

            awaitAtMost(2, "ServerContext");
        }
    }

    @Test
    void clientsThatConnectWhileReloadsFollowEachOtherAreAllServed() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(2);
        AtomicBoolean over = new AtomicBoolean();
        try (TestProxy proxy = TestProxy.start(text, 2);
                Socket silent = new Socket("127.0.0.1", port)) {
            Future<Integer> one = clients.submit(() -> connectUntil(over));
            Future<Integer> other = clients.submit(() -> connectUntil(over));
            for (int i = 0; i < 12; i++) {
                proxy.reload(text);
                System.gc();
            }
            over.set(true);

            assertThat(one.get(20, TimeUnit.SECONDS)).isPositive();
            assertThat(other.get(20, TimeUnit.SECONDS)).isPositive();
            assertThat(request(silent)).as("accepted long ago, says hello now").startsWith("HTTP/1.1 200");
        } finally {
            over.set(true);
            clients.shutdownNow();
        }
    }

    private int connectUntil(AtomicBoolean over) throws Exception {
        int served = 0;
        do {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                assertThat(request(socket)).startsWith("HTTP/1.1 200");
                served++;
            }
        } while (!over.get());
        return served;
    }

    /** Speaks TLS over {@code plain}, and gets an answer to a request. */
    private static String request(Socket plain) throws Exception {
        SSLContext client = TrustingClient.context();
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket(plain, "a.test", 1, false)) {
            socket.setSoTimeout(10_000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("a.test")));
            socket.setSSLParameters(parameters);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private String run(List<Command> commands, String name, String payload) {
        StringBuilder answer = new StringBuilder();
        commands.stream()
                .filter(command -> command.name().equals(name))
                .findFirst()
                .orElseThrow()
                .action()
                .run(new Command.Arguments(List.of(file), payload), answer);
        return answer.toString();
    }

    /** Waits until no more contexts of that kind can be reached: each look at the heap collects it first. */
    private static void awaitAtMost(int most, String kind) throws Exception {
        long deadline = System.nanoTime() + 10_000_000_000L;
        int now = count(kind);
        while (now > most && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
            now = count(kind);
        }
        assertThat(now).as(kind).isLessThanOrEqualTo(most);
    }

    private static int count(String kind) throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return histogram
                .lines()
                .map(line -> line.trim().split(" +"))
                .filter(words ->
                        words.length > 3 && words[3].equals("io.netty.handler.ssl.ReferenceCountedOpenSsl" + kind))
                .mapToInt(words -> Integer.parseInt(words[1]))
                .sum();
    }
}

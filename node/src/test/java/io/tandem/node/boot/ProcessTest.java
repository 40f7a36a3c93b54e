// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.node.boot.StartedProxy.readAnswer;
import static io.tandem.node.boot.StartedProxy.request;
import static io.tandem.node.boot.StartedProxy.signal;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proxy as a process of its own: reload, background, hand-over of listeners. */
class ProcessTest {
    private final StartedProxy proxy;

    ProcessTest(@TempDir Path directory) throws IOException {
        proxy = new StartedProxy(directory);
    }

    @AfterEach
    void end() throws Exception {
        proxy.close();
    }

    @Test
    void aReloadChangesTheAnswersAndABadFileDoesNot() throws Exception {
        Process process = proxy.serving();

        proxy.configure("http-request redirect location /elsewhere");
        signal("USR2", process.pid());
        Await.until("the new configuration answers", () -> proxy.answer().contains(" 302 "));

        Files.writeString(proxy.file(), "bogus\n");
        signal("USR2", process.pid());
        Await.until("the mistake is told", () -> proxy.errors().contains("keeps serving"));

        assertThat(proxy.answer()).contains(" 302 ");
        assertThat(proxy.errors()).contains("unknown keyword 'bogus' out of section.");
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void aReloadChangesHowManyConnectionsTheProcessTakes() throws Exception {
        proxy.inGlobal("maxconn 100");
        Process process = proxy.serving();
        assertThat(info()).contains("\nMaxconn: 100\n");

        Files.writeString(proxy.file(), Files.readString(proxy.file()).replace("maxconn 100", "maxconn 150"));
        signal("USR2", process.pid());

        Await.until("the limit is another", () -> info().contains("\nMaxconn: 150\n"));
        assertThat(info()).contains("\nHard_maxconn: 150\n");
    }

    private String info() throws IOException {
        return proxy.ask(List.of("show info")).get(0);
    }

    @Test
    void thePortOfAnotherIsRefusedWithFileAndLine() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String text = Files.readString(proxy.file());
            Files.writeString(proxy.file(), text.replace(":" + proxy.port(), ":" + other.getLocalPort()));
            Process process = proxy.start(
                    "-D", "-p", proxy.pidFile().toString(), "-f", proxy.file().toString());

            assertThat(proxy.end(process)).isEqualTo(1);
            assertThat(proxy.errors())
                    .contains("Binding [" + proxy.file()
                            + ":6] for frontend web: cannot bind socket (Address already in use)" + " for [127.0.0.1:"
                            + other.getLocalPort() + "]")
                    .contains("[haproxy.main()] Some protocols failed to start their listeners! Exiting.");
            assertThat(proxy.pidFile()).doesNotExist();
        }
    }

    @Test
    void theBackgroundIsEnteredOnceItListensAndItsListenersAreTakenOver() throws Exception {
        assertThat(proxy.end(proxy.start(
                        "-D",
                        "-p",
                        proxy.pidFile().toString(),
                        "-f",
                        proxy.file().toString())))
                .isZero();
        assertThat(proxy.answer()).contains(" 403 ");
        long first = Long.parseLong(Files.readString(proxy.pidFile()).strip());

        Process second = proxy.start(
                "-db", "-x", proxy.adminSocket(), "-f", proxy.file().toString(), "-sf", Long.toString(first));
        Await.until("the first has gone", () -> ProcessHandle.of(first).isEmpty());

        assertThat(proxy.answer()).contains(" 403 ");
        assertThat(second.isAlive()).isTrue();
    }

    @Test
    void listenersPassBetweenHaproxyAndThisProgramBothWays() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Process haproxy = proxy.haproxy("-db", "-f", proxy.file().toString());
        Await.until("haproxy serves", () -> proxy.answer().contains(" 403 "));
        String socket = listening();

        Process taker = proxy.start(
                "-db", "-x", proxy.adminSocket(), "-f", proxy.file().toString(), "-sf", Long.toString(haproxy.pid()));
        Await.until("haproxy has gone", () -> !haproxy.isAlive());
        assertThat(listening()).isEqualTo(socket);
        assertThat(proxy.answer()).contains(" 403 ");

        Process last = proxy.haproxy(
                "-db", "-x", proxy.adminSocket(), "-f", proxy.file().toString(), "-sf", Long.toString(taker.pid()));
        Await.until("this program has gone", () -> !taker.isAlive());
        assertThat(listening()).isEqualTo(socket);
        assertThat(proxy.answer()).contains(" 403 ");
        assertThat(last.isAlive()).isTrue();
    }

    @Test
    void reloadsUnderLoadFailNoRequest() throws Exception {
        Process process = proxy.serving();
        AtomicBoolean enough = new AtomicBoolean();
        ExecutorService clients = Executors.newFixedThreadPool(8);
        List<Future<Integer>> served = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                boolean keepsAlive = i % 2 == 0;
                served.add(clients.submit(() -> requestsUntil(enough, keepsAlive)));
            }
            for (int reload = 1; reload <= 3; reload++) {
                String there = "/" + reload;
                proxy.configure("http-request redirect location " + there);
                signal("USR2", process.pid());
                Await.until("the new configuration answers", () -> answerTo("Location: " + there));
            }
            enough.set(true);
            for (Future<Integer> client : served) {
                assertThat(client.get(StartedProxy.PATIENCE_S, TimeUnit.SECONDS))
                        .isPositive();
            }
        } finally {
            enough.set(true);
            clients.shutdownNow();
        }
    }

    /** Sends one request after the other, on one connection as long as the proxy keeps it; throws if one fails. */
    private int requestsUntil(AtomicBoolean enough, boolean keepsAlive) throws IOException {
        int count = 0;
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        try {
            while (!enough.get() || count == 0) {
                socket.setSoTimeout(10_000);
                String connection = keepsAlive ? "" : "Connection: close\r\n";
                socket.getOutputStream()
                        .write(("GET / HTTP/1.1\r\nHost: a\r\n" + connection + "\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                String head = readAnswer(socket);
                assertThat(head).as("answer %d", count).matches("(?s)HTTP/1\\.1 (403|302) .*");
                count++;
                if (head.toLowerCase(Locale.ROOT).contains("\r\nconnection: close")) {
                    socket.close();
                    socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                }
            }
        } finally {
            socket.close();
        }
        return count;
    }

    private boolean answerTo(String field) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            socket.setSoTimeout(5_000);
            request(socket);
            return readAnswer(socket).toLowerCase(Locale.ROOT).contains(field.toLowerCase(Locale.ROOT));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void healthChecksSendTheProxyHeaderWhereTheyAreToldTo() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(20_000);
            Files.writeString(
                    proxy.file(),
                    Files.readString(proxy.file())
                            + "    default_backend checked\nbackend checked\n    mode http\n    timeout server 5s\n"
                            + "    timeout connect 5s\n    option httpchk GET /health\n"
                            + "    server s 127.0.0.1:" + server.getLocalPort()
                            + " check inter 200ms send-proxy check-send-proxy\n");
            proxy.serving();
            // a check that a busy machine begins too late ends by itself, and another comes
            Await.until("a check comes whole", () -> saidTo(server)
                    .matches("PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 \\d+ \\d+ GET /health HTTP/1\\.0"));
        }
    }

    /** The first two lines of the next connection, with a blank between them. */
    private static String saidTo(ServerSocket server) throws IOException {
        try (Socket check = server.accept()) {
            check.setSoTimeout(10_000);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(check.getInputStream(), StandardCharsets.US_ASCII));
            return in.readLine() + " " + in.readLine();
        }
    }

    /** The inodes of the sockets that listen on the port. */
    private String listening() throws IOException {
        String suffix = String.format(Locale.ROOT, ":%04X", proxy.port());
        return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                .map(line -> line.strip().split(" +"))
                .filter(fields -> fields[1].endsWith(suffix) && fields[3].equals("0A"))
                .map(fields -> fields[9])
                .collect(Collectors.joining(" "));
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proxy as a process of its own: signals, reload, background, hand-over. */
class ProcessTest {
    private static final long PATIENCE_S = 60;

    @SuppressWarnings("NullAway.Init")
    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();
    private int port;

    @BeforeEach
    void findPort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        configure("http-request deny");
    }

    @AfterEach
    void endWhatWasStarted() throws Exception {
        for (Process process : started) {
            process.destroyForcibly();
            process.waitFor(PATIENCE_S, TimeUnit.SECONDS);
        }
        if (Files.exists(pidFile())) {
            ProcessHandle.of(Long.parseLong(Files.readString(pidFile()).strip()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void aSoftStopSaysWhatWasServedAndEndsWithZero() throws Exception {
        Process process = serving();

        signal("USR1", process.pid());

        assertThat(end(process)).isZero();
        assertThat(errors()).containsPattern("Proxy web stopped \\(cumulated conns: FE: [1-9]\\d*, BE: 0\\)\\.");
    }

    @Test
    void anInterruptEndsItEvenWhereItWasInheritedAsIgnored() throws Exception {
        Process process = serving();

        signal("INT", process.pid());

        assertThat(end(process)).isEqualTo(130);
    }

    @Test
    void aReloadChangesTheAnswersAndABadFileDoesNot() throws Exception {
        Process process = serving();

        configure("http-request redirect location /elsewhere");
        signal("USR2", process.pid());
        await("the new configuration answers", () -> answer().contains(" 302 "));

        Files.writeString(file(), "bogus\n");
        signal("USR2", process.pid());
        await("the mistake is told", () -> errors().contains("keeps serving"));

        assertThat(answer()).contains(" 302 ");
        assertThat(errors()).contains("unknown keyword 'bogus' out of section.");
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void thePortOfAnotherIsRefusedWithFileAndLine() throws Exception {
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            Process process = start("-D", "-p", pidFile().toString(), "-f", file().toString());

            assertThat(end(process)).isEqualTo(1);
            assertThat(errors())
                    .contains("Binding [" + file() + ":6] for frontend web: cannot bind socket (Address already in use)"
                            + " for [127.0.0.1:" + other.getLocalPort() + "]")
                    .contains("[haproxy.main()] Some protocols failed to start their listeners! Exiting.");
            assertThat(pidFile()).doesNotExist();
        }
    }

    @Test
    void theBackgroundIsEnteredOnceItListensAndItsListenersAreTakenOver() throws Exception {
        assertThat(end(start("-D", "-p", pidFile().toString(), "-f", file().toString())))
                .isZero();
        assertThat(answer()).contains(" 403 ");
        long first = Long.parseLong(Files.readString(pidFile()).strip());

        Process second =
                start("-db", "-x", directory + "/admin.sock", "-f", file().toString(), "-sf", Long.toString(first));
        await("the first has gone", () -> ProcessHandle.of(first).isEmpty());

        assertThat(answer()).contains(" 403 ");
        assertThat(second.isAlive()).isTrue();
    }

    @Test
    void listenersPassBetweenHaproxyAndThisProgramBothWays() throws Exception {
        boolean present = Files.isExecutable(Path.of("/usr/sbin/haproxy"));
        if (!present && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("haproxy is not installed");
        }
        assumeTrue(present);
        Process haproxy = haproxy("-db", "-f", file().toString());
        await("haproxy serves", () -> answer().contains(" 403 "));
        String socket = listening();

        Process taker = start(
                "-db", "-x", directory + "/admin.sock", "-f", file().toString(), "-sf", Long.toString(haproxy.pid()));
        await("haproxy has gone", () -> !haproxy.isAlive());
        assertThat(listening()).isEqualTo(socket);
        assertThat(answer()).contains(" 403 ");

        Process last = haproxy(
                "-db", "-x", directory + "/admin.sock", "-f", file().toString(), "-sf", Long.toString(taker.pid()));
        await("this program has gone", () -> !taker.isAlive());
        assertThat(listening()).isEqualTo(socket);
        assertThat(answer()).contains(" 403 ");
        assertThat(last.isAlive()).isTrue();
    }

    private Process haproxy(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/sbin/haproxy"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(process);
        return process;
    }

    /** The inodes of the sockets that listen on the port. */
    private String listening() throws IOException {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
                .map(line -> line.strip().split(" +"))
                .filter(fields -> fields[1].endsWith(suffix) && fields[3].equals("0A"))
                .map(fields -> fields[9])
                .collect(Collectors.joining(" "));
    }

    private Process serving() throws Exception {
        Process process = start("-db", "-f", file().toString());
        await("it serves: " + errors(), () -> !process.isAlive() || answer().contains(" 403 "));
        return process;
    }

    /** As the launcher does: signals that come early are ignored, and the runtime leaves SIGUSR2 alone. */
    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' INT USR2; exec \"$@\"", "sh"));
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.tandem.node.cli.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("errors").toFile()));
        builder.environment().put("_JAVA_SR_SIGNUM", "40");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private void configure(String rule) throws IOException {
        Files.writeString(
                file(),
                """
                global
                    stats socket %s/admin.sock level admin expose-fd listeners
                    nbthread 1
                frontend web
                    mode http
                    bind 127.0.0.1:%d
                    timeout client 20s
                    %s
                """
                        .formatted(directory, port, rule));
    }

    /** The status line of an answer, or why there is none. */
    private String answer() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            return String.valueOf(reader.readLine());
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    private int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).as(errors()).isTrue();
        return process.exitValue();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadlineNs).as(what).isNegative();
            LockSupport.parkNanos(20_000_000);
        }
    }

    private String errors() {
        try {
            Path errors = directory.resolve("errors");
            return Files.exists(errors) ? Files.readString(errors, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private Path file() {
        return directory.resolve("proxy.cfg");
    }

    private Path pidFile() {
        return directory.resolve("proxy.pid");
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.node.testkit.Ports;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
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
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    @TempDir
    static Path jars;

    private final List<Process> started = new ArrayList<>();
    private int port;
    /** How many descriptors the shell allows; a JVM raises its soft limit to the hard one. */
    private String descriptors = "$(ulimit -n)";

    @BeforeEach
    void findPort() throws IOException {
        port = Ports.reserved();
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
    void limitsChangeOnTheAdminSocketAsWithHaproxy() throws Exception {
        assumeHaproxy();
        configure("http-request deny");
        Files.writeString(file(), Files.readString(file()).replace("nbthread 1", "nbthread 1\n    maxconn 100"));
        List<String> commands = List.of(
                "set maxconn global",
                "set maxconn global x",
                "set maxconn global 5000",
                "set maxconn global 50",
                "set maxconn frontend",
                "set maxconn frontend nobody 3",
                "set maxconn frontend web",
                "set maxconn frontend web -1",
                "set maxconn frontend web 7x",
                "set rate-limit",
                "set rate-limit connections",
                "set rate-limit connections global",
                "set rate-limit connections global -1",
                "set rate-limit connections global 1000",
                "set rate-limit sessions global 2000",
                "set rate-limit ssl-sessions global 3000");
        Process haproxy = haproxy("-db", "-f", file().toString());
        await("haproxy serves", () -> answer().contains(" 403 "));
        List<String> expected = ask(commands);
        String limits = limits();
        haproxy.destroyForcibly().waitFor();

        serving();

        assertThat(ask(commands)).isEqualTo(expected);
        assertThat(limits()).isEqualTo(limits).contains("Maxconn: 50\n", "SessRateLimit: 2000\n", "web 7\n");
    }

    @Test
    void aFrontendsLimitHoldsConnectionsBackUntilItIsRaised() throws Exception {
        serving();
        ask(List.of("set maxconn frontend web 1"));
        try (Socket only = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket next = new Socket(InetAddress.getLoopbackAddress(), port)) {
            request(only);
            await("the first is answered", () -> hasAnswer(only));
            request(next);
            assertThat(ask(List.of("show info")).get(0)).contains("CurrConns: 1\n");
            assertThat(hasAnswer(next)).isFalse();

            ask(List.of("set maxconn frontend web 5"));

            await("the second is answered", () -> hasAnswer(next));
        }
    }

    private static void request(Socket socket) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private String limits() throws IOException {
        String info = ask(List.of("show info")).get(0);
        String stat = ask(List.of("show stat")).get(0);
        return info.lines()
                        .filter(line -> line.matches("(Maxconn|Hard_maxconn|(Conn|Sess|Ssl)RateLimit): .*"))
                        .collect(Collectors.joining("\n", "", "\n"))
                + stat.lines()
                        .filter(line -> line.startsWith("web,FRONTEND"))
                        .map(line -> "web " + line.split(",", -1)[6] + "\n")
                        .collect(Collectors.joining());
    }

    private List<String> ask(List<String> commands) throws IOException {
        List<String> answers = new ArrayList<>();
        for (String command : commands) {
            try (SocketChannel admin = SocketChannel.open(UnixDomainSocketAddress.of(directory + "/admin.sock"))) {
                admin.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
                answers.add(new String(Channels.newInputStream(admin).readAllBytes(), StandardCharsets.US_ASCII));
            }
        }
        return answers;
    }

    private static void assumeHaproxy() {
        boolean present = Files.isExecutable(Path.of("/usr/sbin/haproxy"));
        if (!present && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("haproxy is not installed");
        }
        assumeTrue(present);
    }

    @Test
    void listenersPassBetweenHaproxyAndThisProgramBothWays() throws Exception {
        assumeHaproxy();
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

    @Test
    void reloadsUnderLoadFailNoRequest() throws Exception {
        Process process = serving();
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
                configure("http-request redirect location " + there);
                signal("USR2", process.pid());
                await("the new configuration answers", () -> answerTo("Location: " + there));
            }
            enough.set(true);
            for (Future<Integer> client : served) {
                assertThat(client.get(PATIENCE_S, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            enough.set(true);
            clients.shutdownNow();
        }
    }

    /** Sends one request after the other, on one connection as long as the proxy keeps it; throws if one fails. */
    private int requestsUntil(AtomicBoolean enough, boolean keepsAlive) throws IOException {
        int count = 0;
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
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
                    socket = new Socket(InetAddress.getLoopbackAddress(), port);
                }
            }
        } finally {
            socket.close();
        }
        return count;
    }

    /** Reads one answer, and gives its head. */
    private static String readAnswer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + head);
            }
            head.append((char) next);
        }
        Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
        if (length.find()) {
            in.readNBytes(Integer.parseInt(length.group(1)));
        }
        return head.toString();
    }

    private boolean answerTo(String field) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            request(socket);
            return readAnswer(socket).toLowerCase(Locale.ROOT).contains(field.toLowerCase(Locale.ROOT));
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void withoutDescriptorsItPausesTellsOnceAndGoesOn() throws Exception {
        descriptors = "150";
        Files.writeString(
                file(),
                Files.readString(file()).replace("nbthread 1", "nbthread 1\n    ulimit-n 150\n    maxconn 500"));
        Process process = serving();
        for (int episode = 0; episode < 2; episode++) {
            List<Socket> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 130; i++) {
                    clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
                }
                await("it is told", () -> errors().contains("reached process FD limit (maxsock=150)"));
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
            await("it serves again", () -> answer().contains(" 403 "));
        }
        assertThat(errors().split("reached process FD limit", -1)).hasSize(2);
        assertThat(errors()).doesNotContain("NoClassDefFoundError", "internal error");
    }

    @Test
    void requestsWithoutDescriptorForTheirServerFailAlone() throws Exception {
        descriptors = "150";
        try (ServerSocket silent = new ServerSocket(0, 500, InetAddress.getLoopbackAddress())) {
            Files.writeString(
                    file(),
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
                            .formatted(port, silent.getLocalPort()));
            Process process = serving();
            List<Socket> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 90; i++) {
                    clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
                }
                await("all are accepted", () -> descriptorsOf(process) > 115);
                for (Socket client : clients) {
                    client.setSoTimeout(10_000);
                    client.getOutputStream()
                            .write("GET /s HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
                await("one fails for want of a descriptor", () -> clients.stream()
                        .anyMatch(ProcessTest::hasAnswer));
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
            await("it serves again", () -> answer().contains(" 403 "));
            assertThat(process.isAlive()).isTrue();
            assertThat(errors()).doesNotContain("Exception", "internal error");
        }
    }

    private static long descriptorsOf(Process process) {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return all.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasAnswer(Socket socket) {
        try {
            return socket.getInputStream().available() > 0;
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

    @Test
    void graceGoesOnServingBeforeTheSoftStopBegins() throws Exception {
        inGlobal("grace 1s");
        Process process = serving();

        long askedNs = System.nanoTime();
        signal("USR1", process.pid());

        assertThat(answer()).contains(" 403 ");
        assertThat(end(process)).isZero();
        assertThat(System.nanoTime() - askedNs).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(950));
    }

    @Test
    void idleConnectionsEndAtOnceOrSpreadOverTheTimeConfigured() throws Exception {
        assertThat(endsOf(20)).as("milliseconds, at once").isLessThan(900);

        inGlobal("close-spread-time 2s");
        assertThat(endsOf(20)).as("milliseconds, spread").isBetween(900L, 20_000L);
    }

    /** How long a soft stop takes to end so many idle connections, milliseconds. */
    private long endsOf(int count) throws Exception {
        Process process = serving();
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
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
            assertThat(end(process)).isZero();
            return tookMs;
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    @Test
    void healthChecksSendTheProxyHeaderWhereTheyAreToldTo() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(20_000);
            Files.writeString(
                    file(),
                    Files.readString(file())
                            + "    default_backend checked\nbackend checked\n    mode http\n    timeout server 5s\n"
                            + "    timeout connect 5s\n    option httpchk GET /health\n"
                            + "    server s 127.0.0.1:" + server.getLocalPort()
                            + " check inter 200ms send-proxy check-send-proxy\n");
            serving();
            try (Socket check = server.accept()) {
                check.setSoTimeout(10_000);
                assertThat(new String(check.getInputStream().readNBytes(27), StandardCharsets.US_ASCII))
                        .isEqualTo("PROXY UNKNOWN\r\nGET /health ");
            }
        }
    }

    private void inGlobal(String line) throws IOException {
        Files.writeString(file(), Files.readString(file()).replace("nbthread 1", "nbthread 1\n    " + line));
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
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", "trap '' INT USR2; ulimit -n " + descriptors + "; exec \"$@\"", "sh"));
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
        command.addAll(List.of("-cp", classPath(), "io.tandem.node.cli.Main"));
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

    /** Of jars, as in the package: a jar stays open, while each class of a directory needs a descriptor to be loaded. */
    private static String classPath() throws IOException {
        List<String> places = new ArrayList<>();
        for (String place : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(place);
            places.add(Files.isDirectory(path) ? jar(path).toString() : place);
        }
        return String.join(File.pathSeparator, places);
    }

    private static Path jar(Path classes) throws IOException {
        Path jar = jars.resolve(classes.toString().replace('/', '_') + ".jar");
        if (Files.exists(jar)) {
            return jar;
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        return jar;
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

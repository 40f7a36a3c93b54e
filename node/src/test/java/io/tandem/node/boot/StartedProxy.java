// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Children;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
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
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The proxy as a process of its own, with one configuration file in a directory: started, asked, signalled and ended as the
 * launcher and an operator do it.
 */
final class StartedProxy implements AutoCloseable {
    static final long PATIENCE_S = 60;

    private static final Path JARS = jars();

    private final Path directory;
    private final List<Process> started = new ArrayList<>();
    private final int port = Ports.reserved();
    /** How many descriptors the shell allows; a JVM raises its soft limit to the hard one. */
    private String descriptors = "$(ulimit -n)";

    StartedProxy(Path directory) throws IOException {
        this.directory = directory;
        configure("http-request deny");
    }

    int port() {
        return port;
    }

    /** From now on it is started with so many descriptors. */
    void descriptors(int count) {
        descriptors = String.valueOf(count);
    }

    /** Writes a configuration with one frontend, {@code web}, that has this rule. */
    void configure(String rule) throws IOException {
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

    void inGlobal(String line) throws IOException {
        Files.writeString(file(), Files.readString(file()).replace("nbthread 1", "nbthread 1\n    " + line));
    }

    Path file() {
        return directory.resolve("proxy.cfg");
    }

    String adminSocket() {
        return directory + "/admin.sock";
    }

    Path pidFile() {
        return directory.resolve("proxy.pid");
    }

    /** Starts it, and returns once it serves. */
    Process serving() throws Exception {
        Process process = start("-db", "-f", file().toString());
        Await.until("it serves", () -> !process.isAlive() || answer().contains(" 403 "));
        return process;
    }

    /** As the launcher does: signals that come early are ignored, and the runtime leaves SIGUSR2 alone. */
    Process start(String... arguments) throws IOException {
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
        return Children.with(process);
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

    private static Path jars() {
        try {
            Path directory = Files.createTempDirectory("tnd-jars");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        File[] files = directory.toFile().listFiles();
        for (File file : files == null ? new File[0] : files) {
            file.delete();
        }
        directory.toFile().delete();
    }

    private static Path jar(Path classes) throws IOException {
        Path jar = JARS.resolve(classes.toString().replace('/', '_') + ".jar");
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

    /** The installed haproxy with these arguments. */
    Process haproxy(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/sbin/haproxy"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        started.add(process);
        return Children.with(process);
    }

    static void signal(String name, long pid) throws Exception {
        Program.of("kill", "-" + name, Long.toString(pid)).succeed();
    }

    int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).as(errors()).isTrue();
        return process.exitValue();
    }

    String errors() {
        try {
            Path errors = directory.resolve("errors");
            return Files.exists(errors) ? Files.readString(errors, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** The status line of an answer, or why there is none. */
    String answer() {
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

    static void request(Socket socket) throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    static boolean hasAnswer(Socket socket) {
        try {
            return socket.getInputStream().available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads one answer, and gives its head. */
    static String readAnswer(Socket socket) throws IOException {
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

    /** What is answered to each command on the admin socket. */
    List<String> ask(List<String> commands) throws IOException {
        List<String> answers = new ArrayList<>();
        for (String command : commands) {
            try (SocketChannel admin = SocketChannel.open(UnixDomainSocketAddress.of(adminSocket()))) {
                admin.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
                answers.add(new String(Channels.newInputStream(admin).readAllBytes(), StandardCharsets.US_ASCII));
            }
        }
        return answers;
    }

    @Override
    public void close() throws Exception {
        started.forEach(Children::end);
        if (Files.exists(pidFile())) {
            ProcessHandle.of(Long.parseLong(Files.readString(pidFile()).strip()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }
}

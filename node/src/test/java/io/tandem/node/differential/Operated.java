// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.testkit.Children;
import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The installed haproxy or ours as a process of its own, with its command socket, its signals and its log. */
final class Operated implements AutoCloseable {
    private static final int PATIENCE_S = 60;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final LogReceiver log = new LogReceiver(this::keep);
    private final int[] ports;
    private final Path admin;
    private final Process process;

    /**
     * @param configuration with ADMIN, LOG and PORT_0_, PORT_1_ and so on in the places of its own; log lines that count
     *     contain {@code [x] }
     */
    Operated(Path directory, String configuration, boolean oracle, int listeners) throws IOException {
        String name = oracle ? "haproxy" : "tandem";
        ports = Ports.reserved(listeners);
        admin = directory.resolve(name + ".sock");
        String text = configuration.replace("ADMIN", admin.toString()).replace("LOG", "127.0.0.1:" + log.port());
        for (int i = 0; i < listeners; i++) {
            text = text.replace("PORT_" + i + "_", String.valueOf(ports[i]));
        }
        Path file = Files.writeString(directory.resolve(name + ".cfg"), text);
        List<String> command = new ArrayList<>();
        if (oracle) {
            command.add("haproxy");
        } else {
            command.addAll(List.of("sh", "-c", "trap '' INT USR2; exec \"$@\"", "sh"));
            command.add(System.getProperty("java.home") + "/bin/java");
            command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.tandem.node.cli.Main"));
        }
        command.addAll(List.of("-db", "-f", file.toString()));
        Path said = directory.resolve(name + ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().put("_JAVA_SR_SIGNUM", "40");
        process = Children.with(builder.start());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                close();
                throw new IOException(name + " did not start: " + Files.readString(said));
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private boolean answers() {
        try {
            return !command("show info").isEmpty();
        } catch (IOException notYet) {
            return false;
        }
    }

    private void keep(String line) {
        int server = line.indexOf(": Server ");
        if (server >= 0) {
            events.add(line.substring(server + 2).strip());
        }
        int at = line.indexOf("[x] ");
        if (at >= 0) {
            lines.add(line.substring(at + 4));
        }
    }

    /** What it answers to a command, without the empty line behind it. */
    String command(String line) throws IOException {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(admin));
            socket.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.ISO_8859_1)));
            return new String(Channels.newInputStream(socket).readAllBytes(), StandardCharsets.ISO_8859_1).strip();
        }
    }

    /** Begins a soft stop. */
    void softStop() throws IOException, InterruptedException {
        Program.of("kill", "-USR1", String.valueOf(process.pid())).succeed();
    }

    Socket connect(int listener) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), ports[listener]);
    }

    int port(int listener) {
        return ports[listener];
    }

    /** The next line of its log. */
    String log() throws InterruptedException {
        String line = lines.poll(PATIENCE_S, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("no line is logged");
        }
        return line;
    }

    /** What it has logged about its servers, up to the first that contains {@code last}. */
    List<String> eventsUntil(String last) throws InterruptedException {
        List<String> said = new ArrayList<>();
        while (said.isEmpty() || !said.get(said.size() - 1).contains(last)) {
            String event = events.poll(PATIENCE_S, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("no event with " + last + " behind " + said);
            }
            said.add(event);
        }
        return said;
    }

    /** A conversation on its command socket that goes on. */
    Talk talk() throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        socket.connect(UnixDomainSocketAddress.of(admin));
        return new Talk(socket);
    }

    /** One such conversation. */
    record Talk(SocketChannel socket) implements AutoCloseable {
        void say(String text) throws IOException {
            socket.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        }

        /** What is said up to {@code end}. */
        String hear(String end) throws IOException {
            StringBuilder text = new StringBuilder();
            ByteBuffer one = ByteBuffer.allocate(1);
            while (text.indexOf(end) < 0) {
                one.clear();
                if (socket.read(one) < 0) {
                    throw new IOException("closed behind " + text);
                }
                text.append((char) (one.get(0) & 0xFF));
            }
            return text.toString();
        }

        /** Whether something has been said that was not heard yet. */
        boolean hasSomething() throws IOException {
            try (java.nio.channels.Selector selector = java.nio.channels.Selector.open()) {
                socket.configureBlocking(false);
                java.nio.channels.SelectionKey key = socket.register(selector, java.nio.channels.SelectionKey.OP_READ);
                boolean any = selector.selectNow() > 0;
                key.cancel();
                selector.selectNow();
                socket.configureBlocking(true);
                return any;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Override
    public void close() {
        Children.end(process);
        log.close();
    }
}

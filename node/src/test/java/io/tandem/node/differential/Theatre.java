// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A proxy, the installed haproxy or ours, with a frontend, a backend and a scripted server for each scene: all scenes can be
 * played at once.
 */
final class Theatre implements AutoCloseable {
    /** What a scene needs: its name is that of its frontend. */
    record Scene(String name, String frontend, String backend, int lines, Script script) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** What happens in a scene. */
    @FunctionalInterface
    interface Script {
        void play(Stage stage) throws Exception;
    }

    /** What became of a scene. */
    record Outcome(List<String> clients, List<String> servers, List<String> log) {
        /** Line by line, for people. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            log.forEach(line -> text.append("log    ").append(line).append('\n'));
            clients.forEach(
                    bytes -> text.append("client ").append(escaped(bytes)).append('\n'));
            servers.forEach(
                    bytes -> text.append("server ").append(escaped(bytes)).append('\n'));
            return text.toString();
        }

        private static String escaped(String bytes) {
            return bytes.replace("\r", "\\r").replace("\n", "\\n");
        }
    }

    private static final int PATIENCE_S = 8;
    private static final Pattern TIME = Pattern.compile("((?:timeout [-a-z]+|time) )([0-9]+)(ms|s)\\b");

    private final Map<String, Integer> ports = new HashMap<>();
    private final Map<String, ServerSocket> servers = new HashMap<>();
    private final Map<String, BlockingQueue<String>> lines = new ConcurrentHashMap<>();
    private final List<AutoCloseable> props = new ArrayList<>();
    private final LogReceiver log = new LogReceiver(this::keep);
    private final RunningProxy proxy;
    private final int slowness;

    /**
     * @param common the sections in front of the scenes; LOG stands for the port of the log
     * @param slowness how many times as long everything may take, and all time-outs last
     */
    Theatre(String common, List<Scene> scenes, boolean oracle, int slowness) throws IOException {
        this.slowness = slowness;
        StringBuilder text = new StringBuilder(common.replace("LOG", String.valueOf(log.port())));
        for (Scene scene : scenes) {
            text.append(sections(scene));
        }
        String slow = TIME.matcher(text)
                .replaceAll(found -> found.group(1) + Integer.parseInt(found.group(2)) * slowness + found.group(3));
        proxy = new RunningProxy(slow, oracle);
    }

    private String sections(Scene scene) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_S) * slowness);
        servers.put(scene.name, server);
        props.add(server);
        int port = Ports.reserved();
        ports.put(scene.name, port);
        lines.put(scene.name, new LinkedBlockingQueue<>());
        String backend = scene.backend;
        if (backend.contains("DEAD")) {
            backend = backend.replace("DEAD", String.valueOf(Ports.dead()));
        }
        if (backend.contains("MUTE")) {
            backend = backend.replace("MUTE", String.valueOf(mutePort()));
        }
        backend = backend.replace("SERVER", String.valueOf(server.getLocalPort()));
        if (!backend.contains("server s1")) {
            backend += "\n    server s1 127.0.0.1:" + server.getLocalPort();
        }
        String defaults = scene.name.contains("abortonclose") ? " from aborting" : " from plain";
        return "frontend " + scene.name + defaults + "\n    bind 127.0.0.1:" + port + "\n    " + scene.frontend
                + "\n    default_backend " + scene.name + "-be\nbackend " + scene.name + "-be" + defaults + "\n    "
                + backend + "\n";
    }

    /** A port where no connection is ever established: the queue of those to be accepted is full. */
    private int mutePort() throws IOException {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        props.add(socket);
        for (int i = 0; i < 4; i++) {
            SocketChannel filler = SocketChannel.open();
            filler.configureBlocking(false);
            filler.connect(socket.getLocalSocketAddress());
            props.add(filler);
        }
        return socket.getLocalPort();
    }

    private void keep(String line) {
        int at = line.indexOf("] ", line.indexOf(" [")) + 2;
        String[] fields = line.substring(at).split(" ", 10);
        BlockingQueue<String> of = fields.length == 10 ? lines.get(fields[0]) : null;
        if (of != null) {
            of.add(withoutTimes(fields));
        }
    }

    /** The line with {@code n} for every time that is known, and without the counts of connections. */
    private static String withoutTimes(String[] fields) {
        String retries = fields[8].substring(fields[8].lastIndexOf('/') + 1);
        String bytes = fields[0].contains("reads") ? "n" : fields[4]; // as much as the kernels' buffers hold
        return fields[1] + " " + fields[2].replaceAll("(?<![-0-9])[0-9]+", "n") + " " + fields[3] + " " + bytes + " "
                + fields[7] + " " + retries + " " + fields[9].replaceAll("bp=[1-9][0-9]*", "bp=n");
    }

    private static <T> T of(Map<String, T> things, Scene scene) {
        return Objects.requireNonNull(things.get(scene.name), scene.name);
    }

    /** Plays a scene to its end. */
    Outcome play(Scene scene) throws Exception {
        BlockingQueue<String> log = of(lines, scene);
        log.clear();
        Stage stage = new Stage(of(ports, scene), of(servers, scene), slowness);
        try {
            scene.script.play(stage);
        } finally {
            stage.close();
        }
        List<String> written = new ArrayList<>();
        for (int i = 0; i < scene.lines; i++) {
            String line = log.poll((long) PATIENCE_S * slowness, TimeUnit.SECONDS);
            written.add(line == null ? "no line" : line);
        }
        written.addAll(log);
        if (stage.clients.size() > 1) {
            Collections.sort(written); // two exchanges: whose line comes first is a matter of time
        }
        return new Outcome(
                stage.clients.stream().map(Wire::outcome).toList(),
                stage.servers.stream()
                        .map(Wire::outcome)
                        .map(bytes -> scene.name.contains("nolinger") ? bytes : ended(bytes))
                        .toList(),
                written);
    }

    /** A proxy may end a connection to a server as it likes; HAProxy resets some to be rid of them. */
    private static String ended(String bytes) {
        return bytes.replace("<reset>", "<end>");
    }

    /** The connections of one scene. */
    static final class Stage implements AutoCloseable {
        private final int port;
        private final ServerSocket server;
        private final int slowness;
        private final List<Wire> clients = new ArrayList<>();
        private final List<Wire> servers = new CopyOnWriteArrayList<>(); // a scene may have a thread that accepts
        private final List<Thread> accepting = new ArrayList<>();
        private volatile boolean closed;

        private Stage(int port, ServerSocket server, int slowness) {
            this.port = port;
            this.server = server;
            this.slowness = slowness;
        }

        /** A new connection to the proxy. */
        Wire client() throws IOException {
            Wire wire = new Wire(new Socket(InetAddress.getLoopbackAddress(), port), slowness);
            clients.add(wire);
            return wire;
        }

        /** A new connection to the proxy that takes in only a few bytes at a time. */
        Wire slowClient() throws IOException {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            Wire wire = new Wire(socket, slowness);
            clients.add(wire);
            return wire;
        }

        /** The next connection of the proxy. */
        Wire server() throws IOException {
            Wire wire = new Wire(server.accept(), slowness);
            servers.add(wire);
            return wire;
        }

        /** Does the same with every connection of the proxy from now on, each in a thread of its own. */
        void everyServer(Consumer<Wire> doing) {
            accepting.add(daemon(() -> {
                try {
                    while (true) {
                        Wire wire = new Wire(server.accept(), slowness);
                        if (closed) {
                            wire.close(); // it was opened to say so
                            return;
                        }
                        servers.add(wire);
                        daemon(() -> doing.accept(wire));
                    }
                } catch (IOException over) {
                    // no more connections for long, or the theatre is closed
                }
            }));
        }

        private static Thread daemon(Runnable task) {
            Thread thread = new Thread(task, "stage");
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        @Override
        public void close() {
            closed = true;
            clients.forEach(Wire::close);
            servers.forEach(Wire::close);
            accepting.forEach(this::dismiss);
        }

        /** The next connection is that of another play. */
        private void dismiss(Thread thread) {
            try (Socket last = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
                thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_S));
                last.close();
            } catch (IOException over) {
                // it does not listen any more
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws Exception {
        proxy.close();
        for (AutoCloseable prop : props) {
            prop.close();
        }
        log.close();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The proxy's end of its tie to the guardian.
 *
 * <p>{@link #connect}, then {@link #start}, then {@link #ready} once the listeners accept. From {@code start} on a thread of
 * its own beats every {@value #BEAT_MS} ms and another takes the guardian's messages, one at a time; handlers run on the
 * latter. When the guardian is gone, {@link Handler#onGuardianGone} is called, and the proxy must end: no orphan may keep
 * answering.
 */
public final class GuardianLink implements AutoCloseable {
    /** Names the directory of the guardian's control socket and heartbeat; set in the environment of a proxy it starts. */
    public static final String ENVIRONMENT = "TANDEM_WORKER_PATH";

    static final String SOCKET = "control.sock";
    static final String HEARTBEAT = "heartbeat";
    private static final int BEAT_MS = 5;
    /** An answer of the guardian may hold the metrics of 250 virtual routers. */
    private static final int MAX_LINE = 4 << 20;

    private static final int MAX_QUESTIONS = 16;
    private static final int ANSWER_S = 5;
    /** Of a text no more is sent: even at three bytes a character it fits into a line. */
    private static final int MAX_TEXT = 20_000;

    /** What the guardian asks of the proxy. */
    public interface Handler {
        /** The role changed; also called once at the start. */
        void onRole(Role role);

        /**
         * Load the configuration again.
         *
         * @return null for success, or why the old one is kept, several lines where need be
         */
        @org.jspecify.annotations.Nullable String onReload();

        /**
         * The addresses are about to move: end idle connections, announce the end of the others, and return once all are
         * gone, or after a short time. New ones are still served.
         */
        default void onDrain() {}

        /** The addresses have moved, and this proxy stays: connections are kept open again. */
        default void onServe() {}

        /** Watch these backends, and say by {@link GuardianLink#health} when one has no usable server. */
        default void onWatch(List<String> backends) {}

        /** Stop: softly (drain, then exit) or at once. */
        void onStop(boolean soft);

        /** The guardian is dead: exit. */
        void onGuardianGone();
    }

    private final SocketChannel channel;
    private final HeartbeatFile heartbeat;
    private final Handler handler;
    private final Map<Long, CompletableFuture<String>> asked = new ConcurrentHashMap<>();
    private final AtomicLong questions = new AtomicLong();
    private volatile Role role = Role.BACKUP; // written by the messages' thread, read by any
    private volatile boolean closed;

    private GuardianLink(SocketChannel channel, HeartbeatFile heartbeat, Handler handler) {
        this.channel = channel;
        this.heartbeat = heartbeat;
        this.handler = handler;
    }

    /**
     * Connects to the guardian that started this process.
     *
     * @return empty if none did
     * @throws IOException if one did, but does not answer
     */
    public static Optional<GuardianLink> connect(Map<String, String> environment, Handler handler) throws IOException {
        String directory = environment.get(ENVIRONMENT);
        if (directory == null || directory.isEmpty()) {
            return Optional.empty();
        }
        Path path = Path.of(directory);
        HeartbeatFile heartbeat = HeartbeatFile.open(path.resolve(HEARTBEAT));
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(path.resolve(SOCKET)));
        GuardianLink link = new GuardianLink(channel, heartbeat, handler);
        link.send("hello " + ProcessHandle.current().pid());
        return Optional.of(link);
    }

    /**
     * Starts beating and listening.
     *
     * @param alive asked before every beat, cheaply: false stops the clock, and the guardian moves the addresses away
     */
    public void start(BooleanSupplier alive) {
        daemon("guardian-beat", () -> beat(alive));
        daemon("guardian-link", this::listen);
    }

    /** The role last told. */
    public Role role() {
        return role;
    }

    /**
     * Tells the guardian that the listeners accept: the node may become active.
     *
     * @param warm whether the request path has been compiled by traffic of its own
     */
    public void ready(boolean warm) {
        send("ready " + (warm ? "warm" : "cold"));
    }

    /** Tells the guardian that this proxy cannot serve: it gives the addresses away. {@link #ready} takes it back. */
    public void notReady(String reason) {
        send("not-ready " + oneLine(reason));
    }

    /**
     * Tells the guardian what this proxy's channel sees of the cluster.
     *
     * @param members the others it sees
     */
    public void cluster(boolean inSync, Collection<String> members) {
        send("cluster " + (inSync ? "in-sync" : "behind") + (members.isEmpty() ? "" : " " + String.join(",", members)));
    }

    /** @param ill the watched backend without a usable server, or the empty string */
    public void health(String ill) {
        send(ill.isEmpty() ? "well" : "ill " + ill);
    }

    /**
     * Asks the guardian; at most {@value #MAX_QUESTIONS} questions wait at a time.
     *
     * @param command as on its own socket
     * @return the answer, by and by; an exception where too many wait
     */
    public CompletableFuture<String> ask(String command) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        if (asked.size() >= MAX_QUESTIONS) {
            answer.completeExceptionally(new IOException("too many questions wait for the guardian"));
            return answer;
        }
        long number = questions.incrementAndGet();
        asked.put(number, answer);
        answer.orTimeout(ANSWER_S, TimeUnit.SECONDS).whenComplete((text, failure) -> asked.remove(number));
        send("ask " + number + " " + command.replace('\n', ' '));
        return answer;
    }

    /** Tells the guardian that this proxy is about to exit by intention. */
    @Override
    public void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    private void beat(BooleanSupplier alive) {
        while (!closed) {
            if (alive.getAsBoolean()) {
                heartbeat.beat(System.nanoTime());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(BEAT_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void listen() {
        try {
            LineReader lines = new LineReader(channel, MAX_LINE);
            String line;
            while ((line = lines.next()) != null) {
                take(line);
            }
        } catch (IOException e) {
            // As an end of the stream: the guardian is gone.
        }
        if (!closed) {
            handler.onGuardianGone();
        }
    }

    private void take(String line) {
        switch (line) {
            case "role ACTIVE" -> become(Role.ACTIVE);
            case "role BACKUP" -> become(Role.BACKUP);
            case "reload" -> {
                String failure = handler.onReload();
                send(failure == null ? "reloaded ok" : "reloaded failed " + oneLine(failure));
            }
            case "drain" -> {
                handler.onDrain();
                send("drained");
            }
            case "serve" -> handler.onServe();
            case "stop soft" -> handler.onStop(true);
            case "stop hard" -> handler.onStop(false);
            default -> {
                if (line.startsWith("answer ")) {
                    String[] words = line.split(" ", 3);
                    CompletableFuture<String> waiting = words.length == 3 && words[1].matches("\\d{1,18}")
                            ? asked.remove(Long.valueOf(words[1]))
                            : null;
                    if (waiting != null) {
                        waiting.complete(words[2].replace('\u2028', '\n'));
                    }
                }
                if (line.startsWith("watch ")) {
                    String names = line.substring("watch ".length());
                    handler.onWatch(names.isEmpty() ? List.of() : List.of(names.split(",", -1)));
                }
                // Anything else is a newer guardian's word.
            }
        }
    }

    private void become(Role newRole) {
        role = newRole;
        handler.onRole(newRole);
    }

    private synchronized void send(String line) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            // The listening thread sees the end as well, and acts on it.
        }
    }

    /** Lines travel as one, their ends as U+2028; of a longer text its beginning, for a line too long ends the link. */
    private static String oneLine(String text) {
        String all = text.strip();
        int left = all.length() - MAX_TEXT;
        String kept = left <= 0 ? all : all.substring(0, MAX_TEXT) + "\n(" + left + " characters more)";
        return kept.replace('\n', '\u2028');
    }

    @SuppressWarnings(
            "ThreadPriorityCheck") // the heartbeat should not wait behind traffic where the kernel listens to it
    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.start();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.node.boot.Daemon;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The proxy's life, seen from the guardian: started, ready, told things, ended.
 *
 * <p>One proxy at a time. Listener methods run on this class's threads.
 */
final class Worker implements AutoCloseable {
    private static final int MAX_LINE = 64 * 1024;
    /** At a time: the proxy, which asks for strangers too, has half as many questions open. */
    private static final int MOST_ANSWERS = 32;

    static final int SIGTERM = 15;
    static final int SIGKILL = 9;

    /** What a proxy does. */
    interface Listener {
        void onStarted(int pid);

        void onReady(boolean warm);

        void onNotReady(String reason);

        /** @param failure null for success */
        void onReloaded(@Nullable String failure);

        /**
         * What the proxy's own channel sees of the cluster.
         *
         * @param inSync whether its tables are those of the others
         * @param members the others it sees
         */
        void onCluster(boolean inSync, Set<String> members);

        /** The proxy is there and listens; tell it what it has to know. */
        void onHello();

        /** @param ill the backend without a usable server, or the empty string */
        void onHealth(String ill);

        /** A question from the proxy's admin socket or its metrics; the answer goes back. May wait a while. */
        String onAsk(String command);

        void onExit(int pid, Spawner.Exit exit);
    }

    private final Spawner spawner;
    private final List<String> command;
    private final RunDirectory directory;
    private final HeartbeatFile heartbeat;
    private final Listener listener;
    private final ServerSocketChannel server;
    private volatile @Nullable SocketChannel channel; // written by the accepting thread, read by any
    private volatile CountDownLatch drained =
            new CountDownLatch(0); // made by who drains, counted down by this class's threads
    private volatile List<String> proxyFiles = List.of(); // written by who loads, read by who starts a proxy
    private final Semaphore answering = new Semaphore(MOST_ANSWERS);
    private volatile int pid; // 0: none; written by whoever starts and by the waiting thread

    Worker(Spawner spawner, List<String> command, RunDirectory directory, HeartbeatFile heartbeat, Listener listener)
            throws IOException {
        this.spawner = spawner;
        this.command = List.copyOf(command);
        this.directory = directory;
        this.heartbeat = heartbeat;
        this.listener = listener;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(directory.worker().resolve(GuardianLink.SOCKET)));
        daemon("worker-accept", this::accept);
    }

    /** What the proxy that is started next reads. */
    void files(List<String> names) {
        proxyFiles = names;
    }

    int pid() {
        return pid;
    }

    /** Whether a proxy is there that hears what is sent. */
    boolean isConnected() {
        return pid != 0 && channel != null;
    }

    /** Starts a proxy. */
    synchronized void start() throws IOException {
        heartbeat.reset();
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.remove("NOTIFY_SOCKET");
        environment.remove(Daemon.READY);
        environment.put(GuardianLink.ENVIRONMENT, directory.worker().toString());
        environment.put("TANDEM_ROLE", "proxy");
        environment.put("TANDEM_CONFIG_BYTES", Long.toString(ProxyFiles.bytes(proxyFiles)));
        environment.put("HAPROXY_MWORKER", "1");
        int started = spawner.spawn(command, environment);
        pid = started;
        listener.onStarted(started);
        daemon("worker-wait", () -> {
            Spawner.Exit exit = Spawner.await(started);
            pid = 0;
            drained.countDown();
            channel = null;
            listener.onExit(started, exit);
        });
    }

    /**
     * Has the proxy end idle connections and announce the end of the others; new ones are still served. {@code serve} ends
     * that.
     *
     * @return whether all were gone within the limit
     */
    boolean drain(long limitMs) throws InterruptedException {
        CountDownLatch empty = new CountDownLatch(1);
        drained = empty;
        send("drain");
        return pid == 0 || empty.await(limitMs, TimeUnit.MILLISECONDS);
    }

    /** Sends a line; a proxy that has not connected yet gets the role when it does. */
    void send(String line) {
        SocketChannel current = channel;
        if (current == null) {
            return;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            synchronized (current) {
                while (bytes.hasRemaining()) {
                    current.write(bytes);
                }
            }
        } catch (IOException e) {
            // Its exit follows.
        }
    }

    void signal(int signal) {
        int current = pid;
        if (current > 0) {
            C.kill(current, signal);
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel accepted = server.accept();
                daemon("worker-read", () -> read(accepted));
            } catch (IOException | OutOfMemoryError noneNow) { // no descriptor or no thread: the next proxy must get in
                AcceptPause.take(server);
            }
        }
    }

    private void read(SocketChannel accepted) {
        try (accepted) {
            LineReader lines = new LineReader(accepted, MAX_LINE);
            String hello = lines.next();
            // The directory keeps other users out; this keeps a proxy of earlier days out.
            if (hello == null || !hello.equals("hello " + pid)) {
                return;
            }
            channel = accepted;
            listener.onHello();
            String line;
            while ((line = lines.next()) != null) {
                take(line);
            }
        } catch (IOException e) {
            // Its exit follows.
        }
    }

    private void take(String line) {
        if (line.startsWith("ready ")) {
            listener.onReady(line.equals("ready warm"));
        } else if (line.startsWith("not-ready ")) {
            listener.onNotReady(line.substring("not-ready ".length()));
        } else if (line.startsWith("cluster ")) {
            String[] words = line.split(" ", 3);
            listener.onCluster(
                    words[1].equals("in-sync"), words.length < 3 ? Set.of() : Set.of(words[2].split(",", -1)));
        } else if (line.equals("well") || line.startsWith("ill ")) {
            listener.onHealth(line.equals("well") ? "" : line.substring("ill ".length()));
        } else if (line.startsWith("ask ")) {
            answer(line.split(" ", 3));
        } else if (line.equals("drained")) {
            drained.countDown();
        } else if (line.equals("reloaded ok")) {
            listener.onReloaded(null);
        } else if (line.startsWith("reloaded failed ")) {
            listener.onReloaded(line.substring("reloaded failed ".length()).replace('\u2028', '\n'));
        }
    }

    /** Off the reading thread: a question may wait for the addresses to move, and that for the proxy's word. */
    private void answer(String[] words) {
        if (words.length == 3 && answering.tryAcquire()) { // it asks no more at a time; what is beyond gets no answer
            daemon("worker-answer", () -> {
                try {
                    send("answer " + words[1] + " " + listener.onAsk(words[2]).replace('\n', '\u2028'));
                } finally {
                    answering.release();
                }
            });
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            SocketChannel current = channel;
            if (current != null) {
                current.close();
            }
        } catch (IOException e) {
            // Nothing depends on it any more.
        }
    }

    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }
}

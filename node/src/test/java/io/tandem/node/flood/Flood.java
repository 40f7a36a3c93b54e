// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A flood under way: threads that do the same again and again until it is over. */
final class Flood implements AutoCloseable {
    /** How many are held open. */
    static final int CONNECTIONS = Integer.getInteger("tandem.flood.connections", 2000);

    static final int SECONDS = Integer.getInteger("tandem.flood.seconds", 2);

    /** For so long it rages before anybody measures: what it does to a program that has been compiled for it. */
    static final int EARLIER_SECONDS = Integer.getInteger("tandem.flood.earlier", 0);

    /** In floods as long as this the other clients are measured; in shorter ones one pause of the machine says too much. */
    static final int MEASURED_SECONDS = 10;

    /** Something done once; an IO error is the other side's answer, nothing wrong. */
    @FunctionalInterface
    interface Strike {
        void once() throws IOException, InterruptedException;
    }

    private final List<Thread> threads = new ArrayList<>();
    private final List<Socket> held = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong strikes = new AtomicLong();
    private volatile boolean over;

    static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "flood");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Lets {@code count} threads strike until the end. */
    Flood by(int count, Strike strike) {
        for (int i = 0; i < count; i++) {
            threads.add(daemon(() -> {
                while (!over) {
                    try {
                        strikes.incrementAndGet();
                        strike.once();
                    } catch (IOException refused) {
                        Thread.onSpinWait();
                    } catch (InterruptedException end) {
                        return;
                    }
                }
            }));
        }
        return this;
    }

    /** Opens connections that stay until the end. */
    Flood holding(int count, int port, String first) throws IOException {
        for (int i = 0; i < count; i++) {
            held.add(open(port, first));
        }
        return this;
    }

    private static Socket open(int port, String first) throws IOException {
        Socket narrow = new Socket();
        narrow.setReceiveBufferSize(4096);
        Socket socket = connect(narrow, port);
        send(socket, first);
        return socket;
    }

    /** Like {@link #holding}, each connection replaced by a new one after {@code ageMs}: a time-out ends no flood. */
    Flood renewing(int count, int port, String first, int ageMs) throws IOException {
        holding(count, port, first);
        int[] next = {0};
        return by(1, () -> {
            int i = next[0]++ % count;
            reset(held.get(i));
            held.set(i, open(port, first));
            Thread.sleep(Math.max(1, ageMs / count));
        });
    }

    /** Ends a connection without a trace of it in the kernel, so that the ports last. */
    static void reset(Socket socket) throws IOException {
        if (!socket.isClosed()) {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    /** Adds a byte to each of the held connections, again and again. */
    Flood trickling(String bytes, int pauseMs) {
        return by(1, () -> {
            for (Socket socket : held.toArray(new Socket[0])) {
                try {
                    send(socket, bytes);
                } catch (IOException closed) {
                    Thread.onSpinWait();
                }
            }
            Thread.sleep(pauseMs);
        });
    }

    int held() {
        return held.size();
    }

    long strikes() {
        return strikes.get();
    }

    static Socket connect(int port) throws IOException {
        return connect(new Socket(), port);
    }

    private static Socket connect(Socket socket, int port) throws IOException {
        socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(5_000);
        return socket;
    }

    static void send(Socket socket, String text) throws IOException {
        if (!text.isEmpty()) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** Sends and reads to the end of the answer, or until {@code most} bytes have come; what it was. */
    static String ask(int port, String text, int most) throws IOException {
        try (Socket socket = connect(port)) {
            try {
                send(socket, text);
            } catch (IOException closed) {
                Thread.onSpinWait(); // the answer may be there nevertheless
            }
            return new String(socket.getInputStream().readNBytes(most), StandardCharsets.ISO_8859_1);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.interrupt();
        }
        for (Thread thread : threads) {
            thread.join(10_000);
        }
        for (Socket socket : held.toArray(new Socket[0])) {
            socket.close();
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.CannedServer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Clients of a soak that are not about numbers: WebSockets, those who are slow, HTTP/2. A thread each. */
final class SoakClients {
    private static final int TIMEOUT_MS = 20_000;

    private final SoakWorld world;
    private final LongAdder messages = new LongAdder();
    private final LongAdder bodies = new LongAdder();
    private final SoakErrors websocketErrors;
    private final SoakErrors slowErrors;
    private final SoakErrors h2Errors;
    private final SoakH2 h2;
    private volatile boolean over;

    SoakClients(SoakWorld world, SoakErrors websocket, SoakErrors slow, SoakErrors h2Errors, SoakH2 h2) {
        this.world = world;
        websocketErrors = websocket;
        slowErrors = slow;
        this.h2Errors = h2Errors;
        this.h2 = h2;
    }

    /** One client's doing, again and again. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    void websocket() {
        start("websocket", websocketErrors, this::talk);
    }

    void slow() {
        start("slow", slowErrors, this::dawdle);
    }

    /** In clear and over TLS in turn. */
    void h2() {
        start("h2", h2Errors, () -> {
            h2.run("http://127.0.0.1:" + world.h2Port() + "/");
            h2.run("https://127.0.0.1:" + world.httpsPort() + "/");
        });
    }

    void stop() {
        over = true;
    }

    long messages() {
        return messages.sum();
    }

    long bodies() {
        return bodies.sum();
    }

    private void start(String name, SoakErrors errors, Work work) {
        Thread thread = new Thread(
                () -> {
                    while (!over) {
                        long beganNs = System.nanoTime();
                        try {
                            work.run();
                        } catch (IOException e) {
                            if (!over) {
                                errors.add(String.valueOf(e), beganNs, System.nanoTime());
                            }
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                },
                "soak-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MS);
        return socket;
    }

    /** Upgrades and then exchanges a message every tenth of a second, for two minutes: through several reloads. */
    private void talk() throws IOException, InterruptedException {
        try (Socket socket = connect(world.httpPort())) {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            out.write(Heads.bytes("GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
            String head = Heads.skip(in);
            if (!head.startsWith("HTTP/1.1 101")) {
                throw new IOException("no upgrade: " + head);
            }
            byte[] back = new byte[64];
            for (int i = 0; i < 1200 && !over; i++) {
                byte[] message = Heads.bytes(String.format("message %056d", i));
                out.write(message);
                if (in.readNBytes(back, 0, message.length) < message.length) {
                    throw new EOFException("after " + i + " messages");
                }
                if (!Arrays.equals(message, back)) {
                    throw new IOException("sent one thing, received another");
                }
                messages.increment();
                Thread.sleep(100);
            }
        }
    }

    /** Sends a head in pieces and reads a large body in gulps. */
    private void dawdle() throws IOException, InterruptedException {
        try (Socket socket = connect(world.httpPort())) {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            byte[] request = Heads.bytes("GET /big HTTP/1.1\r\nHost: slow.example\r\nConnection: close\r\n\r\n");
            for (int i = 0; i < request.length; i += 8) {
                out.write(request, i, Math.min(8, request.length - i));
                Thread.sleep(150);
            }
            String head = Heads.skip(in);
            if (!head.startsWith("HTTP/1.1 200")) {
                throw new IOException("refused: " + head);
            }
            byte[] gulp = new byte[65_536];
            long total = 0;
            for (int n = in.read(gulp); n > 0; n = in.read(gulp)) {
                total += n;
                Thread.sleep(20);
            }
            if (total != CannedServer.BIG_BYTES) {
                throw new EOFException("after " + total + " bytes of the body");
            }
            bodies.increment();
        }
    }
}

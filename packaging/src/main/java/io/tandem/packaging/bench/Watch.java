// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.Latencies;
import io.tandem.packaging.lab.node.AdminSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks {@code /metrics} and the admin socket of a proxy five times a second, each on a connection of its own and with a thread of
 * its own, and looks at its memory. Anything longer than five seconds is no answer.
 */
final class Watch {
    private static final long PERIOD_MS = 200;
    private static final int TIMEOUT_MS = 5000;

    private final Contender contender;
    private final Probe metrics;
    private final Probe admin;
    private final Probe memory;
    private volatile boolean over;
    private volatile double mostRss; // written by the memory probe
    private volatile int mostConnections; // written by the admin probe

    Watch(Contender contender, int metricsPort, Path adminSocket) {
        this.contender = contender;
        metrics = new Probe("metrics", () -> askMetrics(metricsPort));
        admin = new Probe("admin", () -> askAdmin(adminSocket));
        memory = new Probe("memory", this::lookAtMemory);
    }

    /** One question; an exception is no answer. */
    private interface Question {
        void ask() throws IOException;
    }

    /** One kind of question, again and again. */
    private final class Probe extends Thread {
        private final Question question;
        private final Latencies latencies = new Latencies();
        private int asked;

        Probe(String name, Question question) {
            super(name);
            this.question = question;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!over) {
                long startNs = System.nanoTime();
                boolean answered;
                try {
                    question.ask();
                    answered = true;
                } catch (IOException | RuntimeException e) {
                    answered = false;
                }
                long tookNs = System.nanoTime() - startNs;
                synchronized (this) {
                    asked++;
                    if (answered) {
                        latencies.record(tookNs);
                    }
                }
                LockSupport.parkNanos(Math.max(1, PERIOD_MS * 1_000_000 - (System.nanoTime() - startNs)));
            }
        }

        synchronized String summary() {
            return String.format(
                    Locale.ROOT, "%d of %d, %.0f ms", latencies.count(), asked, latencies.maxMicros() / 1000);
        }
    }

    void start() {
        metrics.start();
        admin.start();
        memory.start();
    }

    void end() throws InterruptedException {
        over = true;
        metrics.join(2L * TIMEOUT_MS);
        admin.join(2L * TIMEOUT_MS);
    }

    /** Answered of asked, and the longest wait. */
    String metrics() {
        return metrics.summary();
    }

    String admin() {
        return admin.summary();
    }

    double mostRss() {
        return mostRss;
    }

    /** As the proxy itself counts them ({@code show info}, CurrConns). */
    int mostConnections() {
        return mostConnections;
    }

    String describe() {
        return String.format(
                Locale.ROOT,
                "metrics %s, admin %s, %d connections at most, RSS %.0f MB at most",
                metrics(),
                admin(),
                mostConnections,
                mostRss / 1e6);
    }

    private void lookAtMemory() throws IOException {
        mostRss = Math.max(mostRss, (double) Cpu.memoryOf(contender.pid(), "VmRSS"));
    }

    private static void askMetrics(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!text.startsWith("HTTP/1.1 200") || !text.contains("haproxy_process_current_ssl_connections")) {
                throw new IOException("not the metrics: " + text);
            }
        }
    }

    private void askAdmin(Path socket) throws IOException {
        String text = AdminSocket.ask(socket, "show info");
        int at = text.indexOf("\nCurrConns:");
        if (at < 0) {
            throw new IOException("not the information: " + text);
        }
        String number = text.substring(at + 11, text.indexOf("\n", at + 1)).strip();
        mostConnections = Math.max(mostConnections, Integer.parseInt(number));
    }
}

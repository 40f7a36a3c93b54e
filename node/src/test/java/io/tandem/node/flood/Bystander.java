// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Another client, which wants nothing but to be served: one request after the other on a connection kept alive. */
final class Bystander implements AutoCloseable {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: good\r\n\r\n";
    private static final int MOST = 1_000_000;

    private final int port;
    private final Thread thread;
    private final long[] latenciesNs = new long[MOST];
    private volatile int served;
    private volatile int failed;
    private volatile boolean over;

    Bystander(int port) {
        this.port = port;
        thread = Flood.daemon(this::run);
    }

    private void run() {
        while (!over) {
            try (Socket socket = Flood.connect(port)) {
                while (!over) {
                    long began = System.nanoTime();
                    Flood.send(socket, REQUEST);
                    socket.getInputStream()
                            .skipNBytes("HTTP/1.1 200 OK\r\ncontent-length: 1024\r\n\r\n".length() + 1024);
                    latenciesNs[served % MOST] = System.nanoTime() - began;
                    count(1, 0);
                    Thread.sleep(2);
                }
            } catch (IOException wrong) {
                count(0, 1);
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    private synchronized void count(int served, int failed) {
        this.served += served;
        this.failed += failed;
    }

    int served() {
        return served;
    }

    int failed() {
        return failed;
    }

    /** The 99th percentile of latencies so far. */
    long p99Us() {
        long[] sorted = Arrays.copyOf(latenciesNs, Math.min(served, MOST));
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : TimeUnit.NANOSECONDS.toMicros(sorted[sorted.length * 99 / 100]);
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        thread.interrupt();
        thread.join(10_000);
    }
}

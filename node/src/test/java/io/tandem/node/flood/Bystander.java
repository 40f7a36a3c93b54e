// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Another client, which wants nothing but to be served: one request after the other on a connection kept alive. A stall counts as
 * all the requests that would have been made meanwhile, and one that has not ended counts too.
 */
final class Bystander implements AutoCloseable {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: good\r\n\r\n";
    private static final int ANSWER_LENGTH = "HTTP/1.1 200 OK\r\ncontent-length: 1024\r\n\r\n".length() + 1024;
    private static final int MOST = 200_000;
    private static final int PAUSE_MS = 2;
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(PAUSE_MS + 1);

    private final int port;
    private final Thread thread;
    private final long[] latenciesNs = new long[MOST];
    private int samples;
    private int served;
    private int failed;
    /** When the request under way was sent; 0 for none. */
    private long beganNs;

    private volatile boolean over;

    Bystander(int port) {
        this.port = port;
        thread = Flood.daemon(this::run);
    }

    private void run() {
        while (!over) {
            try (Socket socket = Flood.connect(port)) {
                while (!over) {
                    begin();
                    Flood.send(socket, REQUEST);
                    socket.getInputStream().skipNBytes(ANSWER_LENGTH);
                    end(1, 0);
                    Thread.sleep(PAUSE_MS);
                }
            } catch (IOException wrong) {
                end(0, 1);
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    private synchronized void begin() {
        beganNs = System.nanoTime();
    }

    private synchronized void end(int served, int failed) {
        this.served += served;
        this.failed += failed;
        samples = record(latenciesNs, samples, underWayNs());
        beganNs = 0;
    }

    private long underWayNs() {
        return beganNs == 0 ? 0 : System.nanoTime() - beganNs;
    }

    /** Notes a latency, and those of the requests that it kept from being made; how many there are then. */
    private static int record(long[] all, int count, long latencyNs) {
        int now = count;
        long left = latencyNs;
        do {
            if (now < all.length) {
                all[now++] = left;
            }
            left -= INTERVAL_NS;
        } while (left > 0);
        return now;
    }

    synchronized int served() {
        return served;
    }

    synchronized int failed() {
        return failed;
    }

    private synchronized long[] sorted() {
        long[] sorted = Arrays.copyOf(latenciesNs, Math.min(MOST, samples + (int) (underWayNs() / INTERVAL_NS) + 2));
        sorted = Arrays.copyOf(sorted, record(sorted, samples, underWayNs()));
        Arrays.sort(sorted);
        return sorted;
    }

    /** The 99th percentile of latencies so far. */
    long p99Us() {
        long[] sorted = sorted();
        return TimeUnit.NANOSECONDS.toMicros(sorted[(int) (sorted.length * 99L / 100)]);
    }

    /** The longest that a request took, or takes. */
    long longestUs() {
        long[] sorted = sorted();
        return TimeUnit.NANOSECONDS.toMicros(sorted[sorted.length - 1]);
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        thread.interrupt();
        thread.join(10_000);
    }
}

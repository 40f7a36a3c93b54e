// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.host.Host;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks the floating address once a millisecond, each time on a connection of its own. A probe is answered when its
 * response, status 200, came within 200 ms; a handshake that the kernel repeats a second later comes too late.
 *
 * <p>One thread, in the client's namespace. A probe that is due while the thread was kept from running is sent late or
 * left out, never in a burst: the log holds the times of sending as they were.
 */
final class Prober implements AutoCloseable {
    static final long INTERVAL_NS = 1_000_000;
    static final long LIMIT_NS = 200_000_000;

    private static final byte[] REQUEST = "GET /probe HTTP/1.1\r\nHost: floating\r\nUser-Agent: tandem-drill\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final SocketAddress target;
    private final Selector selector;
    private final ArrayDeque<Probe> outstanding = new ArrayDeque<>();
    private volatile ProbeLog log = new ProbeLog(); // written by the drill, read by the prober
    private volatile boolean closed; // written by the drill, read by the prober

    private Prober(SocketAddress target, Selector selector) {
        this.target = target;
        this.selector = selector;
    }

    private static final class Probe {
        final ProbeLog log;
        final int number;
        final long sentNs;
        final HttpCall call;
        boolean done;

        Probe(ProbeLog log, int number, long sentNs, HttpCall call) {
            this.log = log;
            this.number = number;
            this.sentNs = sentNs;
            this.call = call;
        }
    }

    static Prober start(Host client, InetSocketAddress target) throws IOException {
        Prober prober = new Prober(target, Selector.open());
        InNamespace.startThread(client, "prober", prober::run);
        return prober;
    }

    /** Begins a new log; probes under way still count for the old one. */
    ProbeLog startLog() {
        log = new ProbeLog();
        return log;
    }

    ProbeLog log() {
        return log;
    }

    private void run() throws IOException {
        Priority.raise();
        long nextNs = System.nanoTime();
        while (!closed) {
            long nowNs = System.nanoTime();
            if (nowNs - nextNs >= 0) {
                launch(nowNs);
                nextNs = Math.max(nextNs + INTERVAL_NS, nowNs + INTERVAL_NS / 2);
            }
            selector.selectNow();
            collect();
            expire(System.nanoTime());
            LockSupport.parkNanos(nextNs - System.nanoTime());
        }
        outstanding.forEach(probe -> probe.call.abort());
        selector.close();
    }

    private void launch(long nowNs) {
        ProbeLog current = log;
        int number = current.sent(nowNs);
        try {
            HttpCall call = HttpCall.open(selector, target, REQUEST);
            Probe probe = new Probe(current, number, nowNs, call);
            call.attach(probe);
            outstanding.addLast(probe);
        } catch (IOException e) {
            // refused or unreachable at once: unanswered
        }
    }

    private void collect() {
        Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
        while (keys.hasNext()) {
            SelectionKey key = keys.next();
            keys.remove();
            HttpCall call = (HttpCall) key.attachment();
            if (call.attachment() instanceof Probe probe) {
                advance(probe, call);
            }
        }
    }

    private static void advance(Probe probe, HttpCall call) {
        try {
            if (call.onReady()) {
                if (call.status() == 200 && System.nanoTime() - probe.sentNs <= LIMIT_NS) {
                    probe.log.answered(probe.number);
                }
                probe.done = true;
                call.abort();
            }
        } catch (IOException | java.nio.channels.CancelledKeyException e) {
            probe.done = true;
            call.abort();
        }
    }

    private void expire(long nowNs) {
        Probe oldest = outstanding.peekFirst();
        while (oldest != null && (oldest.done || nowNs - oldest.sentNs > LIMIT_NS)) {
            oldest.call.abort();
            outstanding.removeFirst();
            oldest = outstanding.peekFirst();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}

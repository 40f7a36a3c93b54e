// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.host.Host;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A steady load on the floating address: requests at a fixed rate whatever the answers, every other one on a connection
 * kept alive and every other on a new one, one in four by a client that was never seen before. One thread, in the
 * client's namespace.
 */
final class Load implements AutoCloseable {
    private static final long LIMIT_NS = 2_000_000_000L;
    private static final int MAX_IDLE = 32;
    private static final int NEW_CLIENT_EVERY = 4;

    private final InetSocketAddress target;
    private final long intervalNs;
    private final Clients clients;
    private final Selector selector;
    private final ArrayDeque<HttpCall> idle = new ArrayDeque<>();
    private final Set<Request> underWay = new HashSet<>();
    private volatile boolean closed; // written by the drill, read by the load

    // Guarded by this.
    private LoadCounts counts = LoadCounts.NONE;
    private Map<String, Integer> reasons = new TreeMap<>();
    private long faultNs = Long.MAX_VALUE;
    private boolean faulted;

    private Load(InetSocketAddress target, int ratePerSecond, Clients clients, Selector selector) {
        this.target = target;
        this.intervalNs = 1_000_000_000L / ratePerSecond;
        this.clients = clients;
        this.selector = selector;
    }

    private static final class Request {
        final String client;
        final boolean isNewClient;
        final boolean keepAlive;
        final HttpCall call;
        final long connectedNs;
        final long sentNs;

        Request(String client, boolean isNewClient, boolean keepAlive, HttpCall call, long connectedNs, long sentNs) {
            this.client = client;
            this.isNewClient = isNewClient;
            this.keepAlive = keepAlive;
            this.call = call;
            this.connectedNs = connectedNs;
            this.sentNs = sentNs;
        }
    }

    /** A kept-alive connection between requests: when it was opened. */
    private record Idle(long connectedNs) {}

    static Load start(Host client, InetSocketAddress target, int ratePerSecond, Clients clients) throws IOException {
        Load load = new Load(target, ratePerSecond, clients, Selector.open());
        InNamespace.startThread(client, "load", load::run);
        return load;
    }

    /** Begins a new count. */
    synchronized void startCount() {
        counts = LoadCounts.NONE;
        reasons = new TreeMap<>();
        faulted = false;
    }

    /** The fault comes now: connections that are open already may be cut by it. */
    synchronized void faultAt(long nowNs) {
        faultNs = nowNs;
        faulted = true;
    }

    synchronized LoadCounts counts() {
        return counts;
    }

    /** Why requests failed, and how many, since the count began. */
    synchronized Map<String, Integer> reasons() {
        return Map.copyOf(reasons);
    }

    private void run() throws IOException {
        long nextNs = System.nanoTime();
        long number = 0;
        while (!closed) {
            long nowNs = System.nanoTime();
            while (nowNs - nextNs >= 0) {
                send(number++, nowNs);
                nextNs += intervalNs;
            }
            // Rounded up: a little late is better than a busy loop beside the nodes under test.
            selector.select(Math.max(1, (nextNs - nowNs + 999_999) / 1_000_000));
            collect();
            expire(System.nanoTime());
        }
        selector.close();
    }

    private void send(long number, long nowNs) {
        boolean keepAlive = number % 2 == 0;
        String known = number % NEW_CLIENT_EVERY == 1
                ? null
                : clients.anyKnown().map(Clients.Known::name).orElse(null);
        String client = known == null ? clients.createName() : known;
        byte[] request = request(client, keepAlive);
        HttpCall reused = keepAlive ? idle.pollFirst() : null;
        try {
            Request sent;
            if (reused != null && reused.attachment() instanceof Idle connection) {
                sent = new Request(client, known == null, true, reused, connection.connectedNs(), nowNs);
                reused.attach(sent);
                underWay.add(sent);
                reused.send(request);
            } else {
                HttpCall call = HttpCall.open(selector, target, request);
                sent = new Request(client, known == null, keepAlive, call, nowNs, nowNs);
                call.attach(sent);
                underWay.add(sent);
            }
        } catch (IOException e) {
            if (reused != null && reused.attachment() instanceof Request broken) {
                failed(broken, reason(e));
            } else {
                count(false, nowNs, reason(e));
            }
        }
    }

    static byte[] request(String client, boolean keepAlive) {
        return ("GET / HTTP/1.1\r\nHost: floating\r\nX-Client: " + client + "\r\n"
                        + (keepAlive ? "" : "Connection: close\r\n") + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void collect() {
        Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
        while (keys.hasNext()) {
            HttpCall call = (HttpCall) keys.next().attachment();
            keys.remove();
            try {
                if (call.onReady() && call.attachment() instanceof Request request) {
                    answered(request);
                }
            } catch (IOException | CancelledKeyException e) {
                if (call.attachment() instanceof Request request) {
                    failed(request, reason(e));
                } else {
                    // Closed while idle: no request was lost.
                    idle.remove(call);
                    call.abort();
                }
            }
        }
    }

    private void answered(Request request) throws IOException {
        int status = request.call.status();
        if (status != 200) {
            failed(request, "status " + status);
            return;
        }
        underWay.remove(request);
        long nowNs = System.nanoTime();
        if (request.isNewClient) {
            clients.answered(request.client, request.call.body(), nowNs);
        }
        count(true, request.connectedNs, "");
        if (request.keepAlive && idle.size() < MAX_IDLE && !request.call.saysClose()) {
            request.call.attach(new Idle(request.connectedNs));
            idle.addFirst(request.call);
        } else {
            request.call.abort();
        }
    }

    private void failed(Request request, String reason) {
        underWay.remove(request);
        request.call.abort();
        count(false, request.connectedNs, reason);
    }

    private void expire(long nowNs) {
        List<Request> late = underWay.stream()
                .filter(request -> nowNs - request.sentNs > LIMIT_NS)
                .toList();
        late.forEach(request -> failed(request, "no answer within 2 s"));
    }

    private synchronized void count(boolean ok, long connectedNs, String reason) {
        boolean cut = !ok && faulted && connectedNs - faultNs < 0;
        counts = counts.plus(new LoadCounts(ok ? 1 : 0, ok ? 0 : 1, cut ? 1 : 0));
        if (!ok) {
            reasons.merge(cut ? reason + " (open at the fault)" : reason, 1, Integer::sum);
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    @Override
    public void close() {
        closed = true;
    }
}

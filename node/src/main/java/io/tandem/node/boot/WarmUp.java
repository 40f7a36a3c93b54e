// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Problem;
import io.tandem.node.loop.Loops;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Traffic of a standby's own, until its request path is compiled: a JVM's first thousands of requests are slow, and they
 * would come at the moment of a takeover.
 *
 * <p>A second, small proxy in this process, on loopback ports, with loops, tables and counters of its own: nothing of it shows
 * in statistics, and the code it runs is the real one. It is closed when it is done or no longer wanted. {@link #prepare}
 * belongs to the start, {@link #run} to a thread of its own.
 */
final class WarmUp {
    private static final int QUICK_REQUESTS = 4_000;
    private static final int ALL_REQUESTS = 24_000;
    private static final int QUICK_PER_MS = 2;
    private static final int SLOW_PAUSE_MS = 4;
    private static final int KEPT_ALIVE = 4;
    private static final int ANSWER_LIMIT_MS = 2_000;

    private final Loops loops;
    private final Listeners listeners;
    private final InetSocketAddress address;

    private WarmUp(Loops loops, Listeners listeners, InetSocketAddress address) {
        this.loops = loops;
        this.listeners = listeners;
        this.address = address;
    }

    /**
     * Opens the small proxy.
     *
     * @throws IOException if it cannot be had; the process does well without
     */
    static WarmUp prepare(Loader loader) throws IOException {
        int port = freePort();
        Loaded loaded = loader.readText("warm-up", text(port, freePort()));
        Loops loops = Loops.start(1);
        try {
            NodeRuntime node = Nodes.create(loops.count(), "warm-up");
            Configuration configuration = loaded.problems().hasAlerts() ? null : loader.build(loaded, node, null);
            if (configuration == null || loaded.problems().hasAlerts()) {
                throw new IOException(loaded.problems().all().stream()
                        .findFirst()
                        .map(Problem::text)
                        .orElse("refused"));
            }
            Listeners listeners = new Listeners(DataPlane.opener(node, loops));
            Listeners.Plan plan = listeners.prepare(configuration, Map.of());
            if (!plan.complaints().isEmpty()) {
                plan.discard();
                throw new IOException(plan.complaints().get(0));
            }
            configuration.commit();
            node.configuration(configuration);
            plan.commit();
            return new WarmUp(loops, listeners, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            loops.close();
            throw e;
        }
    }

    private static String text(int port, int serverPort) {
        return """
                defaults
                    mode http
                    option forwardfor
                    timeout connect 2s
                    timeout client 5s
                    timeout server 5s
                frontend warm-up
                    bind 127.0.0.1:%d
                    http-request set-header X-Forwarded-Port %%[dst_port]
                    http-request add-header X-Forwarded-Proto https if { ssl_fc }
                    default_backend warm-up-servers
                backend warm-up-servers
                    balance roundrobin
                    stick-table type string len 32 size 1k expire 1m store gpc0,http_req_rate(10s)
                    stick on req.hdr(X-Client)
                    server first 127.0.0.1:%d
                    server second 127.0.0.1:%d
                frontend warm-up-answer
                    bind 127.0.0.1:%d
                    http-request return status 200 content-type text/plain string ok
                """
                .formatted(port, serverPort, serverPort, serverPort);
    }

    /**
     * Sends requests: first enough to be fit for a takeover, then, slowly, until everything is compiled.
     *
     * @param wanted asked before each request: false ends it, since real traffic has come
     * @param warm called when it is fit
     */
    void run(BooleanSupplier wanted, Runnable warm) {
        try {
            for (int i = 0; i < ALL_REQUESTS; i += KEPT_ALIVE) {
                if (!wanted.getAsBoolean()) {
                    warm.run(); // clients' traffic does it from here on
                    return;
                }
                connection(i);
                if (i < QUICK_REQUESTS && i + KEPT_ALIVE >= QUICK_REQUESTS) {
                    warm.run();
                }
                TimeUnit.MILLISECONDS.sleep(
                        i < QUICK_REQUESTS ? KEPT_ALIVE / QUICK_PER_MS : SLOW_PAUSE_MS * KEPT_ALIVE);
            }
        } catch (IOException | RuntimeException e) {
            warm.run(); // as warm as it gets
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            listeners.close();
            loops.close();
        }
    }

    /** Several requests on one connection, and its end. */
    private void connection(int number) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_LIMIT_MS);
            socket.connect(address, ANSWER_LIMIT_MS);
            byte[] answer = new byte[4096];
            InputStream in = socket.getInputStream();
            for (int i = 0; i < KEPT_ALIVE; i++) {
                String request = "GET /warm-up?" + i + " HTTP/1.1\r\nHost: warm-up\r\nUser-Agent: tandem\r\nX-Client: c"
                        + number % 512 + "\r\nAccept: */*\r\n\r\n";
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                readAnswer(in, answer);
            }
        }
    }

    /** The answer ends with its body, {@code ok}. */
    private static void readAnswer(InputStream in, byte[] answer) throws IOException {
        int length = 0;
        while (length < 2 || answer[length - 2] != 'o' || answer[length - 1] != 'k') {
            int count = length == answer.length ? -1 : in.read(answer, length, answer.length - length);
            if (count < 0) {
                throw new IOException("warm-up: unexpected answer");
            }
            length += count;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

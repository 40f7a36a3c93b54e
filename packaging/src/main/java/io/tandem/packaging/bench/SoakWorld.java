// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.CannedServer;
import io.tandem.packaging.lab.node.AdminSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The proxy of a soak, the servers behind it, and what happens to them. */
final class SoakWorld implements AutoCloseable {
    /** A server that flaps is away for so long, then back for as long again and some. */
    private static final int AWAY_SECONDS = 3;

    private static final int PERIOD_SECONDS = 11;
    private static final int LAST_WORDS = 3000;

    private final int httpPort = Contender.freePort();
    private final int httpsPort = Contender.freePort();
    private final int h2Port = Contender.freePort();
    private final int tcpPort = Contender.freePort();
    private final Path socket;
    private final Path output;
    private final CannedServer steady = new CannedServer();
    private final EchoServer echo = new EchoServer();
    private final List<@Nullable CannedServer> flapping = new ArrayList<>(Arrays.asList(flapping(), flapping()));
    private final int[] flappingPorts;
    private final Process proxy;
    private final SoakEvents events = new SoakEvents();
    private final SoakReloads reloads;
    private final Path directory;

    SoakWorld(Path directory) throws IOException, InterruptedException {
        flappingPorts = flapping.stream()
                .mapToInt(server -> server == null ? 0 : server.port())
                .toArray();
        socket = directory.resolve("admin.sock");
        output = directory.resolve("output");
        Path configuration = directory.resolve("haproxy.cfg");
        this.directory = directory;
        Path pem = new Certificates(directory).pem(Features.Key.ECDSA);
        reloads = new SoakReloads(configuration, text(pem), events);
        ProcessBuilder builder = new ProcessBuilder(Contender.launcher(), "-db", "-f", configuration.toString());
        builder.environment().put("JAVA_OPTS", "-XX:NativeMemoryTracking=summary");
        proxy = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        awaitListening();
    }

    /** On a port that no client is given while the server is away. */
    private static CannedServer flapping() throws IOException {
        return new CannedServer(new InetSocketAddress("127.0.0.1", Contender.freePort()));
    }

    private String text(Path pem) {
        String servers = "    server s1 127.0.0.1:" + steady.port() + " check inter 500\n    server s2 127.0.0.1:"
                + flappingPorts[0] + " check inter 500 maxconn 50\n    server s3 127.0.0.1:" + flappingPorts[1]
                + " check inter 500\n";
        return """
                global
                    nbthread 2
                    maxconn 4000
                    stats socket %s mode 600 level admin
                    ssl-default-bind-options ssl-min-ver TLSv1.2
                defaults
                    mode http
                    timeout connect 2s
                    timeout client 60s
                    timeout server 30s
                    timeout tunnel 1h
                    retries 3
                    option redispatch
                    retry-on all-retryable-errors
                frontend web
                    bind 127.0.0.1:%d
                    bind 127.0.0.1:%d ssl crt %s
                    bind 127.0.0.1:%d proto h2
                    option forwardfor
                %s                    http-request set-header X-Forwarded-Port %%[dst_port]
                    stick-table type ip size 1k expire 1m store http_req_rate(10s),conn_cur
                    http-request track-sc0 src
                    use_backend echo if { hdr(upgrade) -i websocket }
                    default_backend app
                backend app
                    balance roundrobin
                    http-reuse safe
                %sbackend echo
                    server e1 127.0.0.1:%d
                listen raw
                    mode tcp
                    bind 127.0.0.1:%d
                    server s1 127.0.0.1:%d
                """
                .formatted(
                        socket,
                        httpPort,
                        httpsPort,
                        pem + " alpn h2,http/1.1",
                        h2Port,
                        SoakReloads.rule(),
                        servers,
                        echo.port(),
                        tcpPort,
                        steady.port());
    }

    private void awaitListening() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() - deadline < 0) {
            try {
                AdminSocket.ask(socket, "show info");
                return;
            } catch (IOException notYet) {
                if (!proxy.isAlive()) {
                    throw new IOException("tandem ended: " + lastWords(), notYet);
                }
                Thread.sleep(50);
            }
        }
        throw new IOException("tandem does not come up: " + lastWords());
    }

    String describe() {
        return "http, https, h2 in clear and over TLS, tcp, websocket, slow clients; two of three servers flap";
    }

    long pid() {
        return proxy.pid();
    }

    boolean isAlive() {
        return proxy.isAlive();
    }

    int httpPort() {
        return httpPort;
    }

    int httpsPort() {
        return httpsPort;
    }

    int h2Port() {
        return h2Port;
    }

    int tcpPort() {
        return tcpPort;
    }

    /** What was done, and when. */
    SoakEvents events() {
        return events;
    }

    Path directory() {
        return directory;
    }

    void reload() throws IOException, InterruptedException {
        reloads.ask(proxy.pid());
    }

    /** Looks whether the last reload has happened. */
    void checkReload() {
        reloads.check(httpPort);
    }

    /** Waits until the last reload has happened. */
    void finishReloads() throws InterruptedException {
        reloads.finish(httpPort);
    }

    int reloadsMissed() {
        return reloads.missed();
    }

    /** Reloads and deaths so far. */
    String describeEvents() {
        return "Reloads: " + reloads.asked() + " asked for, " + events.count(SoakEvents.Kind.RELOAD)
                + " seen by a request, after " + reloads.longestMs()
                + " ms at most; times a server went away: " + events.count(SoakEvents.Kind.SERVER_DIED);
    }

    /** Takes servers away and brings them back, by the clock. */
    void flap(int second) {
        for (int i = 0; i < flapping.size(); i++) {
            int phase = (second + i * PERIOD_SECONDS / 2) % PERIOD_SECONDS;
            CannedServer server = flapping.get(i);
            if (phase == 0 && server != null) {
                long nowNs = System.nanoTime();
                server.close();
                events.happened(SoakEvents.Kind.SERVER_DIED, nowNs);
                flapping.set(i, null);
            } else if (phase == AWAY_SECONDS && server == null) {
                long nowNs = System.nanoTime();
                flapping.set(i, new CannedServer(new InetSocketAddress("127.0.0.1", flappingPorts[i])));
                events.happened(SoakEvents.Kind.SERVER_BACK, nowNs);
            }
        }
    }

    String lastWords() throws IOException {
        String text = Files.readString(output);
        return text.substring(Math.max(0, text.length() - LAST_WORDS));
    }

    @Override
    public void close() {
        proxy.destroy();
        try {
            if (!proxy.waitFor(5, TimeUnit.SECONDS)) {
                proxy.destroyForcibly();
            }
        } catch (InterruptedException e) {
            proxy.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        steady.close();
        echo.close();
        for (CannedServer server : flapping) {
            if (server != null) {
                server.close();
            }
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.archive;

import io.tandem.node.cli.Main;
import io.tandem.packaging.lab.Await;
import io.tandem.packaging.lab.SelfSignedCertificate;
import io.tandem.packaging.lab.node.AdminSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A proxy in this JVM, on loopback ports of its own, asked once in each way: so that the libraries' classes are loaded. */
final class Rehearsal {
    private static final Duration START_LIMIT = Duration.ofSeconds(20);
    private static final int ANSWER_LIMIT_MS = 5_000;
    private static final int REQUESTS = 3;

    private final Path directory;
    private final int httpPort;
    private final int httpsPort;
    private final int serverPort;

    private Rehearsal(Path directory) throws IOException {
        this.directory = directory;
        this.httpPort = freePort();
        this.httpsPort = freePort();
        this.serverPort = freePort();
    }

    /** @param directory empty, for its files */
    static void run(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        Rehearsal rehearsal = new Rehearsal(directory);
        Path cfg = rehearsal.writeFiles();
        if (rehearsal.isAccepted(cfg)) {
            rehearsal.play(cfg);
        }
    }

    private Path writeFiles() throws IOException {
        Files.writeString(
                directory.resolve("site.pem"),
                SelfSignedCertificate.pem(List.of("localhost"), List.of("127.0.0.1"), Instant.now()));
        String cfg =
                """
                global
                    stats socket %1$s/admin.sock mode 600 level admin
                defaults
                    mode http
                    option httplog
                    option forwardfor
                    timeout connect 5s
                    timeout client 5s
                    timeout server 5s
                frontend web
                    bind 127.0.0.1:%2$d
                    bind 127.0.0.1:%3$d ssl crt %1$s/site.pem
                    http-request use-service prometheus-exporter if { path /metrics }
                    stats enable
                    stats uri /stats
                    default_backend servers
                backend servers
                    balance roundrobin
                    option httpchk GET /
                    http-request set-header X-Forwarded-Port %%[dst_port]
                    server self 127.0.0.1:%4$d check inter 100
                frontend self
                    bind 127.0.0.1:%4$d
                    http-request return status 200 content-type text/plain string ok
                """
                        .formatted(directory, httpPort, httpsPort, serverPort);
        return Files.writeString(directory.resolve("haproxy.cfg"), cfg);
    }

    /** A check in a process of its own: a refusal in this one would end it, and the archive with it. */
    private boolean isAccepted(Path cfg) throws IOException, InterruptedException {
        String launcher = System.getenv("TANDEM_LAUNCHER");
        if (launcher == null) {
            return false;
        }
        Process check = new ProcessBuilder(launcher, "-c", "-q", "-f", cfg.toString())
                .inheritIO()
                .start();
        return check.waitFor() == 0;
    }

    private void play(Path cfg) throws IOException, GeneralSecurityException {
        Thread proxy = new Thread(() -> Main.main(new String[] {"-db", "-f", cfg.toString()}), "rehearsed proxy");
        proxy.setDaemon(true);
        proxy.start();
        Await.until(
                "the rehearsed proxy to answer", START_LIMIT, () -> plain("/").contains(" 200 "));
        for (int i = 0; i < REQUESTS; i++) {
            plain("/");
            plain("/stats");
            plain("/metrics");
            tls();
            AdminSocket.ask(directory.resolve("admin.sock"), "show info");
            AdminSocket.ask(directory.resolve("admin.sock"), "show stat");
        }
    }

    private String plain(String path) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), httpPort), ANSWER_LIMIT_MS);
            return ask(socket, path);
        }
    }

    private void tls() throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new OwnCertificate()}, null);
        try (Socket socket = context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), httpsPort)) {
            ask(socket, "/");
        }
    }

    private static String ask(Socket socket, String path) throws IOException {
        socket.setSoTimeout(ANSWER_LIMIT_MS);
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Believes whoever answers: it is this very process, on a loopback port. */
    private static final class OwnCertificate implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

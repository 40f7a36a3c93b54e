// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How TLS connections begin in pieces, go wrong and end, down to alerts, close_notify and FIN: as with the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsWireDifferentialTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /** What a client does, and hears. */
    private interface Scene {
        String play(Proxy proxy, String version) throws Exception;
    }

    private static final Map<String, Scene> SCENES = new LinkedHashMap<>();

    static {
        for (String mode : List.of("http", "tcp")) {
            SCENES.put(mode + ": request and close_notify", (p, v) -> client(p, mode, v)
                    .handshake()
                    .send(REQUEST)
                    .closeNotify()
                    .rest());
            SCENES.put(mode + ": request, close_notify and FIN", (p, v) -> client(p, mode, v)
                    .handshake()
                    .send(REQUEST)
                    .closeNotify()
                    .fin()
                    .rest());
            SCENES.put(
                    mode + ": request and FIN without close_notify",
                    (p, v) -> client(p, mode, v).handshake().send(REQUEST).fin().rest());
            SCENES.put(mode + ": request and close_notify byte by byte", (p, v) -> client(p, mode, v)
                    .drip()
                    .handshake()
                    .send(REQUEST)
                    .closeNotify()
                    .rest());
            SCENES.put(
                    mode + ": close_notify alone",
                    (p, v) -> client(p, mode, v).handshake().closeNotify().rest());
            SCENES.put(mode + ": the server ends first", (p, v) -> client(p, mode, v)
                    .handshake()
                    .send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .rest());
            SCENES.put(mode + ": a server whose close_notify comes without FIN", (p, v) -> client(p, mode + "-tls", v)
                    .handshake()
                    .send("GET /notify HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .rest());
            SCENES.put(mode + ": a server that ends without close_notify", (p, v) -> client(p, mode + "-tls", v)
                    .handshake()
                    .send("GET /fin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .rest());
        }
        SCENES.put("tcp: the server waits for the client's end", (p, v) -> client(p, "tcp", v)
                .handshake()
                .send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n")
                .closeNotify()
                .rest());
        SCENES.put("tcp: a TLS server waits for the client's end", (p, v) -> client(p, "tcp-tls", v)
                .handshake()
                .send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n")
                .closeNotify()
                .rest());
        SCENES.put("http: two requests in one record", (p, v) -> client(p, "http", v)
                .handshake()
                .send("GET /own HTTP/1.1\r\nHost: a\r\n\r\n"
                        + "GET /own HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .rest());
        for (int piece : new int[] {1, 3, 50, 200}) {
            for (String listener : List.of("http", "http-names", "tcp-names")) {
                SCENES.put(listener + ": a handshake in pieces of " + piece, (p, v) -> new TlsWire(
                                p.port(listener), v, "a.example", piece)
                        .handshake()
                        .send(REQUEST)
                        .closeNotify()
                        .rest());
            }
        }
        SCENES.put("http: an unknown name where names are strict", (p, v) -> new TlsWire(
                        p.port("http-names"), v, "nobody.example", 0)
                .handshake()
                .rest());
        SCENES.put("http: a version too old or too new", (p, v) -> client(
                        p, v.equals("TLSv1.3") ? "http-12" : "http-13", v)
                .handshake()
                .rest());
        SCENES.put("http: clear text behind the handshake", (p, v) -> client(p, "http", v)
                .handshake()
                .raw('G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P')
                .rest());
        SCENES.put(
                "http: a record nobody has encrypted",
                (p, v) -> client(p, "http", v).handshake().raw(forged(23, 40)).rest());
        SCENES.put(
                "http: a record too long",
                (p, v) ->
                        client(p, "http", v).handshake().raw(23, 3, 3, 0x48, 1).rest());
        SCENES.put("http: a request in clear text", (p, v) -> client(p, "http", v)
                .raw('G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P', '/', '1', '.', '0', 13, 10, 13, 10)
                .bytes());
        SCENES.put("tcp: a request in clear text where names decide", (p, v) -> client(p, "tcp-names", v)
                .raw('G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P', '/', '1', '.', '0', 13, 10, 13, 10)
                .bytes());
    }

    /** Scenes whose client ends first and listens on. */
    private static final Pattern HALF_CLOSED =
            Pattern.compile("request and |close_notify alone|in pieces of|waits for the client's end");

    private static final Pattern BROKEN = Pattern.compile("clear text behind the handshake|record too long");

    @TempDir
    static @Nullable Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<ServerSocket> servers = new ArrayList<>();
    private @Nullable Proxy oracle;
    private @Nullable Proxy tandem;

    private static TlsWire client(Proxy proxy, String listener, String version) throws Exception {
        return new TlsWire(proxy.port(listener), version, "a.example", 0);
    }

    private static int[] forged(int type, int length) {
        int[] record = new int[5 + length];
        record[0] = type;
        record[1] = 3;
        record[2] = 3;
        record[4] = length;
        return record;
    }

    static Stream<String> scenes() {
        return SCENES.keySet().stream().flatMap(name -> Stream.of("TLSv1.2 " + name, "TLSv1.3 " + name));
    }

    @BeforeAll
    void start() throws Exception {
        InstalledHaproxy.assumeInstalled();
        Pki pki = new Pki(requireNonNull(directory));
        pki.leaf("a", "/CN=a.example", "root", "subjectAltName=DNS:a.example\n");
        pki.leaf("b", "/CN=b.example", "root", "subjectAltName=DNS:b.example\n");
        SSLContext secure = SSLContext.getInstance("TLS");
        secure.init(
                new KeyManager[] {new TlsClient.Presenter(pki.file("a.pem"))},
                new TrustManager[] {new TlsClient.Trusting()},
                new SecureRandom());
        String text =
                """
                defaults
                    timeout connect 1s
                    timeout client 10s
                    timeout server 3s
                frontend ready
                    mode http
                    bind 127.0.0.1:{ready}
                    http-request return status 200
                frontend h
                    mode http
                    bind 127.0.0.1:{http} ssl crt @/a.pem
                    bind 127.0.0.1:{http-names} ssl crt @/b.pem crt @/a.pem strict-sni
                    bind 127.0.0.1:{http-12} ssl crt @/a.pem ssl-max-ver TLSv1.2
                    bind 127.0.0.1:{http-13} ssl crt @/a.pem ssl-min-ver TLSv1.3
                    http-request return status 200 content-type text/plain string hello if { path /own }
                    default_backend app
                frontend t
                    mode tcp
                    bind 127.0.0.1:{tcp} ssl crt @/a.pem
                    bind 127.0.0.1:{tcp-names} ssl crt @/b.pem crt @/a.pem
                    default_backend raw
                frontend hs
                    mode http
                    bind 127.0.0.1:{http-tls} ssl crt @/a.pem
                    default_backend app-tls
                frontend ts
                    mode tcp
                    bind 127.0.0.1:{tcp-tls} ssl crt @/a.pem
                    default_backend raw-tls
                frontend hq
                    mode http
                    timeout client 2s
                    bind 127.0.0.1:{http-quick} ssl crt @/a.pem
                    bind 127.0.0.1:{http-quick-names} ssl crt @/a.pem crt @/b.pem
                    default_backend app
                frontend tq
                    mode tcp
                    timeout client 2s
                    bind 127.0.0.1:{tcp-quick} ssl crt @/a.pem
                    bind 127.0.0.1:{tcp-quick-names} ssl crt @/a.pem crt @/b.pem
                    default_backend raw
                backend app
                    mode http
                    server s 127.0.0.1:CLEAR
                backend raw
                    mode tcp
                    server s 127.0.0.1:CLEAR
                backend app-tls
                    mode http
                    server s 127.0.0.1:SECURE ssl verify none
                backend raw-tls
                    mode tcp
                    server s 127.0.0.1:SECURE ssl verify none
                """
                        .replace("CLEAR", String.valueOf(serve(null)))
                        .replace("SECURE", String.valueOf(serve(secure)))
                        .replace("@/", directory + "/");
        oracle = new Proxy(text, true);
        tandem = new Proxy(text, false);
    }

    @AfterAll
    void stop() throws IOException {
        if (oracle != null) {
            oracle.close();
        }
        if (tandem != null) {
            tandem.close();
        }
        for (ServerSocket server : servers) {
            server.close();
        }
        threads.shutdownNow();
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void clientsHearWhatHaproxyWouldTellThem(String title) throws Exception {
        if (HALF_CLOSED.matcher(title).find()) {
            EngineGap.HALF_CLOSE.endsTheTest();
        }
        if (BROKEN.matcher(title).find()) {
            EngineGap.BROKEN_RECORDS.endsTheTest();
        }
        String version = title.substring(0, 7);
        Scene scene = requireNonNull(SCENES.get(title.substring(8)));
        Proxy theirs = requireNonNull(oracle);
        Future<String> expected = threads.submit(played(scene, theirs, version));
        String ours = played(scene, requireNonNull(tandem), version).call();

        assertThat(ours).isEqualTo(expected.get(30, TimeUnit.SECONDS)).doesNotContain("[silence]");
    }

    /** All at once: each takes the whole of {@code timeout client}. */
    @Test
    void silentClientsAreLeftWhenHaproxyWouldLeaveThem() throws Exception {
        int[] half = {22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3};
        Map<String, Scene> silences = new LinkedHashMap<>();
        for (String listener : List.of("http-quick", "http-quick-names", "tcp-quick", "tcp-quick-names")) {
            silences.put(listener, (p, v) -> client(p, listener, v).bytes());
            silences.put(
                    listener + " half a hello",
                    (p, v) -> client(p, listener, v).raw(half).bytes());
            silences.put(
                    listener + " after the handshake",
                    (p, v) -> client(p, listener, v).handshake().rest());
        }
        Map<String, Future<String>> theirs = new LinkedHashMap<>();
        Map<String, Future<String>> ours = new LinkedHashMap<>();
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            silences.forEach((name, scene) -> {
                theirs.put(name + version, threads.submit(played(scene, requireNonNull(oracle), version)));
                ours.put(name + version, threads.submit(played(scene, requireNonNull(tandem), version)));
            });
        }
        for (Map.Entry<String, Future<String>> one : ours.entrySet()) {
            assertThat(one.getValue().get(30, TimeUnit.SECONDS))
                    .as(one.getKey())
                    .isEqualTo(requireNonNull(theirs.get(one.getKey())).get(30, TimeUnit.SECONDS))
                    .endsWith("[FIN]");
        }
    }

    private static Callable<String> played(Scene scene, Proxy proxy, String version) {
        return () -> scene.play(proxy, version)
                .replaceAll("(?s)HTTP/1.1 ([0-9]{3}).*?\r\n\r\n", "$1 ")
                .replaceAll("(?s)<html>.*?</html>\\s*", "");
    }

    /** OpenSSL answers {@code unexpected_message}, BoringSSL nothing: the client has said that it is leaving. */
    @Test
    void anAlertInPlaceOfAHelloEndsTheConnection() throws Exception {
        try (TlsWire theirs = client(requireNonNull(oracle), "http", "TLSv1.3").raw(21, 3, 1, 0, 2, 2, 40);
                TlsWire ours = client(requireNonNull(tandem), "http", "TLSv1.3").raw(21, 3, 1, 0, 2, 2, 40)) {
            assertThat(theirs.bytes()).isEqualTo("1503010002020a[FIN]");
            assertThat(ours.bytes()).isEqualTo("[FIN]");
        }
    }

    /** OpenSSL answers with a warning and goes on, BoringSSL with the same alert as a fatal one: clients give up either way. */
    @Test
    void noClientMayRenegotiate() throws Exception {
        // the JDK's engine reads what tells it so when a JVM first uses it, which in this one was a client
        Assumptions.assumeTrue(Engine.isNative(), "JdkEngineTest asks it in a process of its own");
        for (Proxy proxy : List.of(requireNonNull(oracle), requireNonNull(tandem))) {
            try (TlsWire client = client(proxy, "http", "TLSv1.2")) {
                assertThat(client.handshake().renegotiate().rest()).contains("no_renegotiation");
            }
        }
    }

    private int serve(@Nullable SSLContext secure) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        servers.add(server);
        threads.execute(() -> {
            try {
                while (true) {
                    Socket socket = server.accept();
                    threads.execute(() -> serve(socket, secure));
                }
            } catch (IOException closed) {
                // the tests are over
            }
        });
        return server.getLocalPort();
    }

    /** Answers one request, and ends as its path asks for. */
    private static void serve(Socket raw, @Nullable SSLContext secure) {
        try (raw) {
            raw.setSoTimeout(10_000);
            Socket socket = raw;
            if (secure != null) {
                SSLSocket wrapped = (SSLSocket) secure.getSocketFactory().createSocket(raw, null, raw.getPort(), true);
                wrapped.setUseClientMode(false);
                wrapped.startHandshake();
                socket = wrapped;
            }
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int b = socket.getInputStream().read();
                if (b < 0) {
                    return;
                }
                head.append((char) b);
            }
            boolean half = head.indexOf("GET /half ") == 0;
            if (half && socket.getInputStream().read() >= 0) {
                return;
            }
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            if (head.indexOf("GET /notify ") == 0) {
                socket.shutdownOutput();
                socket.getInputStream().read();
            } else if (head.indexOf("GET /fin ") == 0) {
                raw.shutdownOutput();
                socket.getInputStream().read();
            } else if (secure != null || half) {
                socket.close();
            }
        } catch (IOException failed) {
            // the proxy did not like it
        }
    }
}

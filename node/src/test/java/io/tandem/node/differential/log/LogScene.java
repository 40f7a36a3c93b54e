// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.log;

import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.TrustingClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A frontend and what a client does there, once. */
enum LogScene {
    RICH("http", "", Way.CLEAR, Texts.RICH),
    UNREADABLE("http", "", Way.CLEAR, "G\u00c4T / HTTP/1.1\r\n\r\n"),
    DENIED("http", " error-log-format ERR\n http-request deny\n", Way.CLEAR, Texts.RICH),
    RETURNED("http", " http-request return status 200\n", Way.CLEAR, "HEAD /x HTTP/1.0\r\n\r\n"),
    SERVERLESS("http", " use_backend missing-%[path] if TRUE\n", Way.CLEAR, "GET /none HTTP/1.0\r\nX-One:\r\n\r\n"),
    ABSOLUTE("http", "", Way.CLEAR, "GET http://h:80/p/q?a HTTP/1.0\r\n\r\n"),
    FRAGMENT("http", "", Way.CLEAR, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
    HALF("http", " timeout http-request 100\n", Way.CLEAR, "GET / HTTP/1.1\r\nHo"),
    MUTE("http", " timeout http-request 100\n", Way.CLEAR, ""),
    ASTERISK("http", "", Way.CLEAR, "OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
    PATHLESS("http", "", Way.CLEAR, "GET http://h HTTP/1.0\r\n\r\n"),
    EARLY("http", " option logasap\n", Way.CLEAR, Texts.RICH),
    EMPTY(
            "http",
            " http-request redirect location /\n",
            Way.CLEAR,
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    BYTES("tcp", "", Way.CLEAR, "hello\r\n\r\n"),
    BYTES_REFUSED(
            "tcp",
            " error-log-format ERR\n tcp-request inspect-delay 5s\n tcp-request content reject if { req.len gt 0 }\n",
            Way.CLEAR,
            "hello\r\n\r\n"),
    HTTP2("http", "", Way.CLEAR, Texts.HTTP2),
    TLS("http", "", Way.TLS, Texts.RICH),
    TLS12("http", "", Way.TLS12, Texts.RICH),
    TLS_HTTP2("http", "", Way.TLS_HTTP2, Texts.HTTP2),
    TLS_BYTES("tcp", "", Way.TLS, "hello\r\n\r\n"),
    ANNOUNCED("http", "", Way.ANNOUNCED, Texts.RICH),
    ANNOUNCED_BYTES("tcp", "", Way.ANNOUNCED, Texts.RICH),
    UNIX("http", " default_backend local\n", Way.UNIX, Texts.RICH);

    /** What every server says. */
    static final String ANSWER =
            "HTTP/1.1 200 OK\r\nServer: s{|}\"\r\nSet-Cookie: SESS=new; path=/\r\nContent-Length: 2\r\n"
                    + "Connection: close\r\n\r\nok";

    private static final int PATIENCE_MS = 20_000;

    /** How bytes come. */
    private enum Way {
        CLEAR,
        TLS,
        TLS12,
        TLS_HTTP2,
        ANNOUNCED,
        UNIX
    }

    private static final class Texts {
        static final String RICH = "GET /a%20b/{x}|?q=\"1\"&r=]\\ HTTP/1.1\r\nHost: h\r\nX-One: A\"b]c|{d}\\#\r\n"
                + "Cookie: SESS=c\"1]\\#\r\nConnection: close\r\n\r\n";

        static final String HTTP2 = Http2Text.PREFACE
                + Http2Text.request(
                        "GET", "https", "h", "/p/{q}?a=b]", true, "x-one", "A\"b]c|{d}\\", "cookie", "SESS=c\"1");

        private Texts() {}
    }

    private final String mode;
    private final String rules;
    private final Way way;
    private final String sent;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final LogFields fields;

    LogScene(String mode, String rules, Way way, String sent) {
        this.mode = mode;
        this.rules = rules;
        this.way = way;
        this.sent = sent;
        fields = new LogFields(mode.equals("http"), way == Way.UNIX);
    }

    LogFields fields() {
        return fields;
    }

    /** Whether its line is about a connection that failed: nothing announces the client. */
    boolean isFailure() {
        return way == Way.ANNOUNCED;
    }

    boolean isUnix() {
        return way == Way.UNIX;
    }

    /** What stands behind the address of the bind line. */
    String bindOptions(String certificate) {
        return switch (way) {
            case CLEAR, UNIX -> "";
            case ANNOUNCED -> " accept-proxy";
            case TLS, TLS12 -> " ssl crt " + certificate;
            case TLS_HTTP2 -> " ssl crt " + certificate + " alpn h2";
        };
    }

    /** The frontend's lines but for bind and logs. */
    String lines() {
        String kept = mode.equals("http")
                ? """
                  unique-id-format id-%rt
                  capture request header x-one len 40
                  capture request header x-two len 40
                  capture response header server len 40
                  capture cookie SESS len 20
                  http-request set-var(txn.set) req.hdr(x-one)
                 """
                : "";
        String backend =
                rules.contains("backend") ? "" : " default_backend " + (mode.equals("http") ? "be" : "bytes") + "\n";
        return " mode " + mode + "\n" + kept + rules + backend;
    }

    static void answer(Socket client, int number) throws IOException {
        if (!LoopbackServer.head(client).isEmpty()) {
            LoopbackServer.send(client, ANSWER);
        }
    }

    /** @param front the unix socket */
    void play(int port, Path front) throws IOException, GeneralSecurityException {
        if (isUnix()) {
            try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                socket.connect(UnixDomainSocketAddress.of(front));
                socket.write(ByteBuffer.wrap(sent.getBytes(StandardCharsets.ISO_8859_1)));
                ByteBuffer answer = ByteBuffer.allocate(65_536);
                while (socket.read(answer) >= 0) {
                    answer.clear();
                }
            }
            return;
        }
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket socket = secured(raw)) {
            socket.setSoTimeout(PATIENCE_MS);
            LoopbackServer.send(socket, sent);
            if (sent.startsWith("PRI")) {
                awaitEndOfStream(socket.getInputStream());
            } else {
                socket.getInputStream().readAllBytes();
            }
        } catch (SocketException | SSLException reset) {
            // this is how some proxies end a connection; the line counts
        }
    }

    private Socket secured(Socket raw) throws IOException, GeneralSecurityException {
        if (way == Way.CLEAR || way == Way.ANNOUNCED) {
            return raw;
        }
        SSLSocket socket = (SSLSocket)
                TrustingClient.context().getSocketFactory().createSocket(raw, "site.example", raw.getPort(), true);
        socket.setEnabledProtocols(new String[] {way == Way.TLS12 ? "TLSv1.2" : "TLSv1.3"});
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(way == Way.TLS_HTTP2 ? new String[] {"h2"} : new String[0]);
        parameters.setCipherSuites(
                new String[] {way == Way.TLS12 ? "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" : "TLS_AES_128_GCM_SHA256"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** Reads frames up to the one that ends a stream. */
    private static void awaitEndOfStream(InputStream in) throws IOException {
        while (true) {
            byte[] head = in.readNBytes(9);
            if (head.length < 9) {
                return;
            }
            in.readNBytes((head[0] & 0xFF) << 16 | (head[1] & 0xFF) << 8 | head[2] & 0xFF);
            boolean ends = head[3] == 3 || (head[3] <= 1 && (head[4] & 1) != 0);
            if (ends) {
                return;
            }
        }
    }
}

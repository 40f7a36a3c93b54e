// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** A server that answers every request with what it knows about the connection's TLS. */
public final class TlsServer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> open = new ArrayList<>();
    private final @Nullable SSLContext context;
    private final Manner manner;
    private final List<String> protocols;

    /** What it does otherwise than a usual server. */
    public enum Manner {
        USUAL,
        /** Wants a certificate of its clients. */
        ASKS,
        /** Chooses http/1.1 by ALPN. */
        CHOOSES,
        /** Never says anything. */
        SILENT,
        /** Closes at once. */
        RUDE
    }

    /** @param pem certificates and key, or null to speak clear text */
    public TlsServer(@Nullable Path pem, Manner manner, String... protocols)
            throws IOException, GeneralSecurityException {
        this.manner = manner;
        this.protocols = List.of(protocols);
        if (pem == null) {
            context = null;
        } else {
            context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new TlsClient.Presenter(pem)},
                    new TrustManager[] {new TlsClient.Trusting()},
                    new SecureRandom());
        }
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        threads.execute(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                synchronized (open) {
                    open.add(socket);
                }
                threads.execute(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket raw) {
        try (raw) {
            if (manner == Manner.RUDE) {
                return;
            }
            if (manner == Manner.SILENT) {
                while (raw.getInputStream().read() >= 0) {
                    // says nothing
                }
                return;
            }
            SSLContext present = context;
            Socket socket = raw;
            if (present != null) {
                SSLSocket secure = (SSLSocket) present.getSocketFactory().createSocket(raw, null, raw.getPort(), true);
                secure.setUseClientMode(false);
                SSLParameters parameters = secure.getSSLParameters();
                parameters.setNeedClientAuth(manner == Manner.ASKS);
                if (manner == Manner.CHOOSES) {
                    parameters.setApplicationProtocols(new String[] {"http/1.1"});
                }
                if (!protocols.isEmpty()) {
                    parameters.setProtocols(protocols.toArray(String[]::new));
                }
                secure.setSSLParameters(parameters);
                secure.startHandshake();
                socket = secure;
            }
            while (readHead(socket.getInputStream())) {
                byte[] body = facts(socket).getBytes(StandardCharsets.ISO_8859_1);
                byte[] head = ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
                byte[] all = new byte[head.length + body.length];
                System.arraycopy(head, 0, all, 0, head.length);
                System.arraycopy(body, 0, all, head.length, body.length);
                socket.getOutputStream().write(all);
                socket.getOutputStream().flush();
            }
        } catch (IOException | GeneralSecurityException failed) {
            // the client did not like it
        }
    }

    private static boolean readHead(InputStream in) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int b = in.read();
            if (b < 0) {
                return false;
            }
            matched = b == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : b == '\r' ? 1 : 0;
        }
        return true;
    }

    private String facts(Socket socket) throws GeneralSecurityException {
        if (!(socket instanceof SSLSocket secure)) {
            return "clear";
        }
        ExtendedSSLSession session = (ExtendedSSLSession) secure.getSession();
        String client;
        try {
            client = ((java.security.cert.X509Certificate) session.getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (SSLPeerUnverifiedException none) {
            client = "";
        }
        String names = session.getRequestedServerNames().stream()
                .map(SNIServerName::getEncoded)
                .map(name -> new String(name, StandardCharsets.ISO_8859_1))
                .collect(Collectors.joining(","));
        String alpn = secure.getApplicationProtocol();
        return "sni=" + names + " " + session.getProtocol() + " client=" + client + " alpn="
                + (alpn == null ? "" : alpn);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (open) {
            for (Socket socket : open) {
                socket.close();
            }
        }
        threads.shutdownNow();
    }
}

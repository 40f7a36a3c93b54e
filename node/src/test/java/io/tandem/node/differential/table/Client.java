// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import io.tandem.node.testkit.TrustingClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * How a case's bytes go to the proxy.
 *
 * @param raw whether they are no HTTP: nothing is added to them
 * @param over words of {@code @over}: none for TCP, or a version of TLS and what else the client has
 * @param patienceMs how long it waits for the next bytes
 */
record Client(boolean raw, List<String> over, int patienceMs) {
    private static final char[] PASSWORD = "client".toCharArray();

    boolean isTls() {
        return !over.isEmpty();
    }

    /** Sends a case and answers what comes back; {@code <end>}, {@code <reset>} or {@code <silence>} where it breaks off. */
    String exchange(int port, Case one) throws IOException {
        String request = raw ? one.request() : one.request().replaceFirst("\r\n", "\r\nX-Case: " + one.name() + "\r\n");
        StringBuilder received = new StringBuilder();
        try (Socket socket = connect(port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(patienceMs);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[65_536];
            while (raw || !Message.isWhole(received.toString(), request.startsWith("HEAD "))) {
                int count = in.read(buffer);
                if (count < 0) {
                    return received + "<end>";
                }
                received.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
            return received.toString();
        } catch (SocketTimeoutException silence) {
            return received + "<silence>";
        } catch (IOException reset) {
            return received + "<reset>";
        }
    }

    private Socket connect(int port) throws IOException {
        if (!isTls()) {
            return new Socket(InetAddress.getLoopbackAddress(), port);
        }
        SSLSocket socket =
                (SSLSocket) context().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setEnabledProtocols(new String[] {over.get(0)});
        SSLParameters parameters = socket.getSSLParameters();
        for (String word : over) {
            if (word.startsWith("sni=")) {
                parameters.setServerNames(List.of(new SNIHostName(word.substring(4))));
            } else if (word.startsWith("alpn=")) {
                parameters.setApplicationProtocols(word.substring(5).split(",", -1));
            } else if (word.startsWith("suite=")) {
                parameters.setCipherSuites(new String[] {word.substring(6)});
            }
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** A new one for each connection: nothing is resumed. */
    private SSLContext context() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(), new TrustManager[] {TrustingClient.anybody()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyManager[] keys() throws GeneralSecurityException, IOException {
        List<KeyManager> managers = new ArrayList<>();
        if (over.contains("certificate")) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(CaseTable.directory().resolve("tls/client.p12"))) {
                store.load(in, PASSWORD);
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, PASSWORD);
            managers.addAll(List.of(Objects.requireNonNull(factory.getKeyManagers())));
        }
        return managers.toArray(KeyManager[]::new);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.testkit.TrustingClient;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A client that trusts anyone and sends one request after the other. */
final class KeptClient implements AutoCloseable {
    private final SSLSocket socket;

    KeptClient(int port) throws IOException, GeneralSecurityException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** @param plain connected, nothing said yet */
    KeptClient(Socket plain) throws IOException, GeneralSecurityException {
        socket = (SSLSocket) TrustingClient.context().getSocketFactory().createSocket(plain, "a.test", 1, true);
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("a.test")));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
    }

    /** The certificate it was shown. */
    X509Certificate certificate() throws IOException {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    /** The head of the answer to a request; answers have no content. */
    String request() throws IOException {
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("after " + head);
            }
            head.append((char) b);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

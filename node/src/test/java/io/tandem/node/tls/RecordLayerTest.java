// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What passes through the proxy in TLS on both sides comes out as it went in, however it is cut into writes and records. */
class RecordLayerTest {
    private static final int BYTES = 3_000_000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, 0, 1, 40000",
        "TLSv1.2, 0, 1, 40000",
        "TLSv1.3, 0, 60000, 60000",
        "TLSv1.3, 1000, 1, 20000",
        "TLSv1.2, 7, 1, 5000",
        "TLSv1.3, 16384, 1, 300"
    })
    void bytesComeBackAsTheyWent(String version, int maxRecord, int least, int most) throws Exception {
        Pki pki = new Pki(directory);
        pki.leaf("a", "/CN=a.example", "root", "");
        SSLContext secure = SSLContext.getInstance("TLS");
        secure.init(
                new KeyManager[] {new TlsClient.Presenter(pki.file("a.pem"))},
                new TrustManager[] {new TlsClient.Trusting()},
                new SecureRandom());
        int bytes = maxRecord == 7 ? BYTES / 20 : BYTES;
        int port = Ports.reserved();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                TestProxy proxy = TestProxy.start(configuration(port, server.getLocalPort(), maxRecord), 1)) {
            assertThat(proxy.openSessions("f")).isZero();
            threads.execute(() -> echo(server, secure));
            try (SSLSocket client = (SSLSocket) secure.getSocketFactory()
                    .createSocket(new Socket(InetAddress.getLoopbackAddress(), port), "a", port, true)) {
                client.setEnabledProtocols(new String[] {version});
                client.setSoTimeout(20_000);
                client.startHandshake();
                Future<byte[]> sent = threads.submit(() -> send(client.getOutputStream(), bytes, least, most));
                byte[] received = digest(client.getInputStream(), bytes);

                assertThat(received).isEqualTo(sent.get(20, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private String configuration(int port, int server, int maxRecord) {
        return "global\n    tune.ssl.maxrecord " + maxRecord
                + "\ndefaults\n    mode tcp\n    timeout client 20s\n    timeout connect 5s\n    timeout server 20s\n"
                + "frontend f\n    bind 127.0.0.1:" + port + " ssl crt " + directory + "/a.pem\n    default_backend b\n"
                + "backend b\n    server s 127.0.0.1:" + server + " ssl verify none\n";
    }

    private static byte[] send(OutputStream out, int bytes, int least, int most) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Random random = new Random(42);
        byte[] chunk = new byte[most];
        for (int left = bytes; left > 0; ) {
            int length = Math.min(left, least + random.nextInt(most - least + 1));
            random.nextBytes(chunk);
            digest.update(chunk, 0, length);
            out.write(chunk, 0, length);
            left -= length;
        }
        out.flush();
        return digest.digest();
    }

    private static byte[] digest(InputStream in, int bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] chunk = new byte[8192];
        for (int left = bytes; left > 0; ) {
            int count = in.read(chunk, 0, Math.min(left, chunk.length));
            if (count < 0) {
                throw new IOException(left + " bytes are missing");
            }
            digest.update(chunk, 0, count);
            left -= count;
        }
        return digest.digest();
    }

    private static void echo(ServerSocket server, SSLContext secure) {
        try (Socket raw = server.accept();
                SSLSocket socket = (SSLSocket) secure.getSocketFactory().createSocket(raw, null, raw.getPort(), true)) {
            socket.setUseClientMode(false);
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException over) {
            // the client has what it wants
        }
    }
}

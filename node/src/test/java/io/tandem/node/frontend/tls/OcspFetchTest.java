// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OcspFetchTest {
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n";

    /** Every byte comes well within the time-out of a read, and none is the last. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nX: ", HEAD + "\r\n", HEAD + "Content-Length: 60000\r\n\r\n"})
    void anAnswerThatDripsInEndsAtTheDeadline(String beginning) throws Exception {
        try (ServerSocket responder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Boolean> cut = CompletableFuture.supplyAsync(() -> drips(responder, beginning));
            URI uri = URI.create("http://127.0.0.1:" + responder.getLocalPort() + "/");
            long startNs = System.nanoTime();

            assertThatThrownBy(() -> OcspFetch.ask(uri, new byte[10], Proxy.NO_PROXY, 300))
                    .isInstanceOf(IOException.class);

            assertThat(System.nanoTime() - startNs)
                    .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(290))
                    .isLessThan(TimeUnit.SECONDS.toNanos(4));
            assertThat(cut.get(20, TimeUnit.SECONDS)).isTrue();
            responder.setSoTimeout(1);
            assertThatThrownBy(responder::accept).as("asked again").isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void theAnswerIsReadToItsLengthOrToTheEndOfTheConnection() throws Exception {
        assertThat(content(HEAD + "\r\nabc")).isEqualTo("abc");
        assertThat(content(HEAD + "content-length:3\r\n\r\nabcd")).isEqualTo("abc");
        assertThat(content(HEAD + "Content-Length: 0\r\n\r\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\n",
                "nothing\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nabc",
                HEAD + "Content-Length: 4\r\n\r\nabc",
                HEAD + "Content-Length: -1\r\n\r\nabc",
                HEAD + "Content-Length: 70000\r\n\r\nabc",
                HEAD + "Content-Length: 99999999999\r\n\r\nabc",
                HEAD + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            })
    void whatIsNoAnswerIsRefused(String answer) {
        assertThatThrownBy(() -> content(answer)).isInstanceOf(IOException.class);
    }

    @Test
    void anAnswerWithoutEndIsCutAtItsBound() {
        assertThatThrownBy(() -> content(HEAD + "\r\n" + "a".repeat(100_000))).hasMessageContaining("more than 65536");
        assertThatThrownBy(() -> content("HTTP/1.1 200 OK\r\nX: " + "a".repeat(100_000)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void longRequestsArePostedAndAProxyIsToldTheWholeAddress() throws Exception {
        String[] asked = new String[1];
        content("HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n\r\n", asked, new byte[300], true);
        assertThat(asked[0])
                .startsWith("POST http://ocsp.example/path?q HTTP/1.0\r\nHost: ocsp.example\r\n")
                .contains("\r\nContent-Length: 300\r\n");
        content("HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n\r\n", asked, new byte[3], true);
        assertThat(asked[0]).startsWith("GET http://ocsp.example/path?q/AAAA HTTP/1.0\r\n");
    }

    @Test
    void noBytesBringAnythingButAnAnswerOrAComplaint() {
        byte[] good = (HEAD + "Content-Length: 3\r\nX-Y: z\r\n\r\nabc").getBytes(US_ASCII);
        Random random = new Random(7);
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = good.clone();
            for (int damage = random.nextInt(4); damage >= 0; damage--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int length = random.nextInt(bytes.length + 1);
            try {
                ShortExchange answer = ShortExchange.parse(bytes, length);
                assertThat(answer.status()).isBetween(100, 599);
                assertThat(answer.content().length).isLessThan(length);
            } catch (IOException complaint) {
                assertThat(complaint.getMessage()).isNotEmpty();
            }
        }
    }

    private static String content(String answer) throws Exception {
        return content(answer, new String[1], new byte[10], false);
    }

    private static String content(String answer, String[] asked, byte[] request, boolean proxied) throws Exception {
        try (ServerSocket responder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> {
                try (Socket socket = responder.accept()) {
                    byte[] bytes = new byte[4096];
                    int length = socket.getInputStream().read(bytes);
                    asked[0] = new String(bytes, 0, Math.max(0, length), US_ASCII);
                    socket.getOutputStream().write(answer.getBytes(US_ASCII));
                } catch (IOException closed) {
                    // the client had enough
                }
            });
            Proxy proxy = proxied ? new Proxy(Proxy.Type.HTTP, responder.getLocalSocketAddress()) : Proxy.NO_PROXY;
            URI uri = URI.create(
                    proxied ? "http://ocsp.example/path?q" : "http://127.0.0.1:" + responder.getLocalPort() + "/");
            try {
                return new String(OcspFetch.ask(uri, request, proxy, 5000).der(), US_ASCII);
            } finally {
                server.get(10, TimeUnit.SECONDS);
            }
        }
    }

    /** Whether the client has closed within 15 s. */
    private static boolean drips(ServerSocket responder, String beginning) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        try (Socket socket = responder.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write(beginning.getBytes(US_ASCII));
            while (System.nanoTime() - end < 0) {
                out.write('a');
                LockSupport.parkNanos(10_000_000);
            }
            return false;
        } catch (IOException closed) {
            return true;
        }
    }
}

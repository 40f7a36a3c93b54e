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
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class OcspFetchTest {
    /** Every byte comes well within the time-out of a read, and none is the last. */
    @Test
    void aHeadThatDripsInIsGivenUp() throws Exception {
        String beginning = "HTTP/1.1 200 OK\r\nX: ";
        try (ServerSocket responder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Boolean> cut = CompletableFuture.supplyAsync(() -> drips(responder, beginning));
            URI uri = URI.create("http://127.0.0.1:" + responder.getLocalPort() + "/");
            assertThatThrownBy(() -> OcspFetch.ask(uri, new byte[10], Proxy.NO_PROXY, 300))
                    .isInstanceOf(IOException.class);
            assertThat(cut.get(20, TimeUnit.SECONDS)).isTrue();
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

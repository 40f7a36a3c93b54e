// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Floods that HTTP/2 makes possible: each ends its connection with a GOAWAY that says why, long before it costs much. */
@Tag("alone")
@Timeout(30)
class Http2FloodTest {
    private static final int COMPRESSION_ERROR = 9;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int PROTOCOL_ERROR = 1;

    private final int port = Ports.reserved();
    private final TestProxy proxy = TestProxy.start(
            """
            defaults
                mode http
                timeout client 5s
            frontend fe
                bind 127.0.0.1:PORT
                http-request return status 200
            """
                    .replace("PORT", String.valueOf(port)),
            1);

    Http2FloodTest() throws IOException {}

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void rapidReset() throws Exception {
        assertThat(flood(
                        "",
                        i -> Http2Text.frame(1, 4, i * 2 + 1, "\u0082\u0086\u0084\1\1a")
                                + Http2Text.frame(3, 0, i * 2 + 1, "\0\0\0\10")))
                .isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void continuationsWithoutEnd() throws Exception {
        String open = Http2Text.frame(1, 0, 1, "\u0082");
        assertThat(flood(open, i -> Http2Text.frame(9, 0, 1, "\0\1a\1b".repeat(100))))
                .isEqualTo(ENHANCE_YOUR_CALM);
        assertThat(flood(open, i -> Http2Text.frame(9, 0, 1, ""))).isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void settings() throws Exception {
        assertThat(flood("", i -> Http2Text.frame(4, 0, 0, ""))).isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void pings() throws Exception {
        assertThat(flood("", i -> Http2Text.frame(6, 0, 0, "12345678"))).isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void prioritiesOfNothing() throws Exception {
        assertThat(flood("", i -> Http2Text.frame(2, 0, i * 2 + 1, "\0\0\0\0\1")))
                .isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void emptyData() throws Exception {
        assertThat(flood(Http2Text.request("POST", "http", "a", "/", false), i -> Http2Text.data(1, false, "")))
                .isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void windowsThatOverflow() throws Exception {
        assertThat(flood("", i -> Http2Text.frame(8, 0, 0, "\177\u00ff\u00ff\u00ff")))
                .isEqualTo(FLOW_CONTROL_ERROR);
        assertThat(flood("", i -> Http2Text.frame(8, 0, 0, "\0\0\0\0"))).isEqualTo(PROTOCOL_ERROR);
    }

    /** One entry of 4000 bytes, named again and again: 16 KiB that are 64 MiB. */
    @Test
    void aHeaderBombIsNotBlownUp() throws Exception {
        String entry = "\u0082\u0086\u0084\1\1a\100\1x\177" + (char) (0x80 | (3900 - 127) % 128)
                + (char) ((3900 - 127) / 128) + "v".repeat(3900);
        String first = Http2Text.frame(1, 5, 1, entry);
        int code = flood(
                first, i -> Http2Text.frame(1, 5, i * 2 + 3, "\u0082\u0086\u0084\1\1a" + "\u00be".repeat(16_000)));
        assertThat(code).isEqualTo(COMPRESSION_ERROR);
    }

    /** Sends {@code first} and then as many of the others as it takes; the code of the GOAWAY that ends it. */
    private int flood(String first, IntFunction<String> others) throws Exception {
        try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
            client.setSoTimeout(20_000);
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> readAll(client));
            OutputStream out = client.getOutputStream();
            int sent = 0;
            try {
                out.write((Http2Text.PREFACE + first).getBytes(StandardCharsets.ISO_8859_1));
                while (!answer.isDone() && sent < 200_000) {
                    out.write(others.apply(sent++).getBytes(StandardCharsets.ISO_8859_1));
                }
            } catch (IOException closed) {
                // it has enough
            }
            String text = answer.get(20, TimeUnit.SECONDS);
            assertThat(text.length()).as("what it was made to send").isLessThan(1 << 20);
            return goAway(text);
        }
    }

    private static String readAll(Socket client) {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[65_536];
        try {
            for (int n = client.getInputStream().read(buffer);
                    n >= 0;
                    n = client.getInputStream().read(buffer)) {
                text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException reset) {
            // what came before counts
        }
        return text.toString();
    }

    private static int goAway(String text) {
        int at = 0;
        while (at + 9 <= text.length()) {
            int length = text.charAt(at) << 16 | text.charAt(at + 1) << 8 | text.charAt(at + 2);
            if (text.charAt(at + 3) == 7) {
                return text.charAt(at + 16);
            }
            at += 9 + length;
        }
        return -1;
    }
}

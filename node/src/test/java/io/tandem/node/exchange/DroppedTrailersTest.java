// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import static io.tandem.node.testkit.LoopbackServer.send;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code option http-drop-request-trailers} and {@code http-drop-response-trailers}, of HAProxy 3: trailers end here. */
@Timeout(60)
class DroppedTrailersTest {
    private static final String REQUEST = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Asked: 1\r\n\r\n";
    private static final String RESPONSE =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Answered: 1\r\n\r\n";

    private static String configuration(int port, int server, String frontend, String backend) {
        return "defaults\n mode http\n timeout connect 5s\n timeout client 20s\n timeout server 20s\n"
                + "frontend fe\n bind 127.0.0.1:" + port + "\n " + frontend + "\n default_backend be\n"
                + "backend be\n " + backend + "\n server s1 127.0.0.1:" + server + "\n";
    }

    private static String readUntil(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith(end)) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return text + "<end>";
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** What the server got, and what the client did. */
    private static String[] asked(String request, String frontend, String backend) throws Exception {
        CompletableFuture<String> received = new CompletableFuture<>();
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    readUntil(connection, "\r\n\r\n");
                    received.complete(readUntil(connection, "\r\n\r\n"));
                    send(connection, RESPONSE);
                });
                TestProxy proxy = TestProxy.start(configuration(port, server.port(), frontend, backend), 1);
                Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(proxy.configuration().frontends()).hasSize(1);
            client.setSoTimeout(20_000);
            send(client, request);
            String answer = request.startsWith("PRI")
                    ? readUntil(client, "ok")
                            + new String(client.getInputStream().readNBytes(60), ISO_8859_1)
                    : new String(client.getInputStream().readAllBytes(), ISO_8859_1);
            return new String[] {received.get(20, TimeUnit.SECONDS), answer};
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', true, true",
        "'', option http-drop-request-trailers, false, true",
        "option http-drop-response-trailers, '', true, false",
        "option http-drop-response-trailers, option http-drop-request-trailers, false, false"
    })
    void trailersEndHereWhereAnOptionSaysSo(String frontend, String backend, boolean toServer, boolean toClient)
            throws Exception {
        String[] seen = asked(REQUEST, frontend, backend);

        assertThat(seen[0]).isEqualTo("2\r\nab\r\n0\r\n" + (toServer ? "x-asked: 1\r\n" : "") + "\r\n");
        assertThat(seen[1]).endsWith("2\r\nok\r\n0\r\n" + (toClient ? "x-answered: 1\r\n" : "") + "\r\n");
    }

    @Test
    void soDoThoseOfHttp2() throws Exception {
        String request = Http2Text.PREFACE
                + Http2Text.request("POST", "http", "a", "/", false)
                + Http2Text.data(1, false, "ab")
                + Http2Text.headers(1, true, "x-asked", "1")
                + Http2Text.frame(7, 0, 0, "\0\0\0\0\0\0\0\0"); // no more requests: the connection ends behind it
        String[] seen = asked(request, "option http-drop-response-trailers", "option http-drop-request-trailers");

        assertThat(seen[0]).isEqualTo("2\r\nab\r\n0\r\n\r\n");
        assertThat(seen[1]).contains("ok").doesNotContain("x-answered");
    }
}

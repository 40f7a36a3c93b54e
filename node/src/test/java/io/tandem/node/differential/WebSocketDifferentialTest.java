// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.differential.Contestants.readTo;
import static io.tandem.node.differential.Contestants.send;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * WebSockets towards servers in HTTP/2 (RFC 8441) beside the installed haproxy, in the version that {@code ws} says. Two things
 * are meant to differ: the key of HTTP/1's handshake does not go on, and {@code :scheme} says what the client used.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketDifferentialTest {
    private static final String CONFIGURATION = Contestants.BEGINNING
            + """
            frontend fe
                bind 127.0.0.1:PORT
                bind 127.0.0.1:PORT_1_ proto h2
                use_backend %[path,field(2,/)]
            backend same
                server s 127.0.0.1:TAKES proto h2
            backend h1
                server s 127.0.0.1:TAKES proto h2 ws h1
            backend h2
                server s 127.0.0.1:TAKES ws h2
            backend plain
                server s 127.0.0.1:TAKES
            backend unable
                server s 127.0.0.1:UNABLE proto h2
            backend refuses
                server s 127.0.0.1:REFUSES proto h2
            """;

    private static final String HANDSHAKE = "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: chat\r\nCookie: a=b\r\n\r\n";

    private final List<WebSocketServer> servers = new ArrayList<>();
    private @Nullable Contestants contestants;

    @BeforeAll
    void start() throws Exception {
        String opens = Http2Text.headers(1, false, ":status", "200", "sec-websocket-protocol", "chat");
        servers.add(new WebSocketServer(true, opens));
        servers.add(new WebSocketServer(false, opens));
        servers.add(new WebSocketServer(
                true, Http2Text.headers(1, false, ":status", "403") + Http2Text.data(1, true, "no")));
        String text = CONFIGURATION
                .replace("TAKES", "" + servers.get(0).port())
                .replace("UNABLE", "" + servers.get(1).port())
                .replace("REFUSES", "" + servers.get(2).port());
        contestants = new Contestants(text, 1);
    }

    @AfterAll
    void stop() throws IOException {
        if (contestants != null) {
            contestants.close();
        }
        for (WebSocketServer server : servers) {
            server.close();
        }
    }

    private String same(Contestants.Scene scene) throws Exception {
        return requireNonNull(contestants).same(contestant -> {
            servers.get(0).forget();
            return scene.play(contestant);
        });
    }

    /** A head without what is meant to differ, and without the order of its fields. */
    private static String head(String text) {
        String[] lines = text.toLowerCase(Locale.ROOT)
                .replaceAll("sec-websocket-key: [^,\r\\]]*(, )?", "")
                .replaceAll(":scheme: https?, ", "")
                .split("\r\n", -1);
        Arrays.sort(lines, 1, lines.length);
        return String.join("\n", lines);
    }

    private String talk(Contestant contestant, String path, String last) throws Exception {
        WebSocketServer server = servers.get(0);
        StringBuilder told = new StringBuilder();
        try (Socket client = contestant.connect()) {
            InputStream in = client.getInputStream();
            send(client, "GET /" + path + "/chat?x HTTP/1.1\r\n" + HANDSHAKE);
            told.append(head(server.next())).append(head(readTo(in, "\r\n\r\n")));
            for (String message : List.of("one", "two", "x".repeat(900))) {
                send(client, message);
                told.append(server.next()).append(readTo(in, message)).append('\n');
            }
            if (last.isEmpty()) {
                client.shutdownOutput();
            } else {
                send(client, last);
            }
            told.append(server.next()).append(readTo(in, "<never>"));
        }
        return told.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"same", "h2"})
    void messagesCrossBothWaysInHttp2UntilEitherSideEnds(String path) throws Exception {
        String closed = same(contestant -> talk(contestant, path, ""));
        assertThat(closed)
                .contains(":method: connect", ":protocol: websocket", "http/1.1 101", "s3pplmbitxaq9kygzzhzrbk+xoo=")
                .endsWith("ENDgood-bye<end>");
        assertThat(same(contestant -> talk(contestant, path, "bye"))).endsWith("byebye<end>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1", "plain"})
    void webSocketsGoInHttp1WhereTheServerWantsThemSo(String path) throws Exception {
        assertThat(same(contestant -> talk(contestant, path, ""))).startsWith("get /" + path + "/chat?x http/1.1");
        assertThat(same(contestant -> talk(contestant, path, "bye"))).endsWith("byebye<end>");
    }

    private static String answer(Contestant contestant, String path, String last) throws Exception {
        try (Socket client = contestant.connect()) {
            send(client, "GET /" + path + "/ HTTP/1.1\r\n" + HANDSHAKE);
            String text = readTo(client.getInputStream(), last);
            return text + Contestants.statusAndEnd(contestant, line -> line.contains(" " + path + "/s "));
        }
    }

    @Test
    void aServerWithoutTheSettingIsABadGateway() throws Exception {
        assertThat(same(contestant -> answer(contestant, "unable", "</html>\n")))
                .startsWith("HTTP/1.1 502")
                .endsWith("502 SH--");
        same(contestant -> answer(contestant, "unable", "</html>\n")); // on a connection that is known to be without
    }

    @Test
    void aRefusalIsAnAnswerLikeOthers() throws Exception {
        assertThat(same(contestant -> answer(contestant, "refuses", "0\r\n\r\n")))
                .startsWith("HTTP/1.1 403")
                .contains("no")
                .endsWith("403 ----");
    }

    @Test
    void dataBehindTheHandshakeWaitsForTheTunnel() throws Exception {
        same(contestant -> {
            try (Socket client = contestant.connect()) {
                send(client, "GET /same/ HTTP/1.1\r\n" + HANDSHAKE + "EARLY");
                String text = head(servers.get(0).next()) + servers.get(0).next();
                return text + head(readTo(client.getInputStream(), "EARLY"));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"same", "plain"})
    void aClientInHttp2ReachesServersOfBothVersions(String path) throws Exception {
        same(contestant -> {
            try (Socket client = contestant.connect(1)) {
                send(
                        client,
                        Http2Text.PREFACE
                                + Http2Text.request(
                                        "CONNECT", "http", "a", "/" + path + "/", false, ":protocol", "websocket"));
                String text = head(servers.get(0).next());
                InputStream in = client.getInputStream();
                readTo(
                        in,
                        "\0\0\1\u0088"); // the answer's head, as far as its status: what follows is read to the message
                send(client, Http2Text.data(1, false, "hello"));
                text += servers.get(0).next();
                readTo(in, "hello");
                send(client, Http2Text.data(1, false, "bye"));
                text += servers.get(0).next();
                String rest = Http2Text.describe(new Http2Listening().to(client));
                return text + rest.substring(0, rest.indexOf("END"));
            }
        });
    }
}

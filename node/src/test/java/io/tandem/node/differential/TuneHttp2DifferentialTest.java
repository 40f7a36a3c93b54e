// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tune.h2.*}: what clients and servers are told of it is what the installed haproxy tells them, and it is kept to. */
@Timeout(60)
class TuneHttp2DifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                LINES
            defaults
                mode http
                timeout connect 2s
                timeout client 10s
                timeout server 10s
            listen fe
                bind 127.0.0.1:PORT proto h2
                server s1 127.0.0.1:SERVER proto h2
            """;

    private static final int PATIENCE_MS = 10_000;
    private static final int SETTINGS = 4;
    private static final int MAX_STREAMS = 3;
    private static final int MAX_HEADERS = 6;
    private static final int EXTENDED_CONNECT = 8;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    private static RunningProxy proxy(String lines, int port, int server, boolean oracle) throws IOException {
        return new RunningProxy(
                CONFIGURATION
                        .replace("LINES", lines.replace("|", "\n"))
                        .replace("PORT", "" + port)
                        .replace("SERVER", "" + server),
                oracle);
    }

    /** What a peer says first. */
    private static Map<Integer, Integer> settings(Socket from) throws IOException {
        from.setSoTimeout(PATIENCE_MS);
        DataInputStream in = new DataInputStream(from.getInputStream());
        int typed = in.readInt();
        assertThat(typed & 0xff).isEqualTo(SETTINGS);
        in.readNBytes(5);
        Map<Integer, Integer> all = new TreeMap<>();
        for (int i = 0; i < typed >>> 8; i += 6) {
            all.put((int) in.readShort(), in.readInt());
        }
        all.remove(MAX_HEADERS); // advice that haproxy does not give
        return all;
    }

    private static Socket client(int port) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        say(client, Http2Text.PREFACE);
        return client;
    }

    private static void say(Socket client, String frames) throws IOException {
        client.getOutputStream().write(frames.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What a client is told, and what a server is. */
    private static String told(String lines, boolean oracle) throws IOException {
        int port = Ports.reserved();
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                RunningProxy proxy = proxy(lines, port, server.getLocalPort(), oracle);
                Socket client = client(port)) {
            server.setSoTimeout(PATIENCE_MS);
            String text = settings(client).toString();
            say(client, Http2Text.request("GET", "http", "a", "/", true));
            try (Socket connection = server.accept()) {
                connection.getInputStream().readNBytes(24);
                Map<Integer, Integer> settings = settings(connection);
                settings.remove(MAX_STREAMS); // no server opens any: push is off
                settings.remove(EXTENDED_CONNECT); // a server has nothing to do with it
                return text + " " + settings;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tune.h2.header-table-size 8192",
                "tune.h2.header-table-size 65536",
                "tune.h2.initial-window-size 1000",
                "tune.h2.initial-window-size 100000",
                "tune.h2.initial-window-size 0",
                "tune.h2.initial-window-size 2147483647",
                "tune.h2.max-concurrent-streams 33",
                "tune.h2.max-frame-size 16384",
                "tune.h2.max-frame-size 20000",
                "tune.h2.max-frame-size 16777215",
                "tune.bufsize 65536",
                "tune.bufsize 65536|tune.h2.max-frame-size 50000",
                "tune.bufsize 65536|tune.h2.max-frame-size 16777215",
                "h2-workaround-bogus-websocket-clients"
            })
    void peersAreToldAsByHaproxy(String lines) throws Exception {
        assertThat(told(lines, false)).isEqualTo(told(lines, true));
    }

    /** HAProxy opens no stream to a server then. */
    @Test
    void noLimitOfStreamsIsNotAnnounced() throws Exception {
        assertThat(told("tune.h2.max-concurrent-streams 0", false)).isEqualTo("{8=1} {2=0}");
    }

    /** HAProxy announces what no client accepts: less than 16384. */
    @Test
    void aSmallBufferStillTakesTheSmallestFrames() throws Exception {
        assertThat(told("tune.bufsize 8192|tune.maxrewrite 1024", false)).isEqualTo("{3=100, 8=1} {2=0}");
    }

    /** Which frames come behind {@code frames}, up to {@code last}: type, and for resets and good-byes the error. */
    private static String heard(String lines, String frames, int last, boolean oracle) throws IOException {
        int port = Ports.reserved();
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                RunningProxy proxy = proxy(lines, port, silent.getLocalPort(), oracle);
                Socket client = client(port)) {
            settings(client);
            say(client, frames);
            DataInputStream in = new DataInputStream(client.getInputStream());
            StringBuilder text = new StringBuilder();
            int type;
            do {
                int typed = in.readInt();
                type = typed & 0xff;
                in.read();
                int stream = in.readInt();
                byte[] payload = in.readNBytes(typed >>> 8);
                if (type == 3 || type == 7) {
                    text.append(type == 3 ? "reset " + stream : "good-bye")
                            .append(' ')
                            .append(payload[payload.length - 1])
                            .append('\n');
                }
            } while (type != last);
            return text.toString();
        } catch (EOFException end) {
            return "end";
        }
    }

    @Test
    void oneStreamMoreThanAllowedIsRefused() throws Exception {
        String two = Http2Text.headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a")
                + Http2Text.headers(3, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
        String lines = "tune.h2.max-concurrent-streams 1";

        assertThat(heard(lines, two, 3, false))
                .isEqualTo(heard(lines, two, 3, true))
                .isEqualTo("reset 3 7\n");
    }

    /** HAProxy takes longer ones as well, up to its buffer (RFC 9113 section 4.2: FRAME_SIZE_ERROR). */
    @ParameterizedTest
    @ValueSource(ints = {16_384, 20_000, 30_000})
    void framesAreAsLongAsAnnounced(int length) throws Exception {
        String lines = "tune.bufsize 65536|tune.h2.max-frame-size " + length;
        String head =
                Http2Text.headers(1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
        String tooLong = head + Http2Text.data(1, false, "x".repeat(length + 1));
        String right = head + Http2Text.data(1, false, "x".repeat(length)) + Http2Text.frame(6, 0, 0, "12345678");

        assertThat(heard(lines, tooLong, 7, false)).isEqualTo("good-bye 6\n");
        assertThat(heard(lines, right, 6, false))
                .isEqualTo(heard(lines, right, 6, true))
                .isEmpty();
    }

    @Test
    void allOfTheWindowMayBeSentAtOnce() throws Exception {
        String lines = "tune.h2.initial-window-size 1000";
        String head =
                Http2Text.headers(1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
        String most = head + Http2Text.data(1, false, "x".repeat(1000)) + Http2Text.frame(6, 0, 0, "12345678");

        assertThat(heard(lines, most, 6, false))
                .isEqualTo(heard(lines, most, 6, true))
                .isEmpty();
    }
}

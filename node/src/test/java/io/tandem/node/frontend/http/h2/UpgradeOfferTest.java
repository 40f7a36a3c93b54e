// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bind … upgrade-h2c}: requests in HTTP/1.1 that offer HTTP/2, written by hand and by curl. */
@Timeout(30)
class UpgradeOfferTest {
    /** MAX_CONCURRENT_STREAMS 100, INITIAL_WINDOW_SIZE 10. */
    private static final String SMALL_WINDOW = "AAMAAABkAAQAAAAK";

    private static final String OFFER = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: ";

    private final int port;
    private final int plain;
    private final TestProxy proxy;

    UpgradeOfferTest() throws Exception {
        port = Ports.reserved();
        plain = Ports.reserved();
        proxy = TestProxy.start(
                """
                defaults
                    mode http
                    timeout client 10s
                frontend fe
                    bind 127.0.0.1:PORT upgrade-h2c
                    bind 127.0.0.1:PLAIN
                    http-request deny deny_status 403 if { req.ver 2.0 } { hdr(cookie) bad }
                    http-request return status 200 content-type text/plain lf-string "%HM %[url] %[req.ver] %[req.hdr_names]" hdr x-long 0123456789
                """
                        .replace("PORT", "" + port)
                        .replace("PLAIN", "" + plain),
                1);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void anOfferIsTakenAndTheRequestIsAnsweredInHttp2() throws Exception {
        try (Socket client = connect(port)) {
            send(
                    client,
                    "GET /a?b HTTP/1.1\r\nHost: h\r\nTE: trailers, gzip\r\nX-Of-Hop: 1\r\nX-Kept: 2\r\n"
                            + "Connection: Upgrade, HTTP2-Settings, x-of-hop, TE\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n");
            assertThat(head(client))
                    .isEqualTo("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n");
            RawClient http2 = new RawClient(client);
            assertThat(http2.answer(1)).contains(":status: 200").contains("GET http://h/a?b 2.0 host,te,x-kept");
            http2.get(3, "/next");
            assertThat(http2.answer(3)).contains("GET http://a/next 2.0");
        }
    }

    @Test
    void theWindowOfTheOfferCountsForItsOwnAnswer() throws Exception {
        try (Socket client = connect(port)) {
            send(client, "GET / HTTP/1.1\r\nHost: h\r\n" + OFFER + SMALL_WINDOW + "\r\n\r\n");
            head(client);
            RawClient http2 = new RawClient(client);
            assertThat(http2.untilPong())
                    .filteredOn(frame -> frame.type() == RawClient.DATA)
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.payload()).hasSize(10));
        }
    }

    @Test
    void rulesSeeTheRequestInHttp2() throws Exception {
        try (Socket client = connect(port)) {
            send(client, "GET / HTTP/1.1\r\nHost: h\r\nCookie: bad\r\n" + OFFER + "\r\n\r\n");
            head(client);
            assertThat(new RawClient(client).answer(1)).contains(":status: 403");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            not configured           | plain | GET / HTTP/1.1   | Connection: Upgrade, HTTP2-Settings~Upgrade: h2c~HTTP2-Settings:
            HTTP/1.0                 | port  | GET / HTTP/1.0   | Connection: Upgrade, HTTP2-Settings~Upgrade: h2c~HTTP2-Settings:
            a body                   | port  | POST / HTTP/1.1  | Connection: Upgrade, HTTP2-Settings~Upgrade: h2c~HTTP2-Settings: ~Content-Length: 1
            no settings              | port  | GET / HTTP/1.1   | Connection: Upgrade~Upgrade: h2c
            settings twice           | port  | GET / HTTP/1.1   | Connection: Upgrade, HTTP2-Settings~Upgrade: h2c~HTTP2-Settings: ~HTTP2-Settings:
            settings of five bytes   | port  | GET / HTTP/1.1   | Connection: Upgrade, HTTP2-Settings~Upgrade: h2c~HTTP2-Settings: AAAAAAA
            settings not base64url   | port  | GET / HTTP/1.1   | Connection: Upgrade, HTTP2-Settings~Upgrade: h2c~HTTP2-Settings: AA+/AAAA
            settings not in the list | port  | GET / HTTP/1.1   | Connection: Upgrade~Upgrade: h2c~HTTP2-Settings:
            two protocols            | port  | GET / HTTP/1.1   | Connection: Upgrade, HTTP2-Settings~Upgrade: h2c, foo~HTTP2-Settings:
            another protocol         | port  | GET / HTTP/1.1   | Connection: Upgrade, HTTP2-Settings~Upgrade: h2~HTTP2-Settings:
            no path                  | port  | OPTIONS * HTTP/1.1 | Connection: Upgrade, HTTP2-Settings~Upgrade: h2c~HTTP2-Settings:
            """)
    void otherOffersAreAnsweredAsIfTheyWereNone(String name, String to, String line, String fields) throws Exception {
        try (Socket client = connect(to.equals("port") ? port : plain)) {
            send(
                    client,
                    line + "\r\nHost: h\r\n" + fields.replace("~", "\r\n") + "\r\n\r\n"
                            + (line.startsWith("POST") ? "x" : ""));
            assertThat(head(client)).as(name).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void anOfferBehindAnotherRequestIsNotTaken() throws Exception {
        try (Socket client = connect(port)) {
            send(client, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
            head(client);
            send(client, "GET / HTTP/1.1\r\nHost: h\r\n" + OFFER + "\r\n\r\n");
            assertThat(head(client)).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void settingsThatNoPeerMaySendEndTheConnection() throws Exception {
        try (Socket client = connect(port)) {
            send(client, "GET / HTTP/1.1\r\nHost: h\r\n" + OFFER + "AAT_____" + "\r\n\r\n"); // a window of 2^32 - 1
            head(client);
            RawClient http2 = new RawClient(client);
            RawClient.Frame last = http2.next();
            while (last.type() >= 0 && last.type() != RawClient.GOAWAY) {
                last = http2.next();
            }
            assertThat(last.type()).isEqualTo(RawClient.GOAWAY);
        }
    }

    @Test
    void curlSpeaksHttp2ByIt() throws Exception {
        Program.assumeInstalled("curl");
        String url = "http://127.0.0.1:" + port;
        assertThat(Program.of("curl", "-s", "-m", "10", "--http2", "-w", " HTTP/%{http_version}", url)
                        .succeed())
                .contains(" 2.0 ")
                .endsWith(" HTTP/2");
    }

    @ParameterizedTest
    @CsvSource({"http, upgrade-h2c proto h1", "http, upgrade-h2c proto h2", "tcp, upgrade-h2c"})
    void whereThereIsNothingToTakeAWarningSaysSo(String mode, String options) {
        String text = "frontend f\n mode " + mode + "\n timeout client 1s\n bind 127.0.0.1:1 " + options + "\n";
        assertThat(LoadedText.of(text).messages())
                .anyMatch(said -> said.contains("'upgrade-h2c' has no effect on 'bind 127.0.0.1:1'"));
    }

    private static Socket connect(int port) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket client, String bytes) throws Exception {
        client.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String head(Socket client) throws Exception {
        InputStream in = client.getInputStream();
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            assertThat(next).as(head.toString()).isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }
}

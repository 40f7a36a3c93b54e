// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.loop.Loop;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Heads that are nearly right, in one piece, byte by byte and in every two pieces: what the scanners make of them is the same
 * each time, and what a slow reading makes of them; what they write can be read in one way only.
 */
class HeadFuzzTest {
    private static final int BUFFER = 8192;
    private static final int MAX_FIELDS = 12;
    private static final String[] WORDS = {
        "\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        ":",
        ",",
        ";",
        "\0",
        "\u000b",
        "/",
        "*",
        "#",
        "@",
        "%",
        "\"",
        "\u0080",
        "\u00ff",
        "0",
        "1",
        "3",
        "+",
        "-",
        "GET",
        "POST",
        "CONNECT",
        "OPTIONS",
        "PRI",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/2.0",
        "http://a",
        "a:80",
        "a:443",
        "https://",
        ":80",
        "Host: a\r\n",
        "host: b\r\n",
        "Content-Length: 3\r\n",
        "content-length: 3, 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "chunked",
        "Transfer-Encoding:\r\n",
        "gzip",
        "identity",
        "Connection: close\r\n",
        "keep-alive",
        "upgrade",
        "websocket",
        "Upgrade: websocket\r\n",
        "TE: trailers\r\n",
        "X:\r\n y\r\n",
        "9223372036854775807",
        "9223372036854775808",
        "\r\n ",
        "\r\n\r\n",
        "101",
        "200",
        "204"
    };
    private static final String[] REQUESTS = {
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a?b=c HTTP/1.1\r\nHost: a\r\nUser-Agent: x y\r\nAccept: */*\r\nConnection: keep-alive, x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET http://a:80/x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET https://u@a/x HTTP/1.0\r\nHost: a:443\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n",
        "\r\n\nOPTIONS * HTTP/1.0\nX: a\n b\nY:\n\n",
    };
    private static final String[] RESPONSES = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\nServer: x\r\nDate: y\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 204\r\nX: a\r\n b\r\n\r\n",
    };
    /** What might yet make a whole head of a beginning. */
    private static final List<String> ENDINGS = List.of(
            "",
            "\n\n",
            "\r\n\r\n",
            " / HTTP/1.1\r\n\r\n",
            ": x\r\n\r\n",
            " HTTP/1.1\r\n\r\n",
            "1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n");

    private final Loop loop = new Loop(0, new DefaultEventLoop());
    private final Request request = new Request();
    private final Response response = new Response();
    private final RequestScanner requests = new RequestScanner(request, MAX_FIELDS);
    private final ResponseScanner responses = new ResponseScanner(response, MAX_FIELDS);

    @Test
    void requestHeads() {
        Fuzz.run("request heads", random -> round(random, true));
    }

    @Test
    void responseHeads() {
        Fuzz.run("response heads", random -> round(random, false));
    }

    private void round(Random random, boolean isRequest) {
        String text = Fuzz.oneOf(random, isRequest ? REQUESTS : RESPONSES);
        for (int i = random.nextInt(3); i >= 0; i--) {
            text = Fuzz.mutate(random, text, WORDS);
        }
        byte[] bytes = Fuzz.bytes(text);
        String whole = scan(bytes, isRequest, bytes.length, 0);
        assertThat(scan(bytes, isRequest, 1, 1))
                .as("byte by byte: %s", Fuzz.show(bytes))
                .isEqualTo(whole);
        for (int cut = 1; cut < bytes.length; cut++) {
            assertThat(scan(bytes, isRequest, cut, 0))
                    .as("cut at %d: %s", cut, Fuzz.show(bytes))
                    .isEqualTo(whole);
        }
        String slow = SlowHead.read(text, isRequest, MAX_FIELDS);
        if (whole.equals(SlowHead.BAD)) {
            for (String ending : slow.equals(SlowHead.OPEN) ? ENDINGS : List.of("")) {
                assertThat(SlowHead.read(text + ending, isRequest, MAX_FIELDS))
                        .as("refused, but %s: %s", ending, Fuzz.show(bytes))
                        .isIn(SlowHead.BAD, SlowHead.OPEN);
            }
            return;
        }
        assertThat(whole).as(Fuzz.show(bytes)).isEqualTo(slow);
    }

    /** What came of it, read in a piece of {@code first} bytes and then in pieces of {@code rest}, 0 for all at once. */
    private String scan(byte[] bytes, boolean isRequest, int first, int rest) {
        HeadScanner scanner = isRequest ? requests : responses;
        HeadBuffer buffer = HeadBuffer.take(loop, BUFFER);
        if (isRequest) {
            requests.begin(buffer, 1024);
        } else {
            responses.begin(buffer, 1024);
        }
        HeadScanner.Progress progress = HeadScanner.Progress.INCOMPLETE;
        int given = 0;
        while (progress == HeadScanner.Progress.INCOMPLETE && given < bytes.length) {
            int length = given == 0 ? first : rest == 0 ? bytes.length - given : rest;
            System.arraycopy(bytes, given, buffer.bytes(), given, length);
            given += length;
            progress = scanner.scan(given);
        }
        String outcome =
                switch (progress) {
                    case INCOMPLETE -> SlowHead.OPEN;
                    case MALFORMED -> SlowHead.BAD;
                    case COMPLETE -> says(scanner, isRequest);
                };
        if (progress == HeadScanner.Progress.COMPLETE && isRequest) {
            assertThatItReadsOneWay(bytes);
        }
        scanner.clear();
        buffer.release(loop);
        return outcome;
    }

    private String says(HeadScanner scanner, boolean isRequest) {
        Headers headers = scanner.headers();
        StringBuilder out = new StringBuilder();
        boolean stays = isRequest ? request.keepsAlive() : responses.keepsAlive();
        out.append("end ").append(scanner.headEnd());
        out.append(" minor ").append(isRequest ? request.minorVersion() : response.minorVersion());
        out.append(
                isRequest
                        ? " method " + text(headers, request.methodStart(), request.methodEnd())
                        : " status " + response.status());
        out.append(scanner.isChunked() ? " chunked" : " length " + scanner.contentLength());
        out.append(stays ? " stays" : " closes")
                .append(scanner.saysUpgrade() ? " upgrades" : "")
                .append('\n');
        for (int i = 0; i < headers.count(); i++) {
            if (!headers.isLive(i)) {
                continue;
            }
            String name = text(headers, headers.nameStart(i), headers.nameEnd(i));
            boolean own = List.of("connection", "content-length", "transfer-encoding", "te", "host", "upgrade")
                    .contains(name);
            if (!own) {
                out.append(name)
                        .append(": ")
                        .append(text(headers, headers.valueStart(i), headers.valueEnd(i)))
                        .append('\n');
            }
        }
        return out.toString();
    }

    private static String text(Headers headers, int start, int end) {
        return new String(headers.bytes(), start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The head as it is written to a server has one field about its end at most, one Host at most and no odd bytes. */
    private void assertThatItReadsOneWay(byte[] bytes) {
        ByteBuf out = Unpooled.buffer();
        HeadWriter.requestLineAndFields(request, out);
        HeadWriter.end(out);
        String head = out.toString(StandardCharsets.ISO_8859_1);
        String fields = head.substring(head.indexOf("\r\n"));
        assertThat(head)
                .as(Fuzz.show(bytes))
                .matches(
                        "(?s)[^ \\r\\n\\x00]+ [^ \\r\\n\\x00]+ HTTP/1\\.[01]\\r\\n([^\\r\\n\\x00:]+: [^\\r\\n\\x00]*\\r\\n)*\\r\\n");
        int framings = head.split("\r\n(content-length|transfer-encoding):", -1).length - 1;
        assertThat(framings).as(Fuzz.show(bytes)).isLessThanOrEqualTo(1);
        assertThat(head.split("\r\nhost:", -1).length - 1).as(Fuzz.show(bytes)).isLessThanOrEqualTo(1);
        assertThat(fields.contains("\r\ntransfer-encoding: "))
                .as(Fuzz.show(bytes))
                .isEqualTo(requests.isChunked());
        if (requests.isChunked()) {
            assertThat(fields).as(Fuzz.show(bytes)).containsIgnoringCase("\r\ntransfer-encoding: chunked\r\n");
        } else if (requests.contentLength() >= 0) {
            assertThat(fields)
                    .as(Fuzz.show(bytes))
                    .containsPattern("\r\ncontent-length: 0*" + requests.contentLength() + "\r\n");
        }
    }
}

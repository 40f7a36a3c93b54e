// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A browser's request, again and again. */
final class Http1Client extends KeptClient {
    private static final int CRLF_CRLF = 0x0d0a0d0a;

    private final ByteBuffer request = direct(
            """
            GET /some/path?with=a&query=string HTTP/1.1\r
            Host: www.example.org\r
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36\r
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
            Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r
            \r
            """);

    Http1Client(int port) throws IOException {
        super(port);
    }

    static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    @Override
    int exchange() throws IOException {
        send(request);
        int head = "HTTP/1.1 200 OK\r\n\r\n".length();
        await(head);
        if (received.get(received.position() + "HTTP/1.1 ".length()) != '2') {
            throw new IOException("refused");
        }
        while (received.getInt(received.position() + head - Integer.BYTES) != CRLF_CRLF) {
            await(++head);
        }
        int all = head + PongServer.BODY.length();
        await(all);
        received.position(received.position() + all);
        return all;
    }
}

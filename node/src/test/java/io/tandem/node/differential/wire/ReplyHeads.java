// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.OK;
import static io.tandem.node.differential.wire.Case.lastReply;
import static io.tandem.node.differential.wire.Case.reply;
import static io.tandem.node.differential.wire.Case.sends;

import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Heads of responses: status lines, fields, sizes, interim responses. */
final class ReplyHeads {
    private ReplyHeads() {}

    private static Case line(String name, String line) {
        return reply(name, line + "\r\nContent-Length: 2\r\n\r\nok");
    }

    private static Case fields(String name, String fields) {
        return reply(name, "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 2\r\n\r\nok");
    }

    static Stream<Case> cases() {
        return Stream.of(lines(), fields(), sizes(), interim()).flatMap(s -> s);
    }

    private static Stream<Case> lines() {
        return Stream.of(
                line("reply: no reason", "HTTP/1.1 200"),
                line("reply: an empty reason", "HTTP/1.1 200 "),
                line("reply: a long reason", "HTTP/1.1 200 " + "x".repeat(500)),
                line("reply: a reason above ASCII", "HTTP/1.1 200 \u00e9\u0001"),
                line("reply: a reason with a NUL", "HTTP/1.1 200 a\0b"),
                line("reply: a reason with a CR", "HTTP/1.1 200 a\rb"),
                line("reply: 999", "HTTP/1.1 999 OK"),
                line("reply: 600", "HTTP/1.1 600 OK"),
                line("reply: 099", "HTTP/1.1 099 OK"),
                line("reply: 000", "HTTP/1.1 000 OK"),
                line("reply: 99", "HTTP/1.1 99 OK"),
                line("reply: 2000", "HTTP/1.1 2000 OK"),
                line("reply: a status that is none", "HTTP/1.1 abc OK"),
                line("reply: a status with a letter", "HTTP/1.1 20x OK"),
                line("reply: a negative status", "HTTP/1.1 -20 OK"),
                line("reply: no status", "HTTP/1.1 OK"),
                line("reply: two blanks in front of the status", "HTTP/1.1  200 OK"),
                line("reply: a TAB in front of the status", "HTTP/1.1\t200 OK"),
                line("reply: a blank in front of the line", " HTTP/1.1 200 OK"),
                line("reply: HTTP/2.0", "HTTP/2.0 200 OK"),
                line("reply: HTTP/1.2", "HTTP/1.2 200 OK"),
                line("reply: HTTP/0.9", "HTTP/0.9 200 OK"),
                line("reply: HTTP/1.x", "HTTP/1.x 200 OK"),
                line("reply: HTTP/1.10", "HTTP/1.10 200 OK"),
                line("reply: http in lower case", "http/1.1 200 OK"),
                line("reply: another protocol", "RTSP/1.0 200 OK"),
                line("reply: ICY", "ICY 200 OK"),
                line("reply: a request", "GET / HTTP/1.1"),
                reply("reply: an empty line in front", "\r\n" + OK),
                reply("reply: LF alone", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
                lastReply("reply: HTTP/0.9, a page alone", "<html>hello</html>"),
                reply("reply: a TLS alert", "\u0015\u0003\u0001\0\u0002\u0002\u0016"),
                reply("reply: an SSH greeting", "SSH-2.0-OpenSSH\r\n"),
                reply("reply: nonsense", "\u0001\u0002\u0003\u0004\0\0\0\0\r\n\r\n"));
    }

    private static Stream<Case> fields() {
        return Stream.of(
                fields("reply: a name with a blank", "X y: 2\r\n"),
                fields("reply: a blank in front of the colon", "X : 2\r\n"),
                fields("reply: a line without colon", "Xyz\r\n"),
                fields("reply: no name", ": a\r\n"),
                fields("reply: a bare CR", "X: a\rb\r\n"),
                fields("reply: a NUL", "X: a\0b\r\n"),
                fields("reply: obs-fold", "X: a\r\n b\r\n"),
                fields("reply: obs-fold in front of all fields", " X: a\r\n"),
                fields("reply: control characters", "X: a\u0001\u007f\u00ff\r\n"),
                fields("reply: a name above ASCII", "X\u00e9: a\r\n"),
                fields("reply: empty values", "X:\r\nY: \r\n"),
                fields("reply: names in capitals", "SERVER: a\r\nX-Y:b\r\n"),
                fields("reply: two cookies", "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"),
                fields("reply: other connection options", "Connection: keep-alive, X-Foo\r\nX-Foo: 1\r\n"),
                fields("reply: a Connection that names the length", "Connection: content-length\r\n"),
                fields(
                        "reply: Keep-Alive and Proxy-Connection",
                        "Keep-Alive: timeout=5\r\nProxy-Connection: close\r\n"),
                fields("reply: Upgrade offered", "Connection: upgrade\r\nUpgrade: h2c\r\n"),
                fields("reply: Trailer and Via", "Trailer: X\r\nVia: 1.0 x\r\n"));
    }

    private static Stream<Case> sizes() {
        Stream<Case> values = IntStream.of(8000, 15_000, 15_200, 15_300, 15_400, 16_300, 20_000)
                .mapToObj(size -> fields("reply: a field of " + size, "X: " + "a".repeat(size) + "\r\n"));
        Stream<Case> counts = IntStream.of(98, 99, 100, 101, 300)
                .mapToObj(count -> fields("reply: " + count + " more fields", "a: b\r\n".repeat(count)));
        Stream<Case> pieces = Stream.of(
                reply(
                        "reply: a head in small pieces",
                        "HT",
                        "TP/1.1 2",
                        "00 OK\r",
                        "\nContent-",
                        "Length: 2\r\n",
                        "\r",
                        "\n",
                        "ok"),
                reply("reply: a head that never ends", ("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(20_000))));
        return Stream.of(values, counts, pieces).flatMap(s -> s);
    }

    private static Stream<Case> interim() {
        String link = "HTTP/1.1 103 Early Hints\r\nLink: 1\r\n\r\n";
        return Stream.of(
                reply("reply: 100", "HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n" + OK),
                reply("reply: 103", link + OK),
                reply("reply: 103 in pieces", link, OK),
                reply("reply: 102 and 103", "HTTP/1.1 102 P\r\n\r\n" + link + OK),
                reply("reply: 150", "HTTP/1.1 150 X\r\n\r\n" + OK),
                reply("reply: 100 with a length", "HTTP/1.1 100 C\r\nContent-Length: 5\r\n\r\n" + OK),
                reply("reply: 100 with chunks", "HTTP/1.1 100 C\r\n" + Case.CHUNKED + "\r\n" + OK),
                reply("reply: 100 of HTTP/1.0", "HTTP/1.0 100 C\r\n\r\n" + OK),
                reply("reply: 100 that closes", "HTTP/1.1 100 C\r\nConnection: close\r\n\r\n" + OK),
                reply("reply: a hundred 103", link.repeat(100) + OK),
                lastReply("reply: 103 and the end", link),
                lastReply("reply: 103 and half a head", link + "HTTP/1.1 20"),
                reply("reply: 103 and nonsense", link + "nonsense\r\n\r\n"),
                reply("reply: 103 and silence", link).in(Mode.HURRIED),
                sends("reply: 103 to HTTP/1.0", "GET / HTTP/1.0\r\n\r\n").answered(Step.says(link + OK)));
    }
}

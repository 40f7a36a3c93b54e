// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.CHUNKED;
import static io.tandem.node.differential.wire.Case.HEAD;
import static io.tandem.node.differential.wire.Case.lastReply;
import static io.tandem.node.differential.wire.Case.reply;
import static io.tandem.node.differential.wire.Case.sends;

import io.tandem.node.differential.wire.Step.Then;
import java.util.stream.Stream;

/** Bodies of responses: lengths, chunks, none where none may be, half of them. */
final class ReplyBodies {
    private static final String CHUNKS = "5\r\nhello\r\n0\r\n\r\n";

    private ReplyBodies() {}

    private static Case lengths(String name, String... values) {
        StringBuilder fields = new StringBuilder();
        for (String value : values) {
            fields.append("Content-Length: ").append(value).append("\r\n");
        }
        return reply(name, "HTTP/1.1 200 OK\r\n" + fields + "\r\nabc");
    }

    private static Case chunks(String name, String body) {
        return reply(name, "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n" + body);
    }

    private static Case encoding(String name, String value) {
        return lastReply(name, "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + value + "\r\n\r\n" + CHUNKS);
    }

    private static Case bodiless(String name, String head) {
        return reply(name, head + "\r\n", "", "");
    }

    static Stream<Case> cases() {
        return Stream.of(lengths(), chunks(), without(), versions()).flatMap(s -> s);
    }

    private static Stream<Case> lengths() {
        return Stream.of(
                lengths("reply: two lengths that differ", "3", "4"),
                lengths("reply: two equal lengths", "3", "3"),
                lengths("reply: a list of equal lengths", "3, 3"),
                lengths("reply: a list of lengths that differ", "3, 4"),
                lengths("reply: a negative length", "-3"),
                lengths("reply: a length with a plus", "+3"),
                lengths("reply: a hexadecimal length", "0x3"),
                lengths("reply: an empty length", ""),
                lengths("reply: a length with zeros in front", "003"),
                lengths("reply: a huge length", "99999999999999999999"),
                lengths("reply: a length of 2^63", "9223372036854775808"),
                lengths("reply: less than 2^63, then silence", "9223372036854775807")
                        .in(Mode.HURRIED),
                lengths("reply: more than the length", "2"),
                lengths("reply: more than nothing", "0"),
                lengths("reply: less than the length, then silence", "10").in(Mode.HURRIED),
                lastReply("reply: less than the length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok"),
                lastReply("reply: a length and nothing", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
                lastReply("reply: no length", "HTTP/1.1 200 OK\r\n\r\nhello"),
                lastReply("reply: no length and no body", "HTTP/1.1 200 OK\r\n\r\n"),
                reply("reply: no length, then silence", "HTTP/1.1 200 OK\r\n\r\nhello")
                        .in(Mode.HURRIED),
                reply("reply: a body in pieces", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", "ab", "cd", "ef"),
                reply(
                                "reply: a body that trickles for longer than the timeout",
                                "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n",
                                "a",
                                "b",
                                "c",
                                "d",
                                "e",
                                "f",
                                "g",
                                "h",
                                "i",
                                "j",
                                "k",
                                "l")
                        .in(Mode.HURRIED),
                reply(
                        "reply: length and chunked",
                        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n" + CHUNKED + "\r\n" + CHUNKS),
                reply(
                        "reply: chunked and length",
                        "HTTP/1.1 200 OK\r\n" + CHUNKED + "Content-Length: 3\r\n\r\n" + CHUNKS),
                reply(
                        "reply: chunked and a bad length",
                        "HTTP/1.1 200 OK\r\n" + CHUNKED + "Content-Length: x\r\n\r\n" + CHUNKS));
    }

    private static Stream<Case> chunks() {
        return Stream.of(
                chunks("reply: chunked", CHUNKS),
                chunks("reply: two chunks", "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"),
                chunks("reply: an extension", "5;x=\"y\"\r\nhello\r\n0\r\n\r\n"),
                chunks("reply: a trailer", "5\r\nhello\r\n0\r\nX-T: v\r\n\r\n"),
                chunks("reply: a bad trailer", "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n"),
                chunks("reply: a length in a trailer", "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n"),
                chunks("reply: LF in chunks", "5\nhello\n0\n\n"),
                chunks("reply: a bad chunk", "zz\r\nhello"),
                chunks("reply: a bad chunk behind a good one", "1\r\na\r\nzz\r\n"),
                chunks("reply: a chunk longer than its size", "2\r\nhello\r\n0\r\n\r\n"),
                chunks("reply: no chunk size", "\r\nhello\r\n0\r\n\r\n"),
                chunks("reply: a huge chunk size", "ffffffffffffffffff\r\nhello"),
                chunks("reply: a chunk size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
                chunks("reply: a surplus behind the chunks", CHUNKS + "EXTRA"),
                chunks("reply: chunks, then silence", "5\r\nhello\r\n").in(Mode.HURRIED),
                reply(
                        "reply: a bad chunk that comes late",
                        "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n1\r\na\r\n",
                        "zz\r\n"),
                reply(
                        "reply: chunks in pieces",
                        "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n",
                        "5",
                        "\r\nhe",
                        "llo\r",
                        "\n0\r\n\r",
                        "\n"),
                lastReply("reply: a chunk cut off", "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n5\r\nhe"),
                lastReply("reply: no last chunk", "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n5\r\nhello\r\n"),
                lastReply("reply: chunked and nothing", "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n"),
                encoding("reply: identity", "identity"),
                encoding("reply: gzip, chunked", "gzip, chunked"),
                encoding("reply: gzip", "gzip"),
                encoding("reply: chunked twice", "chunked, chunked"),
                encoding("reply: chunked, gzip", "chunked, gzip"),
                encoding("reply: Chunked with a capital", "Chunked"),
                encoding("reply: an empty encoding", ""),
                encoding("reply: almost chunked", "xchunked"));
    }

    private static Stream<Case> without() {
        return Stream.of(
                bodiless("reply: 204", "HTTP/1.1 204 No Content\r\n"),
                bodiless("reply: 204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n"),
                bodiless("reply: 204 with chunks", "HTTP/1.1 204 No Content\r\n" + CHUNKED),
                reply("reply: 204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
                bodiless("reply: 304", "HTTP/1.1 304 Not Modified\r\n"),
                bodiless("reply: 304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n"),
                bodiless("reply: 304 with chunks", "HTTP/1.1 304 Not Modified\r\n" + CHUNKED),
                reply("reply: 304 with a body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello"),
                bodiless("reply: 205", "HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n"),
                head("reply: HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
                head("reply: HEAD of chunks", "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n"),
                head("reply: HEAD without length", "HTTP/1.1 200 OK\r\n\r\n"),
                head("reply: HEAD with a body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                head(
                        "reply: HEAD with two lengths",
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"),
                head(
                        "reply: HEAD with a huge length",
                        "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n"),
                head("reply: HEAD and 404", "HTTP/1.1 404 No\r\nContent-Length: 12\r\n\r\n"));
    }

    private static Case head(String name, String reply) {
        return sends(name, HEAD).answered(Step.says(reply));
    }

    private static Stream<Case> versions() {
        return Stream.of(
                lastReply("reply: HTTP/1.0 without length", "HTTP/1.0 200 OK\r\n\r\nhello"),
                reply("reply: HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                reply("reply: HTTP/1.0 with chunks", "HTTP/1.0 200 OK\r\n" + CHUNKED + "\r\n" + CHUNKS),
                sends("reply: chunks to HTTP/1.0", "GET / HTTP/1.0\r\n\r\n")
                        .answered(Step.says("HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n" + CHUNKS)),
                sends("reply: chunks to HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                        .answered(Step.says("HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n" + CHUNKS)),
                sends("reply: trailers to HTTP/1.0", "GET / HTTP/1.0\r\n\r\n")
                        .answered(Step.says("HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n")),
                sends("reply: no length to HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                        .answered(Step.says("HTTP/1.1 200 OK\r\n\r\nhello").then(Then.ENDS)));
    }
}

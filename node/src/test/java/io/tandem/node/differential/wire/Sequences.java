// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.CHUNKED;
import static io.tandem.node.differential.wire.Case.GET;
import static io.tandem.node.differential.wire.Case.OK;
import static io.tandem.node.differential.wire.Case.get;
import static io.tandem.node.differential.wire.Case.post;
import static io.tandem.node.differential.wire.Case.sends;

import io.tandem.node.differential.wire.Step.Then;
import io.tandem.node.differential.wire.Step.When;
import java.util.stream.Stream;

/** Several requests on a connection, Expect, Upgrade, answers that come too early, clients that leave. */
final class Sequences {
    private static final String WEBSOCKET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    private static final String ACCEPT = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

    private Sequences() {}

    static Stream<Case> cases() {
        return Stream.of(pipelines(), expectations(), upgrades(), tooEarly(), endings())
                .flatMap(s -> s);
    }

    private static String numbered(int number) {
        return "GET /" + number + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    private static Stream<Case> pipelines() {
        return Stream.of(
                sends("two requests at once", numbered(1) + numbered(2)),
                sends("five requests at once", numbered(1) + numbered(2) + numbered(3) + numbered(4) + numbered(5)),
                sends("two requests, one after the other", numbered(1), numbered(2)),
                sends("an error behind a request", numbered(1) + "GE(T / HTTP/1.1\r\n\r\n"),
                sends("two Hosts in the second request", numbered(1) + "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                sends(
                        "a bad length in the second request",
                        numbered(1) + "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"),
                sends("a request behind an error", "GE(T / HTTP/1.1\r\n\r\n" + numbered(2)),
                sends("half a request behind another", numbered(1) + "GET / HT").in(Mode.HURRIED),
                sends("half a request behind another, then the end", numbered(1) + "GET / HT")
                        .halfClosing(),
                sends(
                        "the second half of a request comes late",
                        numbered(1) + "GET /2 HT",
                        "TP/1.1\r\nHost: a\r\n\r\n"),
                sends("empty lines between requests", numbered(1) + "\r\n\r\n" + numbered(2)),
                sends("a bare CR between requests", numbered(1) + "\r" + numbered(2)),
                sends(
                        "a close, and a request behind it",
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + numbered(2)),
                sends("HTTP/1.0, and a request behind it", "GET / HTTP/1.0\r\n\r\n" + numbered(2)),
                post("a POST with two requests behind it", "Content-Length: 3\r\n", "abc" + numbered(1) + numbered(2)),
                sends("two POSTs at once", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc".repeat(2)),
                sends(
                        "two chunked POSTs at once",
                        ("POST / HTTP/1.1\r\nHost: a\r\n" + CHUNKED + "\r\n3\r\nabc\r\n0\r\n\r\n").repeat(2)),
                sends(
                        "a bad chunk in the second request",
                        numbered(1) + "POST / HTTP/1.1\r\nHost: a\r\n" + CHUNKED + "\r\nz\r\n"),
                sends("silence behind a request", numbered(1)).in(Mode.HURRIED),
                sends("a response without length in front of a request", numbered(1) + numbered(2))
                        .answered(Step.says("HTTP/1.1 200 OK\r\n\r\nx").then(Then.ENDS)),
                sends("a response that says close in front of a request", numbered(1) + numbered(2))
                        .answered(
                                Step.says("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                                        .then(Then.ENDS),
                                Step.says(OK)),
                sends("a surplus of the first response", numbered(1), numbered(2))
                        .answered(Step.says(OK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"), Step.says(OK)),
                sends("a second response that is bad", numbered(1), numbered(2))
                        .answered(Step.says(OK), Step.says("nonsense\r\n\r\n")));
    }

    private static Stream<Case> expectations() {
        String post = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
        String go = "HTTP/1.1 100 Continue\r\n\r\n";
        return Stream.of(
                post("Expect", "Expect: 100-continue\r\nContent-Length: 3\r\n", "abc"),
                post("Expect in capitals", "Expect: 100-CONTINUE\r\nContent-Length: 3\r\n", "abc"),
                post("an unknown Expect", "Expect: x\r\nContent-Length: 3\r\n", "abc"),
                post("an empty Expect", "Expect:\r\nContent-Length: 3\r\n", "abc"),
                post("two Expects", "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3\r\n", "abc"),
                get("Expect without body", "Expect: 100-continue\r\n"),
                sends("Expect in HTTP/1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"),
                sends("Expect, the body when the server says go", post, "", "", "abc")
                        .answered(Step.says(go, OK).at(When.HEAD)),
                sends("Expect, and the server refuses", post, "", "abc")
                        .answered(Step.says("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
                                .at(When.HEAD)),
                sends("Expect and no body ever", post)
                        .in(Mode.HURRIED)
                        .answered(Step.says(go).at(When.HEAD).then(Then.HANGS)),
                post("100 twice", "Expect: 100-continue\r\nContent-Length: 3\r\n", "abc")
                        .answered(Step.says(go + go + OK)),
                sends("100 to HTTP/1.0", "GET / HTTP/1.0\r\n\r\n").answered(Step.says(go + OK)));
    }

    private static Stream<Case> upgrades() {
        return Stream.of(
                sends("a WebSocket", WEBSOCKET).answered(Step.says(SWITCHING + ACCEPT + "\r\nDATA")),
                sends("a WebSocket without proof", WEBSOCKET).answered(Step.says(SWITCHING + "\r\nDATA")),
                sends("a WebSocket with a wrong proof", WEBSOCKET)
                        .answered(Step.says(SWITCHING + "Sec-WebSocket-Accept: AAAA\r\n\r\nDATA")),
                sends("a WebSocket that is refused", WEBSOCKET),
                sends("data behind a handshake that is refused", WEBSOCKET + GET),
                sends("data behind a handshake", WEBSOCKET + "EARLY", "LATE")
                        .answered(Step.says(SWITCHING + ACCEPT + "\r\nDATA")),
                sends("101 that nobody asked for", GET).answered(Step.says("HTTP/1.1 101 Switching\r\n\r\nDATA")),
                get("101 without Upgrade", "Connection: upgrade\r\nUpgrade: foo\r\n")
                        .answered(Step.says("HTTP/1.1 101 Switching\r\n\r\nDATA")),
                get("another protocol, agreed to", "Connection: upgrade\r\nUpgrade: foo\r\n")
                        .answered(Step.says("HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\nDATA")),
                get("another protocol than asked for", "Connection: upgrade\r\nUpgrade: foo\r\n")
                        .answered(Step.says("HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: bar\r\n\r\nDATA")),
                get(
                        "h2c",
                        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
                get("h2c without settings", "Connection: Upgrade\r\nUpgrade: h2c\r\n"),
                get("h2c and a WebSocket", "Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n"),
                get("an upgrade that is refused", "Connection: Upgrade\r\nUpgrade: foo\r\n"),
                get("Upgrade without Connection", "Upgrade: foo\r\n"),
                get("Connection without Upgrade", "Connection: upgrade\r\n"),
                get("an empty Upgrade", "Connection: upgrade\r\nUpgrade:\r\n"),
                get("two Upgrades", "Connection: upgrade\r\nUpgrade: foo\r\nUpgrade: bar\r\n"),
                get("a WebSocket without key", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
                post("an upgrade with a body", "Connection: upgrade\r\nUpgrade: foo\r\nContent-Length: 3\r\n", "abc"),
                post("an upgrade with chunks", "Connection: upgrade\r\nUpgrade: foo\r\n" + CHUNKED, "0\r\n\r\n"),
                sends("an upgrade in HTTP/1.0", "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n"),
                sends("CONNECT that is agreed to", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "DATA")
                        .answered(Step.says("HTTP/1.1 200 OK\r\n\r\nHELLO")),
                sends(
                                "CONNECT that is agreed to with a length",
                                "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
                                "DATA")
                        .answered(Step.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHELLO")),
                sends("CONNECT that is refused", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n" + GET)
                        .answered(Step.says("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")));
    }

    private static Stream<Case> tooEarly() {
        String post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nabc";
        String rest = "x".repeat(27);
        String ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        return Stream.of(
                sends("an answer before the request's end", post, "", rest)
                        .answered(Step.says(ok).at(When.HEAD)),
                sends("an answer before the request's end, then another request", post, "", rest, GET)
                        .answered(Step.says(ok).at(When.HEAD), Step.says(ok)),
                sends("an answer before the request's end, which never comes", post)
                        .in(Mode.HURRIED)
                        .answered(Step.says(ok).at(When.HEAD)),
                sends("an answer before the request's end, and the server leaves", post, "", rest)
                        .answered(Step.says(ok).at(When.HEAD).then(Then.ENDS)),
                sends("an answer at the first byte", GET).answered(Step.says(ok).at(When.BYTE)),
                sends("an answer to nothing", GET).answered(Step.says(ok).at(When.CONNECT)),
                sends("half an answer before the request's end", post, "", rest)
                        .answered(Step.says("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "ok")
                                .at(When.HEAD)
                                .then(Then.ENDS)));
    }

    private static Stream<Case> endings() {
        return Stream.of(
                sends("a client that has ended its side", GET).halfClosing(),
                sends("a client that has ended its side behind two", numbered(1) + numbered(2))
                        .halfClosing(),
                sends("a head cut off by the client", "GET / HT").halfClosing(),
                sends("fields cut off by the client", "GET / HTTP/1.1\r\nHost: a\r\n")
                        .halfClosing(),
                sends("nothing, then the end", "").halfClosing(),
                sends("an empty line, then the end", "\r\n").halfClosing(),
                sends("nothing at all from a client", "").in(Mode.HURRIED),
                sends("half a head and silence", "GET / HTTP/1.1\r\nHos").in(Mode.HURRIED),
                sends(
                                "a head that trickles",
                                "GET / HTTP/1.1\r\n",
                                "A: b\r\n",
                                "A: b\r\n",
                                "A: b\r\n",
                                "A: b\r\n",
                                "A: b\r\n",
                                "A: b\r\n")
                        .in(Mode.HURRIED));
    }
}

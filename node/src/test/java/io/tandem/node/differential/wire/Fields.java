// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.get;
import static io.tandem.node.differential.wire.Case.sends;

import java.util.stream.Stream;

/** Field names, values, folds and line ends of requests. */
final class Fields {
    private Fields() {}

    static Stream<Case> cases() {
        return Stream.of(
                get("a bare CR", "X: a\rb\r\n"),
                get("a bare CR at the end of a value", "X: a\r\r\n"),
                get("a bare CR in front of a value", "X:\ra\r\n"),
                get("a bare CR behind a name", "X\r: a\r\n"),
                get("a field that a CR hides", "X: a\rContent-Length: 5\r\n"),
                get("a field of two CRs", "\r\r\n"),
                get("a NUL in a value", "X: a\0b\r\n"),
                get("a NUL at the end of a value", "X: a\0\r\n"),
                get("a NUL in a name", "X\0Y: a\r\n"),
                get("obs-fold", "X: a\r\n  b\r\n"),
                get("obs-fold by TAB", "X: a\r\n\tb\r\n"),
                get("obs-fold of several lines", "X: a\r\n b\r\n\tc\r\n  d \r\n"),
                get("obs-fold of an empty value", "X:\r\n b\r\n"),
                get("obs-fold of nothing", "X: b\r\n \r\n"),
                get("obs-fold of blanks and more", "X: b\r\n \r\n \r\n c\r\n"),
                get("obs-fold by LF", "X: a\n b\r\n"),
                get("obs-fold within a name", "X\r\n Y: b\r\n"),
                get("obs-fold that looks like a field", "X: a\r\n Content-Length: 5\r\n"),
                get(
                        "obs-fold of the last field, then a body of its own",
                        "X: a\r\n b\r\n\r\nGET /2 HTTP/1.1\r\nA: b\r\n"),
                sends("obs-fold in front of all fields", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
                sends("obs-fold of the request line", "GET /\r\n HTTP/1.1\r\nHost: a\r\n\r\n"),
                get("control characters in a value", "X: a\u0001b\u007f\u0080\r\n"),
                get("VT and FF in a value", "X: a\u000bb\u000cc\r\n"),
                get("ESC and BEL in a value", "X: \u001b[31m\u0007\r\n"),
                get("UTF-8 in a value", "X: \u00c3\u00a9\u00ff\r\n"),
                get("a blank in front of the colon", "X : a\r\n"),
                get("a TAB in front of the colon", "X\t: a\r\n"),
                get("a blank in front of the length's colon", "Content-Length : 5\r\n"),
                get("a blank in front of the encoding's colon", "Transfer-Encoding : chunked\r\n"),
                get("a blank within a name", "X Y: a\r\n"),
                get("a VT in front of the colon", "X\u000b: a\r\n"),
                get("a line without colon", "XYZ\r\n"),
                get("no name", ": x\r\n"),
                get("a colon alone", ":\r\n"),
                get("two colons", "X:: a\r\n"),
                get("a name that is no token", "X(y: x\r\n"),
                get("a name above ASCII", "X\u00e9: x\r\n"),
                get("a name with a quote", "\"X\": x\r\n"),
                get("a name with CR", "Content\rLength: 1\r\n"),
                get("a name with an underscore", "Content_Length: 1\r\nTransfer_Encoding: chunked\r\n"),
                get("a name of all token characters", "!#$%&'*+-.^_`|~0: a\r\n"),
                get("a name that begins like one", "Content-Lengthx: 5\r\nXTransfer-Encoding: chunked\r\n"),
                get("empty values", "X:\r\nY: \r\nZ:\t \t\r\n"),
                get("a name of HTTP/2", ":path: /x\r\n"),
                get("a field that looks like a request", "GET /x HTTP/1.1\r\n"),
                get("lines that end in LF or CR LF", "X: a\nY: b\r\nZ: c\n"),
                sends("LF in front of the empty line", "GET / HTTP/1.1\r\nHost: a\n\r\n"),
                sends("an empty line of LF", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
                sends("a CR at the end, then LF", "GET / HTTP/1.1\r", "\nHost: a\r", "\n\r", "\n"),
                sends("a CR at the end, then more", "GET / HTTP/1.1\r\nHost: a\r", "X: b\r\n\r\n"),
                sends("an empty line's CR, then more", "GET / HTTP/1.1\r\nHost: a\r\n\r", "GET /2 HTTP/1.1\r\n\r\n"),
                sends("a fold that comes late", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n", " c\r\n\r\n"),
                sends(
                        "a head in small pieces",
                        "GE",
                        "T / HT",
                        "TP/1.1\r",
                        "\nHo",
                        "st: a\r\nX",
                        ":",
                        " b",
                        "\r\n\r\n"),
                get("X-Forwarded-For of the client's own", "X-Forwarded-For: 1.2.3.4\r\n"),
                get("two X-Forwarded-For", "X-Forwarded-For: 1.2.3.4\r\nx-forwarded-for: 5.6.7.8\r\n"),
                get("two cookies", "Cookie: a=1\r\nCookie: b=2\r\n"),
                get("a thousand commas", "Accept: " + ",".repeat(1000) + "\r\n"));
    }
}

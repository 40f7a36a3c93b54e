// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.GET;
import static io.tandem.node.differential.wire.Case.get;
import static io.tandem.node.differential.wire.Case.post;
import static io.tandem.node.differential.wire.Case.sends;

import java.util.stream.Stream;

/** Content-Length in all its shapes. */
final class Lengths {
    private Lengths() {}

    private static Case length(String name, String value) {
        return post(name, "Content-Length:" + value + "\r\n", "abc");
    }

    static Stream<Case> cases() {
        return Stream.of(
                post("two lengths that differ", "Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"),
                post("two equal lengths", "Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
                post("two lengths equal as numbers", "Content-Length: 3\r\nContent-Length: 03\r\n", "abc"),
                post(
                        "three lengths, the last differs",
                        "Content-Length: 3\r\n".repeat(2) + "Content-Length: 2\r\n",
                        "abc"),
                post("a length and an empty one", "Content-Length: 3\r\nContent-Length:\r\n", "abc"),
                post("a length of 0 and another", "Content-Length: 0\r\nContent-Length: 3\r\n", "abc"),
                post("two equal lengths apart", "Content-Length: 3\r\nX: y\r\ncontent-length: 3\r\n", "abc"),
                length("a list of equal lengths", " 3, 3"),
                length("a list of three", " 3,3 ,3"),
                length("a list of lengths that differ", " 3, 4"),
                length("a list with a gap", " 3,"),
                length("a list with a gap in front", " ,3"),
                length("a list with a gap within", " 3,,3"),
                length("a list of zeros in front", " 3, 03"),
                length("a length with a plus", " +3"),
                length("a negative length", " -3"),
                length("minus nothing", " -0"),
                length("an empty length", " "),
                length("a length of 20 digits", " 99999999999999999999"),
                length("a length of 26 digits", " 99999999999999999999999999"),
                length("a length of 2^63", " 9223372036854775808"),
                length("a length of 2^63 less one", " 9223372036854775807").in(Mode.HURRIED),
                length("a length of 2^64 and three", " 18446744073709551619"),
                length("a length of 2^32 and three", " 4294967299").in(Mode.HURRIED),
                length("a length of 2^31", " 2147483648").in(Mode.HURRIED),
                length("a length with zeros in front", " 003"),
                length("a length with many zeros in front", " " + "0".repeat(60) + "3"),
                length("a length of zeros", " 000"),
                length("two numbers", " 3 3"),
                length("a hexadecimal length", " 0x3"),
                length("a length with letters", " 3a"),
                length("a length in front of a semicolon", " 3;x"),
                length("a length with a point", " 3.0"),
                length("a length with an exponent", " 3e0"),
                length("a length in quotes", " \"3\""),
                length("a length of other digits", " \u00b3"),
                length("a length behind a VT", " \u000b3"),
                length("a length and a NUL", " 3\0"),
                length("a length and a CR", " 3\r4"),
                length("a length by fold", "\r\n 3"),
                length("a length in two lines", " 3\r\n 3"),
                length("a length and an empty fold", " 3\r\n "),
                length("no blank in front of a length", "3"),
                length("TABs around a length", "\t3\t"),
                length("many blanks around a length", "   3   "),
                post("no length", "", GET),
                post("a request behind a body", "Content-Length: 3\r\n", "abc" + GET),
                post("a body shorter than its length", "Content-Length: 30\r\n", "abc")
                        .in(Mode.HURRIED),
                post("a body cut off by the client", "Content-Length: 30\r\n", "abc")
                        .halfClosing(),
                post("a body longer than its length", "Content-Length: 2\r\n", "abcdef"),
                post("a body with a request in it", "Content-Length: " + GET.length() + "\r\n", GET),
                get("a length of nothing on GET", "Content-Length: 0\r\n"),
                get("a body of GET", "Content-Length: 3\r\n\r\nabc"),
                sends("a body of HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                        .answered(Step.says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")),
                sends("a body of DELETE", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a body of OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a body of TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a body of CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a length in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a length in HTTP/1.0 behind GET", "GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
                sends(
                        "a length in HTTP/1.0 behind GET kept alive",
                        "GET / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc" + GET),
                sends("a length in HTTP/1.0 behind HEAD", "HEAD / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a length in HTTP/1.0 behind DELETE", "DELETE / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a length in HTTP/1.0 behind OPTIONS", "OPTIONS / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a length in HTTP/0.9 behind GET", "GET / HTTP/0.9\r\nContent-Length: 3\r\n\r\nabc"),
                sends("a length of nothing in HTTP/1.0", "GET / HTTP/1.0\r\nContent-Length: 0\r\n\r\n"),
                sends(
                        "a chunk in HTTP/1.0 behind GET",
                        "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                sends(
                        "a body in pieces",
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n",
                        "ab",
                        "cd",
                        "ef" + GET));
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.CHUNKED;
import static io.tandem.node.differential.wire.Case.GET;
import static io.tandem.node.differential.wire.Case.chunked;
import static io.tandem.node.differential.wire.Case.sends;

import java.util.stream.Stream;

/** Chunked bodies of requests: sizes, extensions, line ends, trailers. */
final class Chunks {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n" + CHUNKED + "\r\n";

    private Chunks() {}

    private static Case size(String name, String line) {
        return chunked(name, line + "\r\nabc\r\n0\r\n\r\n");
    }

    private static Case trailers(String name, String lines) {
        return chunked(name, "3\r\nabc\r\n0\r\n" + lines + "\r\n" + GET);
    }

    static Stream<Case> cases() {
        return Stream.of(sizes(), ends(), trailers()).flatMap(s -> s);
    }

    private static Stream<Case> sizes() {
        return Stream.of(
                size("chunked with an extension", "3;ext=1"),
                size("an extension with a quote that stays open", "3;a=\"b"),
                size("an extension with blanks", "3 ; a = b"),
                size("an extension without a name", "3;"),
                size("an extension with a semicolon in quotes", "3;a=\"x;y\""),
                size("an extension of 1000 bytes", "3;" + "a".repeat(1000)),
                size("an extension above ASCII", "3;\u00e9"),
                size("a NUL in an extension", "3;a\0b"),
                size("a TAB in an extension", "3;\ta"),
                size("a CR in an extension", "3;a\rb"),
                size("an LF in an extension", "3;a\nb"),
                size("a size in capitals", "0A\r\n0123456789\r\n3"),
                size("a blank behind a size", "3 "),
                size("blanks behind a size", "3   \t "),
                size("blanks and a letter behind a size", "3 x"),
                size("two sizes in a line", "3 3"),
                size("a blank in front of a size", " 3"),
                size("a TAB in front of a size", "\t3"),
                size("a VT behind a size", "3\u000b"),
                size("zeros in front of a size", "0000000000000000003"),
                size("a hundred zeros in front of a size", "0".repeat(100) + "3"),
                size("a size that is none", "zz"),
                size("a size with a letter too many", "3g"),
                size("a size of 2^31", "80000000").in(Mode.HURRIED),
                size("a size of 2^32 and three", "100000003").in(Mode.HURRIED),
                size("a size of 2^52 less one", "fffffffffffff").in(Mode.HURRIED),
                size("a size of 2^52", "10000000000000"),
                size("a size of 2^56", "100000000000000"),
                size("a size of 2^60", "1000000000000000"),
                size("a size of 2^63", "8000000000000000"),
                size("a size of 2^64 and three", "10000000000000003"),
                size("a huge size", "fffffffffffffffffffffffffff"),
                size("a size with 0x", "0x3"),
                size("a size with a plus", "+3"),
                size("a negative size", "-3"),
                size("a size with a point", "3.0"),
                size("a size with an underscore", "1_0"),
                size("a size of other digits", "\u0663"),
                size("an empty size", ""),
                size("an extension without size", ";a"));
    }

    private static Stream<Case> ends() {
        return Stream.of(
                chunked("two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
                chunked("twenty chunks of one byte", "1\r\na\r\n".repeat(20) + "0\r\n\r\n"),
                chunked("LF in a chunked body", "3\nabc\n0\n\n"),
                chunked("LF behind a size", "3\nabc\r\n0\r\n\r\n"),
                chunked("LF behind a chunk", "3\r\nabc\n0\r\n\r\n"),
                chunked("LF behind the last size", "3\r\nabc\r\n0\n\r\n"),
                chunked("LF at the very end", "3\r\nabc\r\n0\r\n\n"),
                chunked("a CR without LF behind a size", "3\rXabc\r\n0\r\n\r\n"),
                chunked("two CRs behind a size", "3\r\r\nabc\r\n0\r\n\r\n"),
                chunked("no CR LF behind a chunk", "3\r\nabcXX0\r\n\r\n"),
                chunked("nothing behind a chunk", "3\r\nabc0\r\n\r\n"),
                chunked("a CR and a letter behind a chunk", "3\r\nabc\rX0\r\n\r\n"),
                chunked("a chunk longer than its size", "3\r\nabcd\r\n0\r\n\r\n"),
                chunked("a chunk shorter than its size", "5\r\nabc\r\n0\r\n\r\n" + GET),
                chunked("an empty line between chunks", "3\r\nabc\r\n\r\n0\r\n\r\n"),
                chunked("a chunked body that is not ended", "3\r\nabc\r\n").in(Mode.HURRIED),
                chunked("a last chunk without empty line", "3\r\nabc\r\n0\r\n").in(Mode.HURRIED),
                chunked("a last chunk and half an empty line", "3\r\nabc\r\n0\r\n\r")
                        .in(Mode.HURRIED),
                chunked("a chunked body cut off by the client", "30\r\nabc").halfClosing(),
                chunked("a last chunk cut off by the client", "3\r\nabc\r\n0\r\n")
                        .halfClosing(),
                chunked("a last chunk of many zeros", "3\r\nabc\r\n00000\r\n\r\n" + GET),
                chunked("a last chunk with an extension", "3\r\nabc\r\n0;a=b\r\n\r\n" + GET),
                chunked("a last chunk with data", "3\r\nabc\r\n0\r\nX\r\n\r\n"),
                chunked("an empty chunked body", "0\r\n\r\n" + GET),
                chunked("a chunk of 8000 bytes", "1f40\r\n" + "x".repeat(8000) + "\r\n0\r\n\r\n"),
                sends("chunks in small pieces", POST, "3", "\r", "\na", "bc\r", "\n", "0\r\n", "\r", "\n" + GET),
                sends("a bad chunk behind a good one", POST + "3\r\nabc\r\n", "zz\r\n"),
                sends("a bad end behind a good chunk", POST + "3\r\nabc", "XX"),
                sends("an extension in pieces", POST + "3;a", "=\"", "b\"\r", "\nabc\r\n0\r\n\r\n"));
    }

    private static Stream<Case> trailers() {
        return Stream.of(
                trailers("a trailer", "X-T: a\r\n"),
                trailers("two trailers", "X-T: a\r\nx-u:b  \r\n"),
                trailers("a malformed trailer", "bad trailer\r\n"),
                trailers("a trailer without name", ": a\r\n"),
                trailers("a trailer with LF", "X: a\n"),
                trailers("a trailer with a CR", "X: a\rb\r\n"),
                trailers("a trailer with a NUL", "X: a\0b\r\n"),
                trailers("a trailer of two lines", "X: a\r\n b\r\n"),
                trailers("a trailer above ASCII", "X: \u00e9\r\n"),
                trailers("an empty trailer", "X:\r\n"),
                trailers("a Transfer-Encoding in a trailer", "Transfer-Encoding: x\r\n"),
                trailers("chunked in a trailer", "Transfer-Encoding: chunked\r\n"),
                trailers("a Content-Length in a trailer", "Content-Length: 5\r\n"),
                trailers("a Host in a trailer", "Host: b\r\n"),
                trailers("a Connection in a trailer", "Connection: close\r\n"),
                trailers("an Upgrade in a trailer", "Upgrade: x\r\n"),
                trailers("an Authorization and a Cookie in a trailer", "Authorization: x\r\nCookie: y\r\n"),
                trailers("99 trailers", "a: b\r\n".repeat(99)),
                trailers("100 trailers", "a: b\r\n".repeat(100)),
                trailers("101 trailers", "a: b\r\n".repeat(101)),
                trailers("110 trailers", "a: b\r\n".repeat(110)),
                trailers("a trailer of 14000 bytes", "X: " + "a".repeat(14_000) + "\r\n"),
                trailers("a trailer of 20000 bytes", "X: " + "a".repeat(20_000) + "\r\n"),
                sends("trailers in pieces", POST + "3\r\nabc\r\n0\r\nX", "-T: ", "a\r", "\n", "\r\n" + GET));
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.get;
import static io.tandem.node.differential.wire.Case.line;
import static io.tandem.node.differential.wire.Case.sends;

import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Methods, targets, versions, and what stands around them. */
final class RequestLines {
    private RequestLines() {}

    static Stream<Case> cases() {
        return Stream.of(methods(), targets(), versions(), blanks(), sizes()).flatMap(s -> s);
    }

    private static Stream<Case> methods() {
        return Stream.of(
                line("a method that is no token", "G(T / HTTP/1.1"),
                line("a method in lower case", "get / HTTP/1.1"),
                line("an unknown method", "BREW / HTTP/1.1"),
                line("a method of all token characters", "!#$%&'*+-.^_`|~0A / HTTP/1.1"),
                line("a method with a NUL", "G\0T / HTTP/1.1"),
                line("a method above ASCII", "G\u00c9T / HTTP/1.1"),
                line("a method with a colon", "GET: / HTTP/1.1"),
                line("a method with a slash", "G/T / HTTP/1.1"),
                line("a method of 300 bytes", "M".repeat(300) + " / HTTP/1.1"),
                line("a method of 5000 bytes", "M".repeat(5000) + " / HTTP/1.1"),
                line("TRACE", "TRACE / HTTP/1.1"),
                line("DELETE", "DELETE /x HTTP/1.1"),
                line("PRI, as HTTP/2 begins", "PRI * HTTP/1.1"),
                line("PRI of a path", "PRI /x HTTP/1.0"),
                line("a method that begins like PRI", "PRINT / HTTP/1.1"),
                line("CONNECT without port", "CONNECT a HTTP/1.1"),
                line("CONNECT to another host", "CONNECT b:443 HTTP/1.1"),
                line("CONNECT to Host", "CONNECT a:443 HTTP/1.1"),
                line("CONNECT to another port", "CONNECT a:8080 HTTP/1.1"),
                line("CONNECT to a path", "CONNECT /x HTTP/1.1"),
                line("CONNECT to a URI", "CONNECT http://a:443/ HTTP/1.1"),
                line("CONNECT to a port without host", "CONNECT :443 HTTP/1.1"),
                line("CONNECT to a host with an empty port", "CONNECT a: HTTP/1.1"),
                line("CONNECT to a port that is none", "CONNECT a:https HTTP/1.1"));
    }

    private static Stream<Case> targets() {
        return Stream.of(
                line("a target above ASCII", "GET /\u0080 HTTP/1.1"),
                line("a target in UTF-8", "GET /\u00c3\u00a9 HTTP/1.1"),
                line("a fragment", "GET /a#b HTTP/1.1"),
                line("a fragment alone", "GET # HTTP/1.1"),
                line("DEL in the target", "GET /a\u007f HTTP/1.1"),
                line("TAB in the target", "GET /a\tb HTTP/1.1"),
                line("NUL in the target", "GET /a\0b HTTP/1.1"),
                line("VT in the target", "GET /a\u000bb HTTP/1.1"),
                line("CR in the target", "GET /a\rb HTTP/1.1"),
                line("CR behind the target", "GET /\r HTTP/1.1"),
                line("odd characters in the target", "GET /a\"<>{}^`\\|[] HTTP/1.1"),
                line("percent signs that stand alone", "GET /%/%zz/%0 HTTP/1.1"),
                line("an encoded NUL, CR and LF", "GET /%00%0d%0aX:y HTTP/1.1"),
                line("dots that climb", "GET /../../etc//./passwd HTTP/1.1"),
                line("a query of questions", "GET /?a?b=/..?c HTTP/1.1"),
                line("a target without slash", "GET foo HTTP/1.1"),
                line("a query alone", "GET ?x HTTP/1.1"),
                line("two slashes", "GET //a/b HTTP/1.1"),
                line("a backslash", "GET \\x HTTP/1.1"),
                line("OPTIONS of the server", "OPTIONS * HTTP/1.1"),
                line("GET of a star", "GET * HTTP/1.1"),
                line("a star with more", "OPTIONS *x HTTP/1.1"),
                line("OPTIONS of an absolute target", "OPTIONS http://a HTTP/1.1"),
                line("no target", "GET HTTP/1.1"),
                line("no target, two blanks", "GET  HTTP/1.1"));
    }

    private static Stream<Case> versions() {
        return Stream.of(
                sends("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
                sends("HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                sends("HTTP/0.9", "GET /\r\n\r\n"),
                sends("HTTP/0.9 of one line", "GET /\r\n"),
                line("HTTP/0.9 by name", "GET / HTTP/0.9"),
                line("HTTP/2.0 by name", "GET / HTTP/2.0"),
                line("HTTP/3.0 by name", "GET / HTTP/3.0"),
                line("HTTP/9.9", "GET / HTTP/9.9"),
                line("HTTP/1.2", "GET / HTTP/1.2"),
                line("HTTP/1.9", "GET / HTTP/1.9"),
                line("HTTP/1.x", "GET / HTTP/1.x"),
                line("HTTP/1.10", "GET / HTTP/1.10"),
                line("HTTP/01.1", "GET / HTTP/01.1"),
                line("HTTP/11", "GET / HTTP/11"),
                line("HTTP/1", "GET / HTTP/1"),
                line("HTTP/1.", "GET / HTTP/1."),
                line("HTTP/", "GET / HTTP/"),
                line("HTTP 1.1", "GET / HTTP 1.1"),
                line("HTTP/+1.1", "GET / HTTP/+1.1"),
                line("http in lower case", "GET / http/1.1"),
                line("another protocol", "GET / RTSP/1.0"),
                line("a protocol of five letters", "GET / HTTPS/1.1"),
                line("ICY/1.0", "GET / ICY/1.0"),
                line("more behind the version", "GET / HTTP/1.1 x"),
                line("two versions", "GET / HTTP/1.1 HTTP/1.0"));
    }

    private static Stream<Case> blanks() {
        return Stream.of(
                line("a blank behind the version", "GET / HTTP/1.1 "),
                line("a TAB behind the version", "GET / HTTP/1.1\t"),
                line("two blanks in front of the target", "GET  / HTTP/1.1"),
                line("two blanks behind the target", "GET /  HTTP/1.1"),
                line("a TAB in front of the target", "GET\t/ HTTP/1.1"),
                line("a TAB behind the target", "GET /\tHTTP/1.1"),
                line("a VT in front of the target", "GET\u000b/ HTTP/1.1"),
                line("a CR in front of the target", "GET\r/ HTTP/1.1"),
                sends("empty lines in front", "\r\n\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("empty lines in front, byte by byte", "\r", "\n", "\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("twenty empty lines in front", "\r\n".repeat(20) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("a CR in front", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("two CRs and LF in front", "\r\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("a blank in front", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("a TAB in front", "\tGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("a NUL in front", "\0GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("a blank line in front", " \r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                sends("LF alone", "GET / HTTP/1.1\nHost: a\n\n"),
                sends("LF and CR mixed up", "GET / HTTP/1.1\n\rHost: a\n\r\n\r"),
                sends("a request line without end, then silence", "GET / HTTP/1.1")
                        .in(Mode.HURRIED),
                sends("nothing but empty lines", "\r\n\r\n\r\n").in(Mode.HURRIED),
                sends("a TLS record", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003" + "x".repeat(200)),
                sends("an SSH greeting", "SSH-2.0-OpenSSH_9.2\r\n"),
                sends("an SMTP greeting", "EHLO a\r\nMAIL FROM:<b>\r\n"),
                sends("a PROXY line", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    /** Around tune.bufsize less tune.maxrewrite, and tune.http.maxhdr. */
    private static Stream<Case> sizes() {
        Stream<Case> targets = IntStream.of(8000, 15_200, 15_360, 16_384, 20_000)
                .mapToObj(size -> line("a target of " + size, "GET /" + "a".repeat(size - 1) + " HTTP/1.1"));
        Stream<Case> fields = IntStream.of(15_000, 15_200, 15_250, 15_300, 15_360, 16_000, 17_000)
                .mapToObj(size -> get("a field of " + size, "X: " + "a".repeat(size) + "\r\n"));
        Stream<Case> counts = IntStream.of(98, 99, 100, 101, 102, 500)
                .mapToObj(count -> get(count + " more fields", "a: b\r\n".repeat(count)));
        Stream<Case> names = IntStream.of(200, 255, 256, 14_000, 16_000)
                .mapToObj(size -> get("a name of " + size, "n".repeat(size) + ": a\r\n"));
        Stream<Case> others = Stream.of(
                get("many folds", "X: a" + "\r\n b".repeat(400) + "\r\n"),
                get("an endless fold", "X: a" + "\r\n b".repeat(6000) + "\r\n"),
                sends("an endless line", "GET /" + "a".repeat(40_000)),
                sends("endless empty lines", "\r\n".repeat(20_000) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        return Stream.of(targets, fields, counts, names, others).flatMap(s -> s);
    }
}

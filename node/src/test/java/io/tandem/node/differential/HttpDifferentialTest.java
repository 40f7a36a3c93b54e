// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same configuration, the same bytes from the client, the same answers of the server: the installed haproxy and this
 * proxy must send the same to both sides and log the same, up to times and ports.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT
                OPTIONS
                default_backend be
            backend be
                server s1 127.0.0.1:SERVER
            """;

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final List<Subject> subjects = new ArrayList<>();

    @BeforeAll
    void start() throws Exception {
        boolean present = new File("/usr/sbin/haproxy").canExecute();
        if (!present && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("haproxy is not installed");
        }
        assumeTrue(present);
        for (String options : List.of("option forwardfor", "option http-server-close", "option httpclose")) {
            String text = CONFIGURATION.replace("OPTIONS", options);
            subjects.add(new Subject(text, true));
            subjects.add(new Subject(text, false));
        }
    }

    @AfterAll
    void stop() throws IOException {
        for (Subject subject : subjects) {
            subject.close();
        }
    }

    record Case(String name, String request, boolean halfClose, String reply, boolean closes, int proxy) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case request(String name, String request) {
        return new Case(name, request, false, OK, false, 0);
    }

    private static Case get(String name, String fields) {
        return request(name, "GET / HTTP/1.1\r\n" + fields + "\r\n");
    }

    private static Case post(String name, String fields, String body) {
        return request(name, "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body);
    }

    private static Case reply(String name, String reply) {
        return new Case(name, GET, false, reply, false, 0);
    }

    private static Case lastReply(String name, String reply) {
        return new Case(name, GET, false, reply, true, 0);
    }

    private static Case head(String name, String reply) {
        return new Case(name, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", false, reply, false, 0);
    }

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
    private static final String WEBSOCKET = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

    private static Stream<Case> cases() {
        return Stream.of(requests(), framing(), replies(), connections()).flatMap(s -> s);
    }

    private static Stream<Case> requests() {
        return Stream.of(
                get("names in lower case, values trimmed", "Host: a\r\nUser-Agent: X\r\nACCEPT:  b  \r\n"),
                get("no Host", ""),
                get("two Hosts that differ", "Host: a\r\nHost: b\r\n"),
                get("two equal Hosts", "Host: a\r\nHost: a\r\n"),
                get("Hosts equal but for case", "Host: A\r\nHost: a\r\n"),
                get("empty Host", "Host:\r\n"),
                get("a bare CR", "Host: a\rb\r\n"),
                get("obs-fold", "Host: a\r\nX: a\r\n  b\r\n"),
                get("obs-fold of an empty value", "Host: a\r\nX:\r\n b\r\n"),
                get("obs-fold of nothing", "Host: a\r\nX: b\r\n \r\n"),
                get("obs-fold in front of all fields", " Host: a\r\n"),
                get("control characters in a value", "Host: a\r\nX: a\u0001b\u007f\u0080\r\n"),
                get("a blank in front of the colon", "Host: a\r\nX : a\r\n"),
                get("a line without colon", "Host: a\r\nXYZ\r\n"),
                get("no name", "Host: a\r\n: x\r\n"),
                get("a name that is no token", "Host: a\r\nX(y: x\r\n"),
                get("a name with CR", "Host: a\r\nContent\rLength: 1\r\n"),
                get("empty values", "Host: a\r\nX:\r\nY: \r\n"),
                get("lines that end in LF or CR LF", "Host: a\n"),
                get("a field of two CRs", "Host: a\r\n\r\r\n"),
                get("X-Forwarded-For of the client's own", "Host: a\r\nX-Forwarded-For: 1.2.3.4\r\n"),
                get("two cookies", "Host: a\r\nCookie: a=1\r\nCookie: b=2\r\n"),
                get("99 fields", "a: b\r\n".repeat(99)),
                get("101 fields", "a: b\r\n".repeat(101)),
                get("a long field", "X: " + "a".repeat(15_000) + "\r\n"),
                get("a field too long", "X: " + "a".repeat(15_300) + "\r\n"),
                request("LF alone", "GET / HTTP/1.1\nHost: a\n\n"),
                request("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
                request("HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                request("HTTP/0.9", "GET /\r\n\r\n"),
                request("HTTP/2.0 by name", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
                request("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
                request("HTTP/1.x", "GET / HTTP/1.x\r\nHost: a\r\n\r\n"),
                request("HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
                request("http in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
                request("a blank behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
                request("two blanks in front of the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("two blanks behind the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("a target above ASCII", "GET /\u0080 HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("DEL in the target", "GET /a\u007f HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("TAB in the target", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("odd characters in the target", "GET /a\"<>{}^`\\|[] HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("empty lines in front", "\r\n\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("a CR in front", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("a blank in front", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("a method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("an absolute target of another host", "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("an absolute target", "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("an absolute target with the scheme's port", "GET http://b:80/x HTTP/1.1\r\nHost: b\r\n\r\n"),
                request("the scheme's port twice", "GET https://a:443/ HTTP/1.1\r\nHost: a:443\r\n\r\n"),
                request("the scheme's port in Host", "GET http://a/ HTTP/1.1\r\nHost: a:80\r\n\r\n"),
                request("another port", "GET http://a:8080/ HTTP/1.1\r\nHost: a:8080\r\n\r\n"),
                request("user information", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("no authority", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("an absolute target without Host", "GET http://b/x HTTP/1.1\r\n\r\n"),
                request("an absolute target without path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("a query instead of a path", "GET http://a?x HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("a target without slash", "GET foo HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("CONNECT without port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n"),
                request("CONNECT to another host", "CONNECT a:443 HTTP/1.1\r\nHost: b\r\n\r\n"),
                request("CONNECT to a path", "CONNECT /x HTTP/1.1\r\nHost: b\r\n\r\n"));
    }

    private static Stream<Case> framing() {
        return Stream.of(
                post("Content-Length and chunked", "Content-Length: 3\r\n" + CHUNKED, "3\r\nabc\r\n0\r\n\r\n"),
                post("chunked and Content-Length", CHUNKED + "Content-Length: 3\r\n", "3\r\nabc\r\n0\r\n\r\n"),
                post("chunked and a bad Content-Length", CHUNKED + "Content-Length: x\r\n", "0\r\n\r\n"),
                post("chunked twice in a field", "Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
                post("chunked in two fields", CHUNKED + CHUNKED, "0\r\n\r\n"),
                post("gzip in front of chunked", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
                post("gzip and chunked in two fields", "Transfer-Encoding: gzip\r\n" + CHUNKED, "0\r\n\r\n"),
                post("gzip behind chunked", "Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
                post("identity", "Transfer-Encoding: identity\r\n", ""),
                post("an empty encoding", "Transfer-Encoding:\r\n", ""),
                post("chunked with a parameter", "Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"),
                post("almost chunked", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
                post("Chunked with a capital", "Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"),
                post("chunked by obs-fold", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
                post("TAB in front of chunked", "Transfer-Encoding:\tchunked\r\n", "0\r\n\r\n"),
                post("VT in front of chunked", "Transfer-Encoding: \u000bchunked\r\n", "0\r\n\r\n"),
                request("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\n" + CHUNKED + "\r\n0\r\n\r\n"),
                post("two lengths that differ", "Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"),
                post("two equal lengths", "Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
                post("a list of equal lengths", "Content-Length: 3, 3\r\n", "abc"),
                post("a list of lengths that differ", "Content-Length: 3, 4\r\n", "abc"),
                post("a list with a gap", "Content-Length: 3,\r\n", "abc"),
                post("a length with a plus", "Content-Length: +3\r\n", "abc"),
                post("a negative length", "Content-Length: -3\r\n", "abc"),
                post("an empty length", "Content-Length: \r\n", "abc"),
                post("a huge length", "Content-Length: 99999999999999999999999999\r\n", "abc"),
                post("a length of 2^63", "Content-Length: 9223372036854775808\r\n", "abc"),
                post("a length with zeros in front", "Content-Length: 003\r\n", "abc"),
                post("two numbers", "Content-Length: 3 3\r\n", "abc"),
                post("a hexadecimal length", "Content-Length: 0x3\r\n", "abc"),
                post("TABs around a length", "Content-Length:\t3\t\r\n", "abc"),
                post("no length", "", GET),
                post("chunked with an extension", CHUNKED, "3;ext=1\r\nabc\r\n0\r\n\r\n"),
                post("chunked with an unclosed quote", CHUNKED, "3;a=\"b\r\nabc\r\n0\r\n\r\n"),
                post("two chunks", CHUNKED, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
                post("a chunk of ten", CHUNKED, "a\r\n0123456789\r\n0\r\n\r\n"),
                post("LF in a chunked body", CHUNKED, "3\nabc\n0\n\n"),
                post("a blank behind a size", CHUNKED, "3 \r\nabc\r\n0\r\n\r\n"),
                post("a blank in front of a size", CHUNKED, " 3\r\nabc\r\n0\r\n\r\n"),
                post("zeros in front of a size", CHUNKED, "0000000000000000003\r\nabc\r\n0\r\n\r\n"),
                post("a size that is none", CHUNKED, "zz\r\nabc\r\n0\r\n\r\n"),
                post("a huge size", CHUNKED, "100000000000000000\r\nabc\r\n0\r\n\r\n"),
                post("a size with 0x", CHUNKED, "0x3\r\nabc\r\n0\r\n\r\n"),
                post("a negative size", CHUNKED, "-3\r\nabc\r\n0\r\n\r\n"),
                post("an empty size", CHUNKED, "\r\nabc\r\n0\r\n\r\n"),
                post("a CR in an extension", CHUNKED, "3;a\rb\r\nabc\r\n0\r\n\r\n"),
                post("a CR without LF behind a size", CHUNKED, "3\rXabc\r\n0\r\n\r\n"),
                post("no CR LF behind a chunk", CHUNKED, "3\r\nabcXX0\r\n\r\n"),
                post("a malformed trailer", CHUNKED, "3\r\nabc\r\n0\r\nbad trailer\r\n\r\n"),
                post("Transfer-Encoding in a trailer", CHUNKED, "3\r\nabc\r\n0\r\nTransfer-Encoding: x\r\n\r\n"),
                post("a request behind a chunked one", CHUNKED, "3\r\nabc\r\n0\r\n\r\n" + GET),
                post("a request behind a body", "Content-Length: 3\r\n", "abc" + GET),
                get("a body of GET", "Host: a\r\nContent-Length: 0\r\n"),
                post("Expect", "Expect: 100-continue\r\nContent-Length: 3\r\n", "abc"));
    }

    private static Stream<Case> replies() {
        String chunks = "5\r\nhello\r\n0\r\n\r\n";
        return Stream.of(
                lastReply("no length", "HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello"),
                lastReply("HTTP/1.0 without length", "HTTP/1.0 200 OK\r\nX: y\r\n\r\nhello"),
                reply("HTTP/1.0 with length", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                reply("chunked", "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n" + chunks),
                reply(
                        "chunked with extension and trailer",
                        "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n"),
                reply("length and chunked", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n" + CHUNKED + "\r\n" + chunks),
                reply("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
                reply("close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
                reply(
                        "keep-alive",
                        "HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n"
                                + "Content-Length: 2\r\n\r\nok"),
                reply("204", "HTTP/1.1 204 No Content\r\n\r\n"),
                reply("204 with length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
                reply("304 with length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
                reply("100", "HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n" + OK),
                reply("103", "HTTP/1.1 103 Early Hints\r\nLink: 1\r\n\r\n" + OK),
                reply("a name with a blank", "HTTP/1.1 200 OK\r\nX y: 2\r\nContent-Length: 2\r\n\r\nok"),
                reply(
                        "a blank in front of the colon of a reply",
                        "HTTP/1.1 200 OK\r\nXy : 2\r\nContent-Length: 2\r\n\r\nok"),
                reply("no body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                reply("no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
                reply("an empty reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
                reply("999", "HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n"),
                reply("HTTP/2.0 of a server", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
                reply("more than the length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokEXTRA"),
                lastReply("less than the length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok"),
                lastReply("a chunk cut off", "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n5\r\nhe"),
                lastReply("a chunk that is none", "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\nzz\r\nhe"),
                lastReply("a head cut off", "HTTP/1.1 200 OK\r\nTra"),
                lastReply("nothing at all", ""),
                lastReply("identity of a server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello"),
                lastReply("gzip of a server", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                reply("chunked in HTTP/1.0 of a server", "HTTP/1.0 200 OK\r\n" + CHUNKED + "\r\n3\r\nabc\r\n0\r\n\r\n"),
                reply("a head too long", "HTTP/1.1 200 OK\r\nX: " + "a".repeat(16_300) + "\r\n\r\n"),
                reply("too many fields", "HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(101) + "\r\n"),
                reply("LF in a reply", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
                reply("http in lower case of a server", "http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                head("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
                head("HEAD of a chunked response", "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n"),
                head("HEAD without length", "HTTP/1.1 200 OK\r\n\r\n"),
                new Case(
                        "chunked to HTTP/1.0",
                        "GET / HTTP/1.0\r\n\r\n",
                        false,
                        "HTTP/1.1 200 OK\r\n" + CHUNKED + "\r\n" + chunks,
                        false,
                        0),
                new Case(
                        "no length to HTTP/1.0 kept alive",
                        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                        false,
                        "HTTP/1.1 200 OK\r\n\r\nhello",
                        true,
                        0));
    }

    private static Stream<Case> connections() {
        List<Case> cases = new ArrayList<>(List.of(
                get("Connection: close", "Host: a\r\nConnection: close\r\n"),
                get(
                        "other connection options",
                        "Host: a\r\nConnection: keep-alive, X-Foo\r\nX-Foo: 1\r\nKeep-Alive: 5\r\n"
                                + "Proxy-Connection: keep-alive\r\nTE: trailers\r\n"),
                get("close and keep-alive", "Host: a\r\nConnection: close, keep-alive\r\n"),
                get("two Connection fields", "Host: a\r\nConnection: a,b , close\r\nConnection: c\r\n"),
                get("an empty Connection", "Host: a\r\nConnection:\r\n"),
                get("a Connection of commas", "Host: a\r\nConnection: ,a,,b,\r\n"),
                get("an upgrade that is refused", "Host: a\r\nConnection: Upgrade\r\nUpgrade: foo\r\n"),
                get("Upgrade without Connection", "Host: a\r\nUpgrade: foo\r\n"),
                get("a WebSocket without key", "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"),
                post("an upgrade with a body", "Connection: upgrade\r\nUpgrade: foo\r\nContent-Length: 3\r\n", "abc"),
                request(
                        "an upgrade in HTTP/1.0",
                        "GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n"),
                request("two requests at once", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"),
                new Case("a client that has ended its side", GET, true, OK, false, 0),
                new Case("a head cut off by the client", "GET / HT", true, OK, false, 0),
                new Case("nothing", "", true, OK, false, 0),
                new Case(
                        "a WebSocket",
                        "GET / HTTP/1.1\r\nHost: a\r\n" + WEBSOCKET + "\r\n",
                        false,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nDATA",
                        false,
                        0),
                new Case(
                        "a WebSocket without proof",
                        "GET / HTTP/1.1\r\nHost: a\r\n" + WEBSOCKET + "\r\n",
                        false,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nDATA",
                        false,
                        0),
                new Case("a server that closes behind its answer", GET, false, OK, true, 0)));
        for (int proxy = 1; proxy <= 2; proxy++) {
            String mode = proxy == 1 ? "http-server-close: " : "httpclose: ";
            cases.add(new Case(mode + "HTTP/1.1", GET, false, OK, false, proxy));
            cases.add(new Case(
                    mode + "HTTP/1.0", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false, OK, false, proxy));
            cases.add(new Case(mode + "two requests", GET + GET, false, OK, false, proxy));
            cases.add(new Case(
                    mode + "options",
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-foo\r\n\r\n",
                    false,
                    OK,
                    false,
                    proxy));
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void bothProxiesDoTheSame(Case one) {
        CompletableFuture<Subject.Outcome> oracle = CompletableFuture.supplyAsync(() -> converse(one, one.proxy * 2));
        Subject.Outcome actual = converse(one, one.proxy * 2 + 1);
        Subject.Outcome expected = oracle.join();

        assertThat(actual.answer()).as("to the client").isEqualTo(expected.answer());
        assertThat(actual.received()).as("to the server").isEqualTo(expected.received());
        assertThat(actual.log()).as("in the log").isEqualTo(expected.log());
    }

    private Subject.Outcome converse(Case one, int subject) {
        try {
            return subjects.get(subject).converse(one.request, one.halfClose, one.reply, one.closes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

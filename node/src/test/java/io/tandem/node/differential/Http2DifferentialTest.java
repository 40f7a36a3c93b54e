// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * HTTP/2 from clients, and to servers, beside the installed haproxy: the same frames must reach the server as the same
 * request, and be answered with the same frames, up to the order of fields.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2DifferentialTest {
    private static final String DIRECT =
            """
            global
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                option http-server-close
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT
                http-request set-header x-url %[url]
                http-request set-header x-version %[req.ver]-%[fc_http_major]
                default_backend be
            backend be
                server s1 127.0.0.1:SERVER
            """;

    /** The request crosses a second proxy in HTTP/2. */
    private static final String CHAINED = DIRECT.replace("server s1 127.0.0.1:SERVER", "server s1 abns@NAME proto h2")
            + """
            frontend second
                bind abns@NAME proto h2
                default_backend last
            backend last
                server s1 127.0.0.1:SERVER
            """;

    /**
     * HAProxy says nothing about wrong windows; an end that comes in a frame of its own it counts as a byte or not, as
     * the frame arrives with the data or after it.
     */
    private static final Set<String> OTHER_LOGS = Set.of(
            "a window update of nothing",
            "a window too large",
            "over HTTP/2 to the server: a chunked answer",
            "over HTTP/2 to the server: a chunked answer with trailers",
            "over HTTP/2 to the server: a answer up to the end");

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Answer: Yes\r\n\r\nok";

    private @Nullable Subjects direct;
    private @Nullable Subjects chained;

    @BeforeAll
    void start() throws IOException {
        String name = "tnd-h2-" + ProcessHandle.current().pid();
        direct = new Subjects(DIRECT);
        chained = new Subjects(CHAINED.replace("NAME", name + "-theirs"), CHAINED.replace("NAME", name + "-ours"));
    }

    @AfterAll
    void stop() throws IOException {
        for (Subjects subjects : new Subjects[] {direct, chained}) {
            if (subjects != null) {
                subjects.close();
            }
        }
    }

    record Case(String name, String frames, String reply, boolean closes, boolean chained) {
        Case over() {
            return new Case("over HTTP/2 to the server: " + name, frames, reply, closes, true);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Case get(String name, String... fields) {
        return new Case(name, Http2Text.request("GET", "http", "a.b", "/p?q", true, fields), OK, false, false);
    }

    private static Case target(String name, String method, String scheme, String authority, String path) {
        return new Case(name, Http2Text.request(method, scheme, authority, path, true), OK, false, false);
    }

    private static Case post(String name, String rest, String... fields) {
        String head = Http2Text.request("POST", "http", "a.b", "/p", rest.isEmpty(), fields);
        return new Case(name, head + rest, OK, false, false);
    }

    private static Case frames(String name, String frames) {
        return new Case(name, frames, OK, false, false);
    }

    private static Case reply(String name, String method, String reply, boolean closes) {
        return new Case(name, Http2Text.request(method, "http", "a.b", "/p", true), reply, closes, false);
    }

    private static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        requests().forEach(cases::add);
        bodies().forEach(cases::add);
        connections().forEach(cases::add);
        replies().forEach(cases::add);
        Stream.of(bodies(), replies())
                .flatMap(s -> s)
                .filter(c -> c.name.startsWith("a "))
                .map(Case::over)
                .forEach(cases::add);
        return cases.stream();
    }

    private static Stream<Case> requests() {
        return Stream.of(
                get("names and values", "user-agent", "x", "accept", "*/*"),
                get("cookies are joined", "cookie", "a=1", "x", "y", "cookie", "b=2"),
                get("te: trailers", "te", "trailers"),
                get("another te", "te", "gzip"),
                get("connection", "connection", "close"),
                get("keep-alive", "keep-alive", "x"),
                get("proxy-connection", "proxy-connection", "x"),
                get("upgrade", "upgrade", "x"),
                get("transfer-encoding", "transfer-encoding", "chunked"),
                get("a capital in a name", "Foo", "x"),
                get("a blank in a name", "fo o", "x"),
                get("a colon in a name", "fo:o", "x"),
                get("a CR in a value", "foo", "a\rb"),
                get("an LF in a value", "foo", "a\nb"),
                get("a NUL in a value", "foo", "a\0b"),
                get("a whole field in a value", "foo", "a\r\nx-evil: 1"),
                get("blanks around a value", "foo", "  a b \t"),
                get("a Host that differs", "host", "other"),
                get("the same Host", "host", "a.b"),
                frames(
                        "no authority but Host",
                        Http2Text.headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", "host", "h")),
                frames(
                        "no authority, no Host",
                        Http2Text.headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/")),
                frames("no method", Http2Text.headers(1, true, ":scheme", "http", ":path", "/", ":authority", "a")),
                frames("no scheme", Http2Text.headers(1, true, ":method", "GET", ":path", "/", ":authority", "a")),
                frames("no path", Http2Text.headers(1, true, ":method", "GET", ":scheme", "http", ":authority", "a")),
                get("a second path", ":path", "/b"),
                get("an unknown pseudo field", ":foo", "x"),
                get("a pseudo field behind others", "x", "y", ":protocol", "x"),
                target("a target without slash", "GET", "http", "a", "p"),
                target("a blank in the path", "GET", "http", "a", "/a b"),
                target("a line end in the path", "GET", "http", "a", "/a HTTP/1.1\r\nx: y"),
                target("a fragment", "GET", "http", "a", "/a#b"),
                target("an empty path", "GET", "http", "a", ""),
                target("OPTIONS *", "OPTIONS", "http", "a", "*"),
                target("GET *", "GET", "http", "a", "*"),
                target("a blank in the authority", "GET", "http", "a b", "/"),
                target("a line end in the authority", "GET", "http", "a\r\nx: y", "/"),
                target("the port that http implies", "GET", "http", "a:80", "/"),
                target("the port that https implies", "GET", "https", "a:443", "/"),
                target("another port", "GET", "http", "a:8080", "/"),
                target("another scheme", "GET", "ftp", "a", "/x"),
                target("no scheme at all", "GET", "", "a", "/"),
                target("a method in lower case", "get", "http", "a", "/"),
                target("a blank in the method", "GE T", "http", "a", "/"),
                target("CONNECT with a path", "CONNECT", "http", "a:1", "/"));
    }

    private static Stream<Case> bodies() {
        String abc = Http2Text.data(1, true, "abc");
        String open = Http2Text.data(1, false, "abc");
        return Stream.of(
                post("a body of known length", abc, "content-length", "3"),
                post("a body of unknown length", open + Http2Text.data(1, true, "def")),
                post("a body with trailers", open + Http2Text.headers(1, true, "x-t", "v")),
                post(
                        "a body of known length with trailers",
                        open + Http2Text.headers(1, true, "x-t", "v"),
                        "content-length",
                        "3"),
                post("a length without body", "", "content-length", "5"),
                post("no body, no length", ""),
                post("two equal lengths", abc, "content-length", "3", "content-length", "3"),
                post("a list of equal lengths", abc, "content-length", "3, 3"),
                reply("a request without body", "GET", OK, false));
    }

    private static Stream<Case> connections() {
        String get = Http2Text.request("GET", "http", "a", "/", true);
        return Stream.of(
                frames("a window update of nothing", Http2Text.frame(8, 0, 0, "\0\0\0\0")),
                frames("a window too large", Http2Text.frame(8, 0, 0, "\177\u00ff\u00ff\u00ff")),
                frames("a ping of the wrong size", Http2Text.frame(6, 0, 0, "abc")),
                frames("a ping on a stream", Http2Text.frame(6, 0, 1, "abcdefgh")),
                frames("settings of the wrong size", Http2Text.frame(4, 0, 0, "abc")),
                frames("an acknowledgement with settings", Http2Text.frame(4, 1, 0, "\0\0\0\0\0\0")),
                frames("an initial window too large", Http2Text.frame(4, 0, 0, "\0\4\u0080\0\0\0")),
                frames("data on an idle stream", Http2Text.data(1, true, "abc")),
                frames(
                        "a request taken back at once",
                        Http2Text.request("GET", "http", "a.b", "/p?q", true) + Http2Text.frame(3, 0, 1, "\0\0\0\10")),
                frames("a reset of an idle stream", Http2Text.frame(3, 0, 1, "\0\0\0\0")),
                frames("an even stream", Http2Text.headers(2, true, ":method", "GET")),
                frames("stream 0", Http2Text.headers(0, true, ":method", "GET")),
                frames("a promise", Http2Text.frame(5, 4, 1, "\0\0\0\2")),
                frames("a continuation of nothing", Http2Text.frame(9, 4, 1, "")),
                frames(
                        "a ping within a header block",
                        Http2Text.frame(1, 1, 1, "\u0082") + Http2Text.frame(6, 0, 0, "abcdefgh")),
                frames("an index that does not exist", Http2Text.frame(1, 5, 1, "\u00ff\u00ff\1")),
                frames("index 0", Http2Text.frame(1, 5, 1, "\u0080")),
                frames("a frame too long", Http2Text.frame(0, 0, 1, "x".repeat(17_000))),
                frames("a client that says good-bye", Http2Text.frame(7, 0, 0, "\0\0\0\0\0\0\0\0") + get));
    }

    private static Stream<Case> replies() {
        return Stream.of(
                reply("a HEAD", "HEAD", OK, false),
                reply(
                        "a chunked answer",
                        "GET",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                        false),
                reply(
                        "a chunked answer with trailers",
                        "GET",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: v\r\n\r\n",
                        false),
                reply("a answer up to the end", "GET", "HTTP/1.1 200 OK\r\n\r\nabc", true),
                reply("a 204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", false),
                reply("a 304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", false),
                reply(
                        "fields of the hop",
                        "GET",
                        "HTTP/1.1 200 OK\r\nConnection: close, x\r\nKeep-Alive: 3\r\nProxy-Connection: a\r\nX: y\r\nContent-Length: 0\r\n\r\n",
                        false),
                reply("a 103 before it", "GET", "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + OK, false),
                reply("garbage", "GET", "garbage\r\n\r\n", true));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void asHaproxy(Case given) throws Exception {
        requireNonNull(given.chained ? chained : direct).same(subject -> outcome(subject, given));
    }

    private static String outcome(Subject subject, Case given) throws IOException {
        Subject.Outcome outcome =
                subject.converse(Http2Text.PREFACE + given.frames, given.reply, given.closes, new Http2Listening()::to);
        String received = outcome.received().stream()
                .filter(text -> !text.isEmpty())
                .map(Http2DifferentialTest::sorted)
                .collect(Collectors.joining("\n---\n"));
        return Http2Text.describe(outcome.answer()) + "\nserver:\n" + received + "\nlog:\n"
                + (OTHER_LOGS.contains(given.name) ? "" : log(outcome));
    }

    /** HAProxy counts the bytes of the page for a bad request, as it does not in HTTP/1; we never do. */
    private static String log(Subject.Outcome outcome) {
        return String.join("\n", outcome.log()).replace(" 400 206 PR", " 400 0 PR");
    }

    /** A request with its fields in the order of their names. */
    private static String sorted(String message) {
        int end = message.indexOf("\r\n\r\n");
        if (end < 0) {
            return message;
        }
        List<String> lines =
                new ArrayList<>(Arrays.asList(message.substring(0, end).split("\r\n", -1)));
        String start = lines.remove(0);
        lines.sort(null);
        return start + "\n" + String.join("\n", lines) + "\n" + message.substring(end + 4);
    }
}

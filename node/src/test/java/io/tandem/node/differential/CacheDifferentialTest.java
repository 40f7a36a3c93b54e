// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is stored, for whom, and who gets it: the answers, and which requests reach the server, as with the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public class CacheDifferentialTest {
    private static final String BODY = "0123456789";
    private static final String LENGTH = "Content-Length: 10\r\n";
    private static final String FRESH = "Cache-Control: max-age=30\r\n";
    private static final String DATED = "ETag: \"a\"\r\nLast-Modified: Sat, 01 Jan 2022 00:00:00 GMT\r\n" + FRESH;
    private static final AtomicInteger NEXT = new AtomicInteger();

    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            cache c
                total-max-size 4
                max-object-size 20000
                max-age 60
            cache v
                total-max-size 4
                process-vary on
                max-secondary-entries 3
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT
                http-request cache-use c if { path_beg /front }
                http-response cache-store c if { var(txn.front) -m found }
                http-request set-var(txn.front) str(1) if { path_beg /front }
                use_backend vary if { path_beg /vary }
                use_backend comp if { path_beg /comp }
                use_backend rules if { path_beg /rules }
                use_backend unused if { path_beg /unused }
                use_backend down if { path_beg /front/down } { req.hdr(x-down) -m found }
                use_backend plain if { path_beg /front }
                default_backend be
            backend be
                http-request cache-use c
                http-response cache-store c
                server s1 127.0.0.1:SERVER
            backend vary
                http-request cache-use v
                http-response cache-store v
                server s1 127.0.0.1:SERVER
            backend comp
                compression algo gzip
                http-request cache-use c
                http-response cache-store c
                server s1 127.0.0.1:SERVER
            backend rules
                cookie SRV insert
                http-request cache-use c
                http-request set-header x-asked 1
                http-response set-header x-before 1
                http-response cache-store c
                http-response set-header x-after 1
                http-after-response set-header x-last 1
                http-after-response set-header x-hit %[res.cache_hit],%[res.cache_name],%[res.cache_name,length]
                server s1 127.0.0.1:SERVER cookie abc
            backend unused
                http-response cache-store c
                server s1 127.0.0.1:SERVER
            backend plain
                server s1 127.0.0.1:SERVER
            backend down
                server s1 127.0.0.1:SERVER disabled
            """;

    /** One request, and what the server would say to it. */
    private record Step(String line, String fields, String reply, String body, boolean closes) {
        /** {@code PATH} stands for the scene's own. */
        static Step get(String fields, String replyFields) {
            return new Step("GET PATH HTTP/1.1", fields, "HTTP/1.1 200 OK\r\n" + replyFields + LENGTH, BODY, false);
        }

        /** A request whose answer shows whether it came from the server. */
        static Step again(String fields) {
            return get(fields, "X-Second: 1\r\n");
        }

        Step line(String other) {
            return new Step(other, fields, reply, body, closes);
        }

        Step reply(String other, String otherBody) {
            return new Step(line, fields, other, otherBody, closes);
        }

        Step thenCloses() {
            return new Step(line, fields, reply, body, true);
        }
    }

    private record Scene(String name, String path, List<Step> steps) {
        @Override
        public String toString() {
            return name.replace("\r\n", "|").replaceAll("x{50,}", "xx");
        }
    }

    private @Nullable Subjects subjects;

    @BeforeAll
    void start() throws IOException {
        subjects = new Subjects(CONFIGURATION);
    }

    @AfterAll
    void stop() throws IOException {
        if (subjects != null) {
            subjects.close();
        }
    }

    private static Scene scene(String name, String prefix, Step... steps) {
        return new Scene(name, prefix + "/" + NEXT.incrementAndGet(), List.of(steps));
    }

    private static Scene stored(String replyFields) {
        return scene("stored? " + replyFields, "", Step.get("", replyFields), Step.again(""));
    }

    private static Scene asked(String fields) {
        return scene("asked " + fields, "", Step.get("", FRESH), Step.again(fields), Step.again(""));
    }

    private static Scene storedFor(String fields, String replyFields) {
        return scene(
                "stored for? " + fields + replyFields, "", Step.get(fields, replyFields), Step.again("X-A: b\r\n"));
    }

    private static Scene method(String method, int status) {
        Step changes = Step.get("Content-Length: 0\r\n", "")
                .line(method + " PATH HTTP/1.1")
                .reply("HTTP/1.1 " + status + " S\r\n" + LENGTH, BODY);
        return scene(method + " " + status, "", Step.get("", FRESH), changes, Step.again(""));
    }

    private static Scene conditional(String fields) {
        return scene("conditional " + fields, "", Step.get("", DATED), Step.again(fields));
    }

    private static Scene framed(String name, String reply, String body, boolean closes) {
        Step first = Step.get("", "").reply("HTTP/1.1 200 OK\r\n" + FRESH + reply, body);
        return scene(name, "", closes ? first.thenCloses() : first, Step.again(""));
    }

    private static String accepts(String encodings) {
        return "Accept-Encoding: " + encodings + "\r\n";
    }

    private static Scene varying(String replyFields, String... requests) {
        Step[] steps = new Step[requests.length];
        for (int i = 0; i < requests.length; i++) {
            // all say the same: of two that fit HAProxy takes the older one, here it is the newer (RFC 9111 section 4)
            steps[i] = Step.get(requests[i], FRESH + replyFields);
        }
        return scene("vary " + replyFields + String.join("", requests), "/vary", steps);
    }

    static List<Scene> scenes() {
        List<Scene> scenes = new ArrayList<>();
        for (String fields : List.of(
                "",
                "Cache-Control: max-age=30",
                "Cache-Control: s-maxage=5, max-age=0",
                "Cache-Control: max-age=0",
                "Cache-Control: max-age=100\r\nAge: 50",
                "Cache-Control: max-age=50\r\nAge: 50",
                "Cache-Control: max-age=50\r\nAge: 60",
                "Cache-Control: max-age=50\r\nAge: x",
                "Cache-Control: max-age=50\r\nAge: -1",
                "Cache-Control: max-age=100\r\nAge: 61",
                "Cache-Control: private, max-age=50",
                "Cache-Control: private=\"x\", max-age=50",
                "Cache-Control: no-cache",
                "Cache-Control: no-store, max-age=5",
                "Cache-Control: public",
                "ETag: \"a\"",
                "ETag: a",
                "Last-Modified: Sat, 01 Jan 2022 00:00:00 GMT",
                "Last-Modified: rubbish",
                "Expires: Thu, 01 Jan 2037 00:00:00 GMT",
                "Expires: Thu, 01 Jan 2015 00:00:00 GMT",
                "Expires: 0",
                "Expires: Thu, 01 Jan 2015 00:00:00 GMT\r\nCache-Control: max-age=30",
                "Expires: Thu, 01 Jan 2015 00:00:00 GMT\r\nETag: \"a\"",
                "Cache-Control: max-age=30\r\nSet-Cookie: a=b",
                "Cache-Control: max-age=30, no-cache=\"set-cookie\"\r\nSet-Cookie: a=b",
                "Cache-Control: max-age=30\r\nVary: accept-encoding",
                "Cache-Control: max-age=30\r\nPragma: no-cache",
                "Cache-Control: max-age=30\r\nPragma: x",
                "Cache-Control: max-age=\"30\"",
                "Cache-Control: max-age=3x",
                "Cache-Control: Max-Age=30",
                "Cache-Control: max-age=30, must-revalidate",
                "Cache-Control: max-age=30\r\nContent-Encoding: gzip",
                "Cache-Control: max-age=30\r\nConnection: close\r\nX-Foo: bar\r\nKeep-Alive: a",
                "Cache-Control: proxy-revalidate, max-age=30",
                "Cache-Control: max-age=-1",
                "Cache-Control: max-age=99999999999999",
                "Cache-Control: s-maxage=0, max-age=30",
                "Cache-Control: s-maxage=30",
                "Cache-Control: immutable",
                "Cache-Control: max-age",
                "Cache-Control: max-age=30\r\nCache-Control: private",
                "Cache-Control: foo,,max-age=30",
                "Date: Sat, 01 Jan 2022 00:00:00 GMT\r\nCache-Control: max-age=30")) {
            scenes.add(stored(fields.isEmpty() ? "" : fields + "\r\n"));
        }
        for (int status : List.of(201, 203, 206, 301, 404, 410, 500)) {
            Step first = Step.get("", "").reply("HTTP/1.1 " + status + " S\r\n" + FRESH + LENGTH, BODY);
            scenes.add(scene("status " + status, "", first, Step.again("")));
        }
        for (int status : List.of(204, 304)) {
            Step first = Step.get("", "").reply("HTTP/1.1 " + status + " S\r\n" + FRESH, "");
            scenes.add(scene("status " + status, "", first, Step.again("")));
        }
        for (String fields : List.of(
                "Cache-Control: no-cache",
                "Cache-Control: no-store",
                "Cache-Control: max-age=0",
                "Cache-Control: max-age=5",
                "Cache-Control: min-fresh=1000",
                "Cache-Control: only-if-cached",
                "Cache-Control: max-stale=5",
                "Pragma: no-cache",
                "Pragma: foo",
                "Pragma: no-cache\r\nCache-Control: max-stale=10",
                "Authorization: Basic abc",
                "Range: bytes=0-1",
                "If-None-Match: \"a\"",
                "Cookie: a=b",
                "Connection: close",
                "Content-Length: 0",
                "If-Match: \"x\"",
                "If-Range: \"x\"")) {
            scenes.add(asked(fields + "\r\n"));
        }
        for (String fields : List.of(
                "Cache-Control: no-cache",
                "Cache-Control: no-store",
                "Cache-Control: max-age=0",
                "Pragma: no-cache",
                "Authorization: Basic abc",
                "Range: bytes=0-1",
                "Cookie: a=b")) {
            scenes.add(storedFor(fields + "\r\n", FRESH));
        }
        for (String control : List.of(
                "public, max-age=30", "s-maxage=30", "must-revalidate, max-age=30", "proxy-revalidate, max-age=30")) {
            scenes.add(storedFor("Authorization: Basic abc\r\n", "Cache-Control: " + control + "\r\n"));
        }
        for (String method : List.of("OPTIONS", "FOO", "PROPFIND", "POST", "PUT", "DELETE", "PATCH", "TRACE")) {
            scenes.add(method(method, 200));
        }
        scenes.add(method("POST", 500));
        scenes.add(method("POST", 302));
        scenes.add(method("DELETE", 404));
        scenes.add(scene(
                "HEAD",
                "",
                Step.get("", FRESH),
                Step.again("").line("HEAD PATH HTTP/1.1").reply("HTTP/1.1 200 OK\r\n" + LENGTH, ""),
                Step.again("")));
        scenes.add(scene(
                "HEAD is not stored",
                "",
                Step.get("", FRESH).line("HEAD PATH HTTP/1.1").reply("HTTP/1.1 200 OK\r\n" + FRESH + LENGTH, ""),
                Step.again("")));
        for (String version : List.of("GET PATH HTTP/1.0", "GET PATH?x HTTP/1.1", "GET PATH/ HTTP/1.1")) {
            scenes.add(scene(version, "", Step.get("", FRESH), Step.again("").line(version), Step.again("")));
        }
        scenes.add(scene("stored for 1.0", "", Step.get("", FRESH).line("GET PATH HTTP/1.0"), Step.again("")));
        scenes.add(scene(
                "absolute",
                "",
                Step.get("", FRESH),
                Step.again("").line("GET http://a.test PATH HTTP/1.1".replace(" PATH", "PATH")),
                Step.again("").line("GET https://a.testPATH HTTP/1.1")));
        scenes.add(scene(
                "one replaces the other",
                "",
                Step.get("", FRESH + "X-First: 1\r\n"),
                Step.get("Cache-Control: no-cache\r\n", FRESH + "X-Other: 1\r\n"),
                Step.again("")));
        for (String fields : List.of(
                "If-None-Match: \"a\"",
                "If-None-Match: W/\"a\"",
                "If-None-Match: \"b\"",
                "If-None-Match: \"b\", \"a\"",
                "If-None-Match: *",
                "If-None-Match: a",
                "If-None-Match: \"b\"\r\nIf-None-Match: \"a\"",
                "If-Modified-Since: Sat, 01 Jan 2022 00:00:00 GMT",
                "If-Modified-Since: Fri, 31 Dec 2021 00:00:00 GMT",
                "If-Modified-Since: Sun, 02 Jan 2022 00:00:00 GMT",
                "If-Modified-Since: rubbish",
                "If-None-Match: \"b\"\r\nIf-Modified-Since: Sun, 02 Jan 2022 00:00:00 GMT",
                "If-None-Match: \"a\"\r\nIf-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT",
                "If-None-Match: \"ab\"",
                "If-None-Match: \"a",
                "If-None-Match:",
                "If-Modified-Since: Saturday, 01-Jan-22 00:00:00 GMT",
                "If-Modified-Since: Sat Jan  1 00:00:00 2022")) {
            scenes.add(conditional(fields + "\r\n"));
        }
        scenes.add(scene("weak", "", Step.get("", "ETag: W/\"a\"\r\n"), Step.again("If-None-Match: \"a\"\r\n")));
        scenes.add(scene("no tag", "", Step.get("", "ETag: a\r\n"), Step.again("If-None-Match: a\r\n")));
        scenes.add(scene("any", "", Step.get("", FRESH), Step.again("If-None-Match: *\r\n")));
        for (int year : List.of(2022, 2035)) {
            String since = "If-Modified-Since: Sat, 01 Jan " + year + " 00:00:00 GMT\r\n";
            scenes.add(scene("undated " + year, "", Step.get("", FRESH), Step.again(since)));
            scenes.add(scene(
                    "dated " + year,
                    "",
                    Step.get("", FRESH + "Date: Sat, 01 Jan 2022 00:00:00 GMT\r\n"),
                    Step.again(since)));
        }
        scenes.add(scene(
                "304 and HEAD",
                "",
                Step.get("", DATED + "Content-Type: a/b\r\nSet-Cookie: a=b\r\n"),
                Step.again("If-None-Match: \"a\"\r\n").line("HEAD PATH HTTP/1.1")));
        String chunked = "Transfer-Encoding: chunked\r\n";
        scenes.add(framed("chunked", chunked, "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", false));
        scenes.add(framed("trailers", chunked + "Trailer: x-t\r\n", "5\r\n01234\r\n0\r\nX-T: 1\r\n\r\n", false));
        scenes.add(framed("empty", "Content-Length: 0\r\n", "", false));
        scenes.add(framed("until close", "", BODY, true));
        scenes.add(framed("cut short", "Content-Length: 20\r\n", BODY, true));
        for (int length : List.of(19_000, 19_700, 19_900, 20_000, 30_000)) {
            scenes.add(framed(length + " bytes", "Content-Length: " + length + "\r\n", "x".repeat(length), false));
        }
        scenes.add(framed(
                "large chunks", chunked, ("2710\r\n" + "x".repeat(10_000) + "\r\n").repeat(3) + "0\r\n\r\n", false));
        scenes.add(scene(
                "from 1.0", "", Step.get("", "").reply("HTTP/1.0 200 OK\r\n" + FRESH + LENGTH, BODY), Step.again("")));
        scenes.add(scene("rules", "/rules", Step.get("", FRESH), Step.again(""), Step.again("Cookie: SRV=abc\r\n")));
        scenes.add(scene("without cache-use", "/unused", Step.get("", FRESH), Step.again("")));
        scenes.add(scene("in the frontend", "/front", Step.get("", FRESH), Step.again("")));
        scenes.add(scene("no server", "/front/down", Step.get("", FRESH), Step.again("X-Down: 1\r\n")));
        scenes.add(scene(
                "compressed",
                "/comp",
                Step.get(accepts("gzip"), DATED),
                Step.again(accepts("gzip")),
                Step.again(""),
                Step.again(accepts("gzip") + "If-None-Match: W/\"a\"\r\n"),
                Step.again(accepts("gzip")).line("HEAD PATH HTTP/1.1")));
        String varies = "Vary: accept-encoding\r\n";
        String encoded = varies + "Content-Encoding: gzip\r\n";
        scenes.add(varying(
                varies,
                "",
                accepts("gzip"),
                accepts("gzip, deflate"),
                accepts("identity"),
                accepts("*"),
                accepts("gzip;q=0"),
                accepts("foo"),
                accepts("identity;q=0"),
                accepts("*;q=0"),
                ""));
        scenes.add(varying(
                encoded,
                accepts("gzip"),
                accepts("gzip, br"),
                accepts("br"),
                accepts("gzip;q=0.1"),
                accepts(""),
                "",
                accepts("identity"),
                accepts("x-gzip"),
                accepts("GZIP"),
                accepts("*"),
                accepts("*, gzip;q=0")));
        scenes.add(varying(varies + "Content-Encoding: foo\r\n", accepts("foo"), accepts("foo")));
        scenes.add(varying(
                "Vary: Accept-Encoding, Referer\r\n",
                "",
                "Referer: a\r\n",
                "Referer: a\r\n",
                "Referer: b\r\n",
                accepts("gzip") + "Referer: a\r\n",
                ""));
        scenes.add(varying(
                "Vary: accept-encoding\r\nVary: referer\r\n",
                "Referer: a\r\n",
                "Referer: b\r\n",
                "Referer: c\r\n",
                "Referer: d\r\n",
                "Referer: e\r\n",
                "Referer: e\r\n",
                "Referer: a\r\n"));
        for (String unmanaged : List.of("*", "user-agent", "accept-encoding, user-agent", "", "origin")) {
            scenes.add(varying("Vary: " + unmanaged + "\r\n", "", ""));
        }
        scenes.add(varying("", "", accepts("gzip"), "Referer: a\r\n"));
        scenes.add(varying("Content-Encoding: gzip\r\n", accepts("gzip"), ""));
        return scenes;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenes")
    void bothProxiesDoTheSame(Scene scene) throws Exception {
        requireNonNull(subjects).same(subject -> {
            List<Object> all = new ArrayList<>();
            String path = scene.path + "/" + NEXT.incrementAndGet(); // a second try begins with nothing stored
            for (Step step : scene.steps) {
                String request = step.line.replace("PATH", path) + "\r\nHost: a.test\r\n" + step.fields + "\r\n";
                Subject.Outcome outcome = subject.exchange(
                        request,
                        step.reply + "\r\n" + step.body,
                        step.closes,
                        client -> HttpContent.read(client, step.line.startsWith("HEAD")));
                String answer = outcome.answer().replaceAll("\r\nage: [0-9]+\r\n", "\r\nage: n\r\n");
                all.add(List.of(
                                answer,
                                outcome.received().toString(),
                                outcome.log().toString())
                        .toString()
                        .replace(path, "PATH"));
            }
            return all;
        });
    }
}

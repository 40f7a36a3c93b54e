// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compression and cache for clients in HTTP/2, and in both versions by turns: the same as with the installed haproxy. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContentHttp2DifferentialTest {
    private static final String BODY = "hello world ".repeat(20);
    private static final String FRESH = "ETag: \"a\"\r\nCache-Control: max-age=30\r\n";
    private static final String LENGTH = "Content-Length: " + BODY.length() + "\r\n\r\n" + BODY;
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\nf0\r\n" + BODY + "\r\n0\r\n";
    private static final AtomicInteger NEXT = new AtomicInteger();

    private static final String CONFIGURATION =
            """
            global
                log 127.0.0.1:LOG local0
            cache c
                total-max-size 4
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout client 5s
                timeout server 5s
                compression algo gzip
            frontend fe
                bind 127.0.0.1:PORT
                http-request cache-use c
                http-response cache-store c
                default_backend be
            backend be
                server s1 127.0.0.1:SERVER
            """;

    /** @param http2 in which version the client asks; {@code fields} are names and values in turn */
    private record Step(boolean http2, String method, List<String> fields, String reply) {}

    private record Scene(String name, List<Step> steps) {
        @Override
        public String toString() {
            return name;
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

    private static Step two(String reply, String... fields) {
        return new Step(true, "GET", List.of(fields), reply);
    }

    private static Step one(String reply, String... fields) {
        return new Step(false, "GET", List.of(fields), reply);
    }

    static List<Scene> scenes() {
        String gzip = "accept-encoding";
        String second = "X-Second: 1\r\n" + LENGTH;
        return List.of(
                new Scene("compressed", List.of(two(LENGTH, gzip, "gzip"), two(LENGTH, gzip, "br"))),
                new Scene("chunks compressed", List.of(two(CHUNKED + "\r\n", gzip, "gzip"))),
                new Scene("trailers", List.of(two(CHUNKED + "X-T: 1\r\n\r\n", gzip, "gzip"))),
                new Scene("stored", List.of(two(FRESH + LENGTH), two(second), two(second, gzip, "gzip"))),
                new Scene(
                        "stored compressed",
                        List.of(two(FRESH + LENGTH, gzip, "gzip"), two(second, gzip, "gzip"), two(second))),
                new Scene("stored for one", List.of(one(FRESH + LENGTH), two(second), one(second, gzip, "gzip"))),
                new Scene("stored for two", List.of(two(FRESH + LENGTH), one(second), two(second, gzip, "gzip"))),
                new Scene("chunks stored", List.of(two(FRESH + CHUNKED + "\r\n"), one(second), two(second))),
                new Scene(
                        "trailers stored", List.of(one(FRESH + CHUNKED + "X-T: 1\r\n\r\n"), two(second), one(second))),
                new Scene(
                        "not modified",
                        List.of(
                                two(FRESH + LENGTH),
                                two(second, "if-none-match", "\"a\""),
                                two(second, "if-none-match", "\"b\""))),
                new Scene(
                        "head and post",
                        List.of(
                                two(FRESH + LENGTH),
                                new Step(true, "HEAD", List.of(), second),
                                new Step(true, "POST", List.of(), LENGTH),
                                two(second))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenes")
    void bothProxiesDoTheSame(Scene scene) throws Exception {
        requireNonNull(subjects).same(subject -> {
            String path = "/" + NEXT.incrementAndGet();
            List<String> all = new ArrayList<>();
            for (Step step : scene.steps) {
                all.add(play(subject, step, path).replace(path, "/PATH"));
            }
            return all;
        });
    }

    private static String play(Subject subject, Step step, String path) throws IOException {
        String reply = "HTTP/1.1 200 OK\r\n" + step.reply;
        Subject.Outcome outcome;
        String answer;
        if (step.http2) {
            String request = Http2Text.PREFACE
                    + Http2Text.request(step.method, "http", "a.test", path, true, step.fields.toArray(String[]::new));
            outcome = subject.exchange(request, reply, false, new Http2Listening()::to);
            answer = decoded(outcome.answer());
        } else {
            StringBuilder request =
                    new StringBuilder(step.method + " http://a.test" + path + " HTTP/1.1\r\nhost: a.test\r\n");
            for (int i = 0; i < step.fields.size(); i += 2) {
                request.append(step.fields.get(i))
                        .append(": ")
                        .append(step.fields.get(i + 1))
                        .append("\r\n");
            }
            outcome = subject.exchange(
                    request + "\r\n", reply, false, client -> HttpContent.read(client, step.method.equals("HEAD")));
            answer = outcome.answer();
        }
        long received =
                outcome.received().stream().filter(bytes -> !bytes.isEmpty()).count();
        String log = outcome.log().toString();
        return answer.replaceAll("age: [0-9]+", "age: n") + "\nrequests at the server: " + received + "\n"
                + log.replace("http://a.test", "");
    }

    /** Heads as text, and the data of all frames decoded. */
    private static String decoded(String frames) throws IOException {
        StringBuilder heads = new StringBuilder();
        StringBuilder data = new StringBuilder();
        int at = 0;
        while (at + 9 <= frames.length() && !frames.startsWith("<end>", at)) {
            int length = frames.charAt(at) << 16 | frames.charAt(at + 1) << 8 | frames.charAt(at + 2);
            int end = Math.min(frames.length(), at + 9 + length);
            if (frames.charAt(at + 3) == 0) {
                data.append(frames, at + 9, end);
            } else {
                heads.append(frames, at, end);
            }
            at = end;
        }
        String text = Http2Text.describe(heads.toString());
        String body = data.toString();
        if (text.contains("content-encoding: gzip") && !body.isEmpty()) {
            byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
            body = new String(
                    new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        return text.replaceAll("\nEND", "") + "\n" + body;
    }
}

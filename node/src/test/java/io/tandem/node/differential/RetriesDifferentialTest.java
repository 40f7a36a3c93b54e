// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.differential.Theatre.Script;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Servers that die once they have a whole request, in HTTP/1 and HTTP/2, with every {@code retry-on}: how often the request is
 * sent, what the client gets and the line of the log are the installed haproxy's. Without {@code retry-on} nothing that may have had
 * an effect is sent twice.
 */
class RetriesDifferentialTest extends PlayedDifferentialTest {
    private static final String COMMON =
            """
            global
                log 127.0.0.1:LOG len 4096 local0
            defaults plain
                mode http
                log global
                option httplog
                timeout connect 2s
                timeout client 8s
                timeout server 6s
                retries 2
            """;

    private static final List<String> RETRY_ON = List.of(
            "", "conn-failure", "empty-response", "junk-response", "response-timeout", "503", "all-retryable-errors");
    private static final Map<String, String> REQUESTS = Map.of(
            "GET", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "POST", "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nabcde",
            "chunks",
                    "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "5\r\nabcde\r\n0\r\n\r\n");

    /** Ways to die in HTTP/1, whole request in hand. */
    private static final Map<String, Consumer<Wire>> DEATHS = new LinkedHashMap<>();

    /** Ways to die in HTTP/2. */
    private static final Map<String, Consumer<Wire>> DEATHS_IN_HTTP2 = new LinkedHashMap<>();

    /** Scenes in which haproxy does something else, and what is seen of them here. */
    private static final Map<String, String> NOTICED = new LinkedHashMap<>();

    static {
        deaths();
        deathsInHttp2();
        differences();
    }

    RetriesDifferentialTest() {
        super(COMMON, NOTICED);
    }

    @Override
    void writeBill() {
        scene(
                "answered",
                "",
                "",
                1,
                stage -> { // the first one is played twice
                    Wire client = stage.client().send(REQUESTS.getOrDefault("GET", ""));
                    stage.server().await("\r\n\r\n").send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    client.awaitEnd();
                });
        for (String retryOn : RETRY_ON) {
            String backend = retryOn.isEmpty() ? "" : "retry-on " + retryOn + "\n    ";
            String named = retryOn.isEmpty() ? "by default" : "on " + retryOn;
            REQUESTS.forEach((method, request) -> DEATHS.forEach((death, how) -> scene(
                    method + " " + death + " " + named, "", backend + patience(death), 1, h1(request, retryOn, how))));
        }
        for (String retryOn : List.of("", "all-retryable-errors")) {
            String backend =
                    (retryOn.isEmpty() ? "" : "retry-on " + retryOn + "\n    ") + "server s1 127.0.0.1:SERVER proto h2";
            String named = retryOn.isEmpty() ? "by default" : "on " + retryOn;
            for (String method : List.of("GET", "POST")) {
                String request = REQUESTS.getOrDefault(method, "");
                DEATHS_IN_HTTP2.forEach((death, how) -> scene(
                        method + " in h2 " + death + " " + named, "", patience(death) + backend, 1, h2(request, how)));
            }
        }
    }

    private static void differences() {
        for (String retryOn : List.of("empty-response", "all-retryable-errors")) {
            // haproxy begins to send it again and then fails in one of three ways, by chance: the 100 is on its way
            REQUESTS.keySet()
                    .forEach(method -> NOTICED.put(method + "-behind-100-on-" + retryOn, "502 249 SH-- 0 0/0"));
        }
        // RFC 9113 section 8.7: the server says that it has not looked at the request, which goes to another connection
        NOTICED.put("GET-in-h2-refused-by-default", "502 209 SH-- 2 0/0");
        NOTICED.put("GET-in-h2-unseen-by-default", "502 209 SH-- 2 0/0");
        for (String method : List.of("GET", "POST")) {
            // haproxy sends it again on the same connection, where the server here is silent
            for (String death : List.of("refused", "cancelled", "broken")) {
                NOTICED.put(method + "-in-h2-" + death + "-on-all-retryable-errors", "502 209 SH-- 2 0/0");
            }
            NOTICED.put(method + "-in-h2-silent-on-all-retryable-errors", "504 198 sH-- 2 0/0");
        }
    }

    /** Only who says nothing is waited for: the others must not be late on a busy machine. */
    private static String patience(String death) {
        return death.equals("silent") ? "timeout server 600ms\n    " : "";
    }

    private static void deaths() {
        DEATHS.put("closed", Wire::close);
        DEATHS.put("reset", Wire::reset);
        DEATHS.put("within the status line", wire -> wire.send("HTTP/1.1 2").close());
        DEATHS.put(
                "within the head", wire -> wire.send("HTTP/1.1 200 OK\r\nConte").reset());
        DEATHS.put(
                "behind 100", wire -> wire.send("HTTP/1.1 100 Continue\r\n\r\n").close());
        DEATHS.put("junk", wire -> wire.send("hello world\r\n\r\n").close());
        DEATHS.put("silent", wire -> {});
        DEATHS.put(
                "unavailable", wire -> wire.send("HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
                        .close());
        DEATHS.put("within the body", wire -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                .close());
    }

    private static void deathsInHttp2() {
        String head = Http2Text.frame(1, 4, 1, "\u0088");
        DEATHS_IN_HTTP2.put("closed", Wire::close);
        DEATHS_IN_HTTP2.put("reset", Wire::reset);
        DEATHS_IN_HTTP2.put("refused", wire -> wire.send(Http2Text.frame(3, 0, 1, "\0\0\0\7")));
        DEATHS_IN_HTTP2.put("cancelled", wire -> wire.send(Http2Text.frame(3, 0, 1, "\0\0\0\10")));
        DEATHS_IN_HTTP2.put("broken", wire -> wire.send(Http2Text.frame(3, 0, 1, "\0\0\0\2")));
        DEATHS_IN_HTTP2.put("unseen", wire -> wire.send(Http2Text.frame(7, 0, 0, "\0\0\0\0\0\0\0\0"))
                .close());
        DEATHS_IN_HTTP2.put("seen", wire -> wire.send(Http2Text.frame(7, 0, 0, "\0\0\0\1\0\0\0\0"))
                .close());
        DEATHS_IN_HTTP2.put(
                "within a frame", wire -> wire.send(head.substring(0, 9)).close());
        DEATHS_IN_HTTP2.put("junk", wire -> wire.send("hello world\r\n\r\n").close());
        DEATHS_IN_HTTP2.put("silent", wire -> {});
        DEATHS_IN_HTTP2.put("behind the head", wire -> wire.send(head).close());
        DEATHS_IN_HTTP2.put("within the body", wire -> wire.send(head + Http2Text.data(1, false, "abc"))
                .close());
        DEATHS_IN_HTTP2.put(
                "reset within the body",
                wire -> wire.send(head + Http2Text.data(1, false, "abc") + Http2Text.frame(3, 0, 1, "\0\0\0\2")));
    }

    private static Script h1(String request, String retryOn, Consumer<Wire> death) {
        String last = request.contains("chunked") ? "0\r\n\r\n" : request.endsWith("abcde") ? "abcde" : "\r\n\r\n";
        return stage -> {
            AtomicInteger sent = servers(stage, wire -> death.accept(wire.await(last)));
            stage.client().send(request).awaitEnd();
            if (retryOn.isEmpty()) {
                assertThat(sent).as("how often it was sent").hasValue(1);
            }
        };
    }

    private static Script h2(String request, Consumer<Wire> death) {
        String last = request.endsWith("abcde") ? "abcde" : "\1\5\0\0\0\1";
        return stage -> {
            AtomicInteger sent = servers(
                    stage,
                    wire -> death.accept(wire.as(RetriesDifferentialTest::requests)
                            .send(Http2Text.frame(4, 0, 0, ""))
                            .await(last)));
            stage.client().as(RetriesDifferentialTest::sorted).send(request).awaitEnd();
            assertThat(sent.get()).isPositive();
        };
    }

    /** Does the same with every connection to the server; how many there have been. */
    private static AtomicInteger servers(Theatre.Stage stage, Consumer<Wire> doing) {
        AtomicInteger count = new AtomicInteger();
        stage.everyServer(wire -> {
            count.incrementAndGet();
            doing.accept(wire);
        });
        return count;
    }

    /** The head's fields in an order of their own. */
    private static String sorted(String answer) {
        int end = Math.max(answer.indexOf("\r\n\r\n"), 0);
        return answer.substring(0, end).lines().sorted().collect(Collectors.joining("\r\n")) + answer.substring(end);
    }

    /** The requests in frames, each with what there is of its body: how they are compressed is each proxy's own affair. */
    private static String requests(String bytes) {
        StringBuilder text = new StringBuilder();
        for (int at = 24; at + 9 <= bytes.length(); ) {
            int length = bytes.charAt(at) << 16 | bytes.charAt(at + 1) << 8 | bytes.charAt(at + 2);
            int type = bytes.charAt(at + 3);
            int stream = bytes.charAt(at + 8);
            if (type == 1) {
                text.append("request ").append(stream).append(' ');
            } else if (type == 0) {
                text.append(bytes, at + 9, Math.min(bytes.length(), at + 9 + length));
            }
            at += 9 + length;
        }
        return text.toString();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which connections go on behind an exchange: every option about it in every place, requests of all versions, answers with every
 * kind of end. What is said to both sides, whether a second request finds the client's connection open, and on which connection it
 * reaches the server are as with the installed haproxy.
 */
class ConnectionModesDifferentialTest extends PlayedDifferentialTest {
    private static final String COMMON =
            """
            global
                nbthread 1
                log 127.0.0.1:LOG len 4096 local0
            defaults plain
                mode http
                log global
                option httplog
                timeout connect 4s
                timeout client 6s
                timeout server 6s
                retries 0
            """;

    private static final String HEAD_END = "\r\n\r\n";
    private static final Map<String, String> REQUESTS = new LinkedHashMap<>();
    private static final Map<String, String> ANSWERS = new LinkedHashMap<>();
    /** Lines of frontend and backend. */
    private static final Map<String, List<String>> MODES = new LinkedHashMap<>();

    /** With these every option is tried; all with all is tried without options. */
    private static final List<String> ASKED = List.of(
            "1.1", "1.1 close", "1.0", "1.0 keep-alive", "1.0 proxy keep-alive", "1.0 for a proxy", "HEAD", "POST");

    private static final List<String> ANSWERED = List.of("length", "until the end");

    static {
        requests();
        answers();
        modes();
    }

    ConnectionModesDifferentialTest() {
        super(COMMON, Map.of());
    }

    private static void requests() {
        REQUESTS.put("1.1", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUESTS.put("1.1 close", "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        REQUESTS.put("1.1 keep-alive", "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        REQUESTS.put("1.1 both", "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, close, x\r\nX: y\r\n\r\n");
        REQUESTS.put("1.1 proxy close", "GET /1 HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n\r\n");
        REQUESTS.put("1.1 for a proxy", "GET http://a/1 HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n\r\n");
        REQUESTS.put("1.0", "GET /1 HTTP/1.0\r\n\r\n");
        REQUESTS.put("1.0 keep-alive", "GET /1 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        REQUESTS.put("1.0 close", "GET /1 HTTP/1.0\r\nConnection: close\r\n\r\n");
        REQUESTS.put("1.0 proxy keep-alive", "GET /1 HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n");
        REQUESTS.put("1.0 for a proxy", "GET http://a/1 HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n");
        REQUESTS.put("HEAD", "HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUESTS.put("HEAD 1.0 keep-alive", "HEAD /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        REQUESTS.put("POST", "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd");
    }

    private static void answers() {
        ANSWERS.put("length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        ANSWERS.put("until the end", "HTTP/1.1 200 OK\r\n\r\nok");
        ANSWERS.put("length and close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        ANSWERS.put(
                "length and keep-alive",
                "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: 5\r\nContent-Length: 2\r\n\r\nok");
        ANSWERS.put("chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        ANSWERS.put(
                "chunks and a trailer",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n");
        ANSWERS.put("1.0 length", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
        ANSWERS.put("1.0 keep-alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
        ANSWERS.put("1.0 until the end", "HTTP/1.0 200 OK\r\n\r\nok");
        ANSWERS.put("204", "HTTP/1.1 204 No Content\r\n\r\n");
        ANSWERS.put("304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n");
        ANSWERS.put("nothing by length", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }

    private static void modes() {
        MODES.put("keep-alive", List.of("option http-keep-alive", "option http-keep-alive"));
        MODES.put("server-close in front", List.of("option http-server-close", ""));
        MODES.put("server-close behind", List.of("", "option http-server-close"));
        MODES.put("httpclose in front", List.of("option httpclose", ""));
        MODES.put("httpclose behind", List.of("", "option httpclose"));
        MODES.put(
                "httpclose in front and server-close behind", List.of("option httpclose", "option http-server-close"));
        MODES.put(
                "server-close in front and keep-alive behind",
                List.of("option http-server-close", "option http-keep-alive"));
        MODES.put(
                "pretended behind server-close", List.of("option http-server-close", "option http-pretend-keepalive"));
        MODES.put("pretended behind httpclose", List.of("option httpclose", "option http-pretend-keepalive"));
        MODES.put("pretended alone", List.of("", "option http-pretend-keepalive"));
        MODES.put("use-proxy-header", List.of("option http-use-proxy-header", ""));
        MODES.put(
                "use-proxy-header and server-close",
                List.of("option http-use-proxy-header\n option http-server-close", ""));
        MODES.put("no reuse", List.of("", "http-reuse never"));
        MODES.put("any reuse", List.of("", "http-reuse always"));
    }

    @Override
    void writeBill() {
        REQUESTS.forEach((request, bytes) -> ANSWERS.forEach((answer, reply) -> exchange(request, answer, "plain")));
        for (String mode : MODES.keySet()) {
            ASKED.forEach(request -> ANSWERED.forEach(answer -> exchange(request, answer, mode)));
        }
    }

    private void exchange(String request, String answer, String mode) {
        List<String> lines = MODES.getOrDefault(mode, List.of("", ""));
        String bytes = REQUESTS.getOrDefault(request, "");
        String reply = ANSWERS.getOrDefault(answer, "");
        String frontend = "http-request set-log-level silent if { path /2 }\n " + lines.get(0);
        scene(request + " answered by " + answer + " in mode " + mode, frontend, lines.get(1), stage -> {
            StageServer.answers(stage, reply, ends(reply));
            Wire client = stage.client().send(bytes);
            boolean empty = bytes.startsWith("HEAD") || !reply.contains("ok");
            client.await(empty ? HEAD_END : reply.contains("chunked") ? "0\r\n" : "ok")
                    .listen(150)
                    .send("GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .awaitEnd();
        });
    }

    /** Whether its sender ends the connection behind it. */
    private static boolean ends(String reply) {
        boolean untilTheEnd = !reply.contains("Content-Length") && !reply.contains("chunked") && reply.contains("ok");
        return untilTheEnd
                || reply.contains("Connection: close")
                || (reply.startsWith("HTTP/1.0") && !reply.contains("keep-alive"));
    }
}

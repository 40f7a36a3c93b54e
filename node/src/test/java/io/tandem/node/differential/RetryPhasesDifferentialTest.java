// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.differential.Theatre.Script;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Servers that fail before they have a whole request, or on a connection that was used before, and servers that answer with an
 * error: with every word of {@code retry-on}, what is sent how often and logged is as with the installed haproxy.
 */
class RetryPhasesDifferentialTest extends PlayedDifferentialTest {
    private static final String COMMON =
            """
            global
                log 127.0.0.1:LOG len 4096 local0
            defaults plain
                mode http
                log global
                option httplog
                timeout connect 400ms
                timeout client 8s
                timeout server 6s
                retries 2
            """;

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String HEAD_END = "\r\n\r\n";

    private static final List<String> WORDS = List.of(
            "",
            "none",
            "conn-failure",
            "empty-response",
            "junk-response",
            "response-timeout",
            "0rtt-rejected",
            "all-retryable-errors");
    private static final List<Integer> STATUSES = List.of(401, 403, 404, 408, 425, 500, 501, 502, 503, 504);

    /** A server that resets while it is sent a request is reported to the client; with haproxy it hears nothing of it (SD). */
    private static final Map<String, String> NOTICED = new LinkedHashMap<>();

    /** How a server's side of a connection ends. */
    private static final Map<String, Consumer<Wire>> ENDS = new LinkedHashMap<>();

    static {
        ENDS.put("closed", Wire::close);
        ENDS.put("reset", Wire::reset);
        for (String word : WORDS) {
            String of = word.isEmpty() ? "by-default" : "on-" + word;
            NOTICED.put("half-a-body-reset-" + of, "502 209 SH-- 0 0/0");
            NOTICED.put("a-head-before-its-body-reset-" + of, "502 209 SH-- 0 0/0");
        }
    }

    RetryPhasesDifferentialTest() {
        super(COMMON, NOTICED);
    }

    @Override
    void writeBill() {
        for (String word : WORDS) {
            String line = word.isEmpty() ? "" : "retry-on " + word;
            String of = word.isEmpty() ? " by default" : " on " + word;
            connecting(line, of);
            ENDS.forEach((end, how) -> {
                usedConnections(line, end + of, how);
                requestsInParts(line, end + of, how);
            });
        }
        for (int retried : STATUSES) {
            for (int status : STATUSES) {
                answered("retry-on " + retried, status, " on " + retried);
            }
        }
        for (int status : STATUSES) {
            answered("retry-on all-retryable-errors", status, " on all");
            answered("retry-on conn-failure 404 503", status, " on two");
        }
    }

    private void connecting(String line, String of) {
        for (String port : List.of("DEAD", "MUTE")) {
            String what = port.equals("DEAD") ? "refused" : "unreachable";
            for (String request : List.of(GET, POST + "abcdefgh")) {
                String method = request.substring(0, request.indexOf(' '));
                scene(method + " " + what + of, "", line + "\n server s1 127.0.0.1:" + port, stage -> stage.client()
                        .send(request)
                        .await("</html>")
                        .listen(30));
                String two = "balance roundrobin\n option redispatch 1\n server s1 127.0.0.1:" + port
                        + "\n server s2 127.0.0.1:SERVER";
                scene(method + " " + what + " and another server" + of, "", line + "\n " + two, stage -> {
                    StageServer.answers(stage, OK, false);
                    stage.client().send(request).await("ok").listen(30);
                });
            }
        }
    }

    /** The server ends a connection that has served, at three moments. */
    private void usedConnections(String line, String of, Consumer<Wire> end) {
        scene("second request " + of, "", line, 1, again(wire -> {
            wire.awaitTimes(HEAD_END, 2);
            end.accept(wire);
        }));
        scene("second request and junk " + of, "", line, 1, again(wire -> {
            wire.awaitTimes(HEAD_END, 2);
            end.accept(wire.send("junk\r\n\r\n"));
        }));
        scene("second answer begun " + of, "", line, 1, again(wire -> {
            wire.awaitTimes(HEAD_END, 2);
            end.accept(wire.send("HTTP/1.1 200 OK\r\nConte"));
        }));
    }

    /** One request is answered, the next one meets what {@code doing} does with its connection; all others are answered. */
    private static Script again(Consumer<Wire> doing) {
        return stage -> {
            Wire client = stage.client().send(GET.replace("/ ", "/1 "));
            Wire server = stage.server().endless();
            server.await(HEAD_END).send(OK);
            client.await("ok").send(GET);
            doing.accept(server);
            StageServer.answers(stage, OK.replace("ok", "no"), false);
            client.listen(300).listen(30);
        };
    }

    /** The server ends while a part of the request is still the client's. */
    private void requestsInParts(String line, String of, Consumer<Wire> end) {
        scene("half a body " + of, "", line, stage -> {
            Wire client = stage.client().send(POST + "abcd");
            end.accept(stage.server().endless().await("abcd"));
            StageServer.answers(stage, OK, false);
            finished(client);
        });
        scene("a head before its body " + of, "", line, stage -> {
            Wire client = stage.client().send(POST);
            end.accept(stage.server().endless().await(HEAD_END));
            StageServer.answers(stage, OK, false);
            finished(client);
        });
        scene("a whole head in time " + of, "", line, stage -> {
            Wire client = stage.client().send(POST + "abcdefgh");
            end.accept(stage.server().endless().await("abcdefgh"));
            StageServer.answers(stage, OK, false);
            finished(client);
        });
    }

    private static void finished(Wire client) {
        client.listen(400).listen(30);
    }

    private void answered(String line, int status, String of) {
        // a connection that goes on would be used again by haproxy, and is not here
        String reply = "HTTP/1.1 " + status + " x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
        scene("status " + status + of, "", line, stage -> {
            StageServer.answers(stage, reply, true);
            stage.client().send(GET).await("ok").listen(30);
        });
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

import static io.tandem.node.differential.wire.Case.GET;
import static io.tandem.node.differential.wire.Case.get;
import static io.tandem.node.differential.wire.Case.sends;

import io.tandem.node.differential.wire.Step.Then;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Whether connections go on: both versions, what either side says, and the proxy's mode. And fields of one hop. */
final class Versions {
    private static final Map<String, String> CLIENT_SAYS =
            Map.of("nothing", "", "close", "Connection: close\r\n", "keep-alive", "Connection: keep-alive\r\n");
    private static final Map<String, String> SERVER_SAYS = CLIENT_SAYS;

    private Versions() {}

    static Stream<Case> cases() {
        return Stream.concat(matrix(), fields());
    }

    private static Stream<Case> matrix() {
        List<Case> cases = new ArrayList<>();
        for (Mode mode : List.of(Mode.KEEP_ALIVE, Mode.SERVER_CLOSE, Mode.CLOSE)) {
            for (int client = 0; client <= 1; client++) {
                for (int server = 0; server <= 1; server++) {
                    for (String said : CLIENT_SAYS.keySet()) {
                        for (String answered : SERVER_SAYS.keySet()) {
                            if (mode == Mode.KEEP_ALIVE || said.equals(answered)) {
                                cases.add(pair(mode, client, server, said, answered));
                            }
                        }
                    }
                }
            }
        }
        return cases.stream();
    }

    private static Case pair(Mode mode, int client, int server, String said, String answered) {
        String request = "GET / HTTP/1." + client + "\r\nHost: a\r\n" + CLIENT_SAYS.get(said) + "\r\n";
        Step step = Step.says(
                "HTTP/1." + server + " 200 OK\r\n" + SERVER_SAYS.get(answered) + "Content-Length: 2\r\n\r\nok");
        boolean stays = answered.equals("keep-alive") || (server == 1 && answered.equals("nothing"));
        return sends(mode + ": 1." + client + " " + said + ", 1." + server + " " + answered, request, request)
                .in(mode)
                .answered(stays ? step : step.then(Then.ENDS));
    }

    private static Stream<Case> fields() {
        return Stream.of(
                get(
                        "other connection options",
                        "Connection: keep-alive, X-Foo\r\nX-Foo: 1\r\nKeep-Alive: 5\r\n"
                                + "Proxy-Connection: keep-alive\r\nTE: trailers\r\n"),
                get("close and keep-alive", "Connection: close, keep-alive\r\n"),
                get("close in capitals", "Connection: CLOSE\r\n"),
                get("closed, not close", "Connection: closed\r\n"),
                get("close with a parameter", "Connection: close;x\r\n"),
                get("close in quotes", "Connection: \"close\"\r\n"),
                get("two Connection fields", "Connection: a,b , close\r\nConnection: c\r\n"),
                get("a Connection of three, the last one close", "Connection: a, b, close\r\n"),
                get("a Connection of three, the first one close", "Connection: close, a, b\r\n"),
                get("a Connection of four, close within", "Connection: a , close ,b , c \r\n"),
                get("a Connection of TABs", "Connection: a\t,\tkeep-alive\t,\tb\r\n"),
                get("an empty Connection", "Connection:\r\n"),
                get("a Connection of commas", "Connection: ,a,,b,\r\n"),
                get("a Connection that names Host", "Connection: host, close\r\n"),
                get("a Connection that names the length", "Connection: content-length\r\nContent-Length: 0\r\n"),
                get(
                        "a Connection that names the encoding",
                        "Connection: transfer-encoding\r\n" + Case.CHUNKED + "\r\n0\r\n\r\n"),
                get(
                        "a Connection that names X-Forwarded-For",
                        "Connection: x-forwarded-for\r\nX-Forwarded-For: 1.1.1.1\r\n"),
                get("a Connection that names a cookie", "Connection: cookie\r\nCookie: a=b\r\n"),
                get("a Connection by fold", "Connection: a,\r\n close\r\n"),
                get("Proxy-Connection: close", "Proxy-Connection: close\r\n"),
                get("Keep-Alive alone", "Keep-Alive: timeout=5\r\n"),
                get("TE without Connection", "TE: trailers, gzip\r\n"),
                get("Trailer and Via", "Trailer: X\r\nVia: 1.1 b\r\n"),
                sends("server-close: a Connection of its own", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-foo\r\n\r\n")
                        .in(Mode.SERVER_CLOSE),
                sends("close: a Connection of its own", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x-foo\r\n\r\n")
                        .in(Mode.CLOSE),
                sends("server-close: two requests", GET + GET).in(Mode.SERVER_CLOSE),
                sends("close: two requests", GET + GET).in(Mode.CLOSE));
    }
}

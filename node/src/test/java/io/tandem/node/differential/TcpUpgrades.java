// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.differential.TcpSessions.ANSWERS;
import static io.tandem.node.differential.TcpSessions.ASKS;
import static io.tandem.node.differential.TcpSessions.readAll;
import static io.tandem.node.differential.TcpSessions.session;
import static io.tandem.node.testkit.LoopbackServer.send;

import io.tandem.node.differential.TcpSessions.Case;
import io.tandem.node.differential.TcpSessions.Client;
import io.tandem.node.differential.TcpSessions.Server;
import java.util.stream.Stream;

/** Sessions that begin as TCP and go on as HTTP, by their backend's mode or by a rule, in either version. */
final class TcpUpgrades {
    private static final String LAST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private static final Client GETS = proxy -> {
        send(proxy, LAST);
        return readAll(proxy);
    };
    /** What is said in HTTP/2 before the end is not for this one. */
    private static final Client GETS_DEAF = proxy -> {
        send(proxy, LAST);
        return readAll(proxy).endsWith("<end>") ? "ended" : "";
    };

    private static final Client GETS_TWICE = proxy -> {
        send(proxy, "GET / HTTP/1.1\r\nHost: a\r\n\r\n" + LAST);
        return readAll(proxy);
    };
    private static final Client GETS_IN_HTTP2 = proxy -> {
        send(proxy, Http2Text.PREFACE + Http2Text.request("GET", "http", "a", "/", true));
        String seen = Http2Text.describe(new Http2Listening().to(proxy));
        proxy.close();
        return seen;
    };
    private static final Client TALKS_NONSENSE = proxy -> {
        send(proxy, "hello world\r\n\r\n");
        return readAll(proxy);
    };
    private static final Server WEB = client -> {
        int newlines = 0;
        while (newlines < 2) {
            int next = client.getInputStream().read();
            newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
        }
        send(client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    };

    private TcpUpgrades() {}

    static Stream<Case> all() {
        String waits = "tcp-request inspect-delay 150ms\n tcp-request content switch-mode http if HTTP\n ";
        String first = "tcp-request inspect-delay 1s\n tcp-request content ";
        return Stream.of(
                session("the backend speaks HTTP", WEB, GETS).backend("mode http"),
                session("the connection switches to HTTP", WEB, GETS)
                        .frontend(waits + "http-request return status 404 if { path /none }")
                        .backend("mode http"),
                session("rules of HTTP answer once it has switched", WEB, GETS)
                        .frontend(waits + "http-request deny if { path / }")
                        .backend("mode http"),
                session("what is no HTTP does not switch", ANSWERS, ASKS)
                        .frontend(waits + "tcp-request content reject"),
                session("the backend speaks HTTP, the client HTTP/2", WEB, GETS_IN_HTTP2)
                        .backend("mode http"),
                session("the backend speaks HTTP, the client nonsense", WEB, TALKS_NONSENSE)
                        .backend("mode http"),
                session("HTTP/2 switches as HTTP does", WEB, GETS_IN_HTTP2)
                        .frontend(waits + "http-request set-header x-y z")
                        .backend("mode http"),
                session("a switch that waits for nothing", WEB, GETS)
                        .frontend(first + "switch-mode http")
                        .backend("mode http"),
                session("a switch that waits for nothing, in HTTP/2", WEB, GETS_IN_HTTP2)
                        .frontend(first + "switch-mode http")
                        .backend("mode http"),
                session("a switch of nonsense", WEB, TALKS_NONSENSE)
                        .frontend(first + "switch-mode http")
                        .backend("mode http"),
                session("a switch to HTTP/1 by name", WEB, GETS)
                        .frontend(first + "switch-mode http proto h1")
                        .backend("mode http"),
                session("a switch to HTTP/2 by name", WEB, GETS_IN_HTTP2)
                        .frontend(first + "switch-mode http proto h2")
                        .backend("mode http"),
                session("a switch to HTTP/2 of a client of HTTP/1", WEB, GETS_DEAF)
                        .frontend(first + "switch-mode http proto h2 if { req.len gt 0 }")
                        .backend("mode http"),
                session("a switch by the first bytes", WEB, GETS)
                        .frontend(first + "switch-mode http if { req.payload(0,3) -m str GET }")
                        .backend("mode http"),
                session("a switch, and a second request", WEB, GETS_TWICE)
                        .frontend(waits + "http-request set-header x-y z")
                        .backend("mode http\n option http-server-close"),
                session("rules behind a switch are not asked", WEB, GETS)
                        .frontend(first + "switch-mode http if HTTP\n tcp-request content reject")
                        .backend("mode http"),
                session("a switch towards a backend of TCP", ANSWERS, GETS).frontend(first + "switch-mode http"));
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.differential.TcpSessions.ANSWERS;
import static io.tandem.node.differential.TcpSessions.ASKS;
import static io.tandem.node.differential.TcpSessions.HOLDS;
import static io.tandem.node.differential.TcpSessions.LISTENS;
import static io.tandem.node.differential.TcpSessions.pause;
import static io.tandem.node.differential.TcpSessions.readAll;
import static io.tandem.node.differential.TcpSessions.session;
import static io.tandem.node.testkit.LoopbackServer.send;

import io.tandem.node.differential.TcpSessions.Case;
import io.tandem.node.differential.TcpSessions.Client;
import io.tandem.node.differential.TcpSessions.Server;
import java.io.IOException;
import java.net.Socket;
import java.util.stream.Stream;

/** Sessions of which one half ends before the other, and rules that wait for the end of a delay. */
final class TcpHalves {
    private static final int MUCH = 1_000_000;

    private static final Server ANSWERS_LATE = client -> {
        drain(client);
        pause(100);
        send(client, "late");
    };
    private static final Server ANSWERS_MUCH = client -> {
        drain(client);
        send(client, "x".repeat(MUCH));
    };
    private static final Server ENDS_AND_COUNTS = client -> {
        send(client, "hi");
        client.shutdownOutput();
        drain(client);
    };
    private static final Client ENDS_WITHOUT_A_WORD = proxy -> {
        pause(100); // while the server is connected to, either would give up
        proxy.shutdownOutput();
        return readAll(proxy);
    };
    private static final Client ENDS_BEHIND_MUCH = proxy -> {
        send(proxy, "x".repeat(MUCH));
        proxy.shutdownOutput();
        return String.valueOf(readAll(proxy).length());
    };
    private static final Client SAYS_MORE = proxy -> {
        String heard = readAll(proxy);
        send(proxy, "more");
        pause(50);
        proxy.shutdownOutput();
        return heard;
    };

    private TcpHalves() {}

    private static void drain(Socket socket) throws IOException {
        byte[] buffer = new byte[65_536];
        while (socket.getInputStream().read(buffer) >= 0) {
            // all that comes
        }
    }

    static Stream<Case> all() {
        return Stream.concat(halves(), waits());
    }

    private static Stream<Case> halves() {
        return Stream.of(
                        "",
                        "option nolinger",
                        "option abortonclose",
                        "option independent-streams",
                        "option splice-auto")
                .flatMap(option -> Stream.of(
                                session("a late answer behind the client's end", ANSWERS_LATE, ENDS_WITHOUT_A_WORD),
                                session("much behind the client's end", ANSWERS_MUCH, ENDS_WITHOUT_A_WORD)
                                        .timeouts("3s", "3s"),
                                session(
                                                "much before the client's end, and much behind it",
                                                ANSWERS_MUCH,
                                                ENDS_BEHIND_MUCH)
                                        .timeouts("3s", "3s"),
                                session("the client goes on behind the server's end", ENDS_AND_COUNTS, SAYS_MORE))
                        .map(played -> named(played, option)));
    }

    private static Case named(Case played, String option) {
        String name = played.name() + (option.isEmpty() ? "" : " with " + option);
        // options of one side only are warned about on the other
        return session(name, played.server(), played.client())
                .timeouts(played.clientTimeout(), played.serverTimeout())
                .backend(option);
    }

    private static Stream<Case> waits() {
        String request = "tcp-request inspect-delay 150ms\n tcp-request content ";
        String response = "tcp-response inspect-delay 150ms\n tcp-response content ";
        return Stream.of(
                session("accepted at the end of the delay", ANSWERS, ASKS).frontend(request + "accept if WAIT_END"),
                session("rejected at the end of the delay", ANSWERS, ASKS).frontend(request + "reject if WAIT_END"),
                session("rejected at the end of the delay by the backend", ANSWERS, LISTENS)
                        .backend(request + "reject if WAIT_END"),
                session("a condition before the end of the delay", ANSWERS, ASKS)
                        .frontend(request + "accept if { req.len 1 } or WAIT_END\n tcp-request content reject"),
                session("what cannot be known yet, negated", ANSWERS, ASKS)
                        .frontend(request + "reject unless { req.payload(0,4) -m found }"),
                session("a response accepted at the end of its delay", ANSWERS, ASKS)
                        .backend(response + "accept if WAIT_END"),
                session("a response rejected at the end of its delay", HOLDS, ASKS)
                        .backend(response + "reject if WAIT_END"),
                session("a session accepted before a rejection", ANSWERS, ASKS)
                        .frontend("tcp-request session accept if { src 127.0.0.1 }\n tcp-request session reject"),
                session("a connection accepted before a rejection", ANSWERS, ASKS)
                        .frontend("tcp-request connection accept if { src 127.0.0.1 }\n tcp-request connection reject"),
                session("TLS is waited for", ANSWERS, ASKS)
                        .frontend(request + "reject if { req.ssl_hello_type 1 }\n tcp-request content accept"),
                session("dropped without a word", HOLDS, ASKS).frontend("tcp-request content silent-drop"));
    }
}

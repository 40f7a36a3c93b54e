// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.testkit.LoopbackServer.head;
import static io.tandem.node.testkit.LoopbackServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which request goes to the server on which connection: as with the installed haproxy. */
@Timeout(60)
class PoolDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
            defaults
                mode http
                timeout connect 1s
                timeout client 5s
                timeout server 5s
            frontend fe
                bind 127.0.0.1:PORT
                default_backend be
            backend be
                BACKEND
                server s1 127.0.0.1:SERVER OPTIONS
            """;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    /** Answers each request with the number of the connection it came on. */
    private static void number(Socket connection, int number) throws IOException {
        while (!head(connection).isEmpty()) {
            send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + number);
        }
    }

    private static int ask(Socket client) throws IOException {
        send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        head(client);
        return client.getInputStream().read() - '0';
    }

    private static List<Integer> play(String configuration, boolean oracle) throws Exception {
        try (LoopbackServer server = new LoopbackServer(PoolDifferentialTest::number)) {
            return play(configuration, server.port(), oracle);
        }
    }

    /** The same with a server in HTTP/2. */
    private static List<Integer> playHttp2(String configuration, boolean oracle) throws Exception {
        List<Http2Server.Connection> seen = new CopyOnWriteArrayList<>();
        Http2Server.Script number = (connection, stream, head) -> {
            if (!seen.contains(connection)) {
                seen.add(connection);
            }
            connection.send(Http2Text.headers(stream, false, ":status", "200", "content-length", "1"));
            connection.send(Http2Text.data(stream, true, String.valueOf((char) ('1' + seen.indexOf(connection)))));
        };
        try (Http2Server server = new Http2Server(number)) {
            return play(configuration, server.port(), oracle);
        }
    }

    private static List<Integer> play(String configuration, int server, boolean oracle) throws Exception {
        try (Contestant proxy = new Contestant(configuration.replace("SERVER", String.valueOf(server)), oracle)) {
            List<Integer> connections = new ArrayList<>();
            for (int requests : new int[] {1, 3, 1, 2}) {
                try (Socket client = proxy.connect()) {
                    for (int i = 0; i < requests; i++) {
                        connections.add(ask(client));
                    }
                }
            }
            try (Socket one = proxy.connect();
                    Socket other = proxy.connect()) {
                for (Socket client : List.of(one, other, one, other, other, one)) {
                    connections.add(ask(client));
                }
            }
            return connections;
        }
    }

    /** Among several idle connections haproxy takes the one that was idle longest; ours takes the warmest. */
    @Test
    void asManyConnectionsAreOpenedWhereMoreThanNeededAreKept() throws Exception {
        String configuration = CONFIGURATION.replace("BACKEND", "").replace("OPTIONS", "pool-low-conn 2");

        assertThat(openings(play(configuration, false))).isEqualTo(openings(play(configuration, true)));
    }

    private static List<Boolean> openings(List<Integer> connections) {
        Set<Integer> seen = new HashSet<>();
        return connections.stream().map(seen::add).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http-reuse never|",
                "http-reuse safe|",
                "http-reuse aggressive|",
                "http-reuse always|",
                "|pool-max-conn 0",
                "|pool-max-conn 1",
                "|pool-purge-delay 0",
                "http-reuse never|pool-max-conn 0",
                "option http-server-close|",
                "http-reuse always|max-reuse 0",
                "http-reuse always|max-reuse 1",
                "|max-reuse 2",
                "|maxconn 1"
            })
    void requestsShareConnectionsAsWithHaproxy(String options) throws Exception {
        String[] parts = options.split("\\|", -1);
        String configuration = CONFIGURATION.replace("BACKEND", parts[0]).replace("OPTIONS", parts[1]);

        assertThat(play(configuration, false)).as(options).isEqualTo(play(configuration, true));
    }

    /** In HTTP/1 it has no effect (above). */
    @ParameterizedTest
    @ValueSource(strings = {"", "max-reuse -1", "max-reuse 0", "max-reuse 1", "max-reuse 2", "max-reuse 5"})
    void maxReuseCountsTheRequestsOfAConnectionInHttp2(String option) throws Exception {
        String always = CONFIGURATION.replace("BACKEND", "http-reuse always").replace("OPTIONS", "proto h2 " + option);

        assertThat(playHttp2(always, false)).isEqualTo(playHttp2(always, true));
    }
}

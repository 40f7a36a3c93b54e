// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static io.tandem.node.testkit.LoopbackServer.head;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who waits where, who goes first, who is refused: as the installed haproxy logs it. */
@Timeout(60)
class QueueDifferentialTest {
    private static final String CONFIGURATION =
            """
            global
                nbthread 1
                log 127.0.0.1:LOG local0
            defaults
                mode http
                log global
                option httplog
                timeout connect 1s
                timeout queue 700ms
                timeout client 5s
                timeout server 5s
            frontend fe
                maxconn 100
                bind 127.0.0.1:PORT
                default_backend be
            backend be
            """;

    @BeforeAll
    static void needsHaproxy() throws Exception {
        InstalledHaproxy.assumeInstalled();
        play(cases().findFirst().orElseThrow(), false); // a young process is slow
    }

    /**
     * @param backend its lines; A and B are the ports of two servers
     * @param held requests that the servers keep until all others are there, each as PATH, or PATH and a header field
     * @param queued requests after these, in this order
     * @param timeouts whether the servers keep them until {@code timeout queue} is over
     */
    private record Case(String name, String backend, List<String> held, List<String> queued, boolean timeouts) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String TWO =
            " server a 127.0.0.1:A maxconn 1 cookie a\n server b 127.0.0.1:B maxconn 1 cookie b\n";
    private static final String TWO_BOUNDED = " server a 127.0.0.1:A maxconn 1 maxqueue 1 cookie a\n"
            + " server b 127.0.0.1:B maxconn 1 maxqueue 1 cookie b\n";
    private static final String TO_A = "|Cookie: S=a";

    private static Stream<Case> cases() {
        return Stream.of(
                new Case("the backend's queue", TWO, List.of("/h1", "/h2"), List.of("/q1", "/q2", "/q3"), false),
                new Case(
                        "persistent clients wait for their server",
                        " cookie S insert indirect\n" + TWO,
                        List.of("/h1" + TO_A),
                        List.of("/q1" + TO_A, "/q2" + TO_A, "/other"),
                        false),
                new Case(
                        "a full queue refuses persistent clients",
                        " cookie S insert indirect\n" + TWO_BOUNDED,
                        List.of("/h1" + TO_A),
                        List.of("/q1" + TO_A, "/q2" + TO_A),
                        false),
                new Case(
                        "with redispatch a full queue sends them elsewhere",
                        " option redispatch\n cookie S insert indirect\n" + TWO_BOUNDED,
                        List.of("/h1" + TO_A),
                        List.of("/q1" + TO_A, "/q2" + TO_A),
                        false),
                new Case(
                        "hashing waits for its server",
                        " balance source\n" + TWO,
                        List.of("/h1"),
                        List.of("/q1", "/q2"),
                        false),
                new Case(
                        "hashing is refused by a full queue",
                        " option redispatch\n balance source\n" + TWO_BOUNDED,
                        List.of("/h1"),
                        List.of("/q1", "/q2"),
                        false),
                new Case("leastconn", " balance leastconn\n" + TWO, List.of("/h1", "/h2"), List.of("/q1"), false),
                new Case(
                        "leastconn fills the queues of servers up to maxqueue",
                        " balance leastconn\n" + TWO_BOUNDED,
                        List.of("/h1", "/h2"),
                        List.of("/q1", "/q2", "/q3"),
                        false),
                new Case(
                        "priorities",
                        " http-request set-priority-class req.hdr_val(p)\n http-request set-priority-offset req.hdr_val(o)\n"
                                + " server a 127.0.0.1:A maxconn 1\n",
                        List.of("/h1"),
                        List.of("/q1", "/q2|p: 1", "/q3|p: -1", "/q4|o: -500", "/q5|o: 900", "/q6"),
                        false),
                new Case(
                        "a limit that follows the load",
                        " fullconn 4\n server a 127.0.0.1:A minconn 1 maxconn 4\n",
                        List.of("/h1", "/h2", "/h3", "/h4"),
                        List.of("/q1", "/q2"),
                        false),
                new Case(
                        "the limit while there is little load",
                        " fullconn 40\n server a 127.0.0.1:A minconn 1 maxconn 10\n",
                        List.of("/h1"),
                        List.of("/q1"),
                        false),
                new Case(
                        "time is over in the backend's queue", TWO, List.of("/h1", "/h2"), List.of("/q1", "/q2"), true),
                new Case(
                        "time is over in a server's queue",
                        " cookie S insert indirect\n" + TWO,
                        List.of("/h1" + TO_A),
                        List.of("/q1" + TO_A, "/q2" + TO_A),
                        true));
    }

    /** Keeps what begins with /h until it is told to go on; answers all else at once. */
    private static LoopbackServer holdingServer(CountDownLatch goOn, Semaphore arrived) throws IOException {
        return new LoopbackServer((connection, number) -> {
            for (String head = head(connection); !head.isEmpty(); head = head(connection)) {
                if (head.contains(" /h")) {
                    arrived.release();
                    goOn.await();
                }
                LoopbackServer.send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
    }

    private static Socket send(Contestant proxy, String request) throws IOException {
        String[] parts = request.split("\\|", -1);
        String field = parts.length > 1 ? parts[1] + "\r\n" : "";
        Socket client = proxy.connect();
        LoopbackServer.send(client, "GET " + parts[0] + " HTTP/1.1\r\nHost: a\r\n" + field + "\r\n");
        return client;
    }

    private static List<String> play(Case played, boolean oracle) throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Semaphore arrived = new Semaphore(0);
        List<Socket> clients = new ArrayList<>();
        try (LoopbackServer a = holdingServer(goOn, arrived);
                LoopbackServer b = holdingServer(goOn, arrived);
                Contestant proxy = new Contestant(
                        CONFIGURATION
                                + played.backend
                                        .replace("127.0.0.1:A", "127.0.0.1:" + a.port())
                                        .replace("127.0.0.1:B", "127.0.0.1:" + b.port()),
                        oracle)) {
            for (String request : played.held) {
                clients.add(send(proxy, request));
                assertThat(arrived.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
            }
            for (String request : played.queued) {
                clients.add(send(proxy, request));
                awaitQueuedOrAnswered(proxy, clients.subList(played.held.size(), clients.size()));
            }
            if (played.timeouts) {
                for (Socket client : clients.subList(played.held.size(), clients.size())) {
                    head(client);
                }
            }
            goOn.countDown();
            List<String> lines = proxy.log(clients.size());
            return lines.stream().map(QueueDifferentialTest::essence).sorted().toList();
        } finally {
            goOn.countDown();
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    /** The next request comes when those before it have their places. */
    private static void awaitQueuedOrAnswered(Contestant proxy, List<Socket> clients) throws Exception {
        Await.until("queued or answered", () -> {
            int settled = proxy.waiting();
            for (Socket client : clients) {
                settled += client.getInputStream().available() > 0 ? 1 : 0;
            }
            return settled >= clients.size();
        });
    }

    /** Request first; times only as whether they came, the server of a fair choice by its kind. */
    private static String essence(String line) {
        String[] fields = line.split(" ", -1);
        String times = fields[2].replaceAll("(^|/)[0-9]+", "$1n");
        String sessions = fields[8].substring(fields[8].lastIndexOf('/') + 1);
        return fields[fields.length - 2] + " " + fields[1].replaceAll("/[ab]$", "/server") + " " + times + " "
                + fields[3] + " " + fields[7] + " " + sessions + " " + fields[9];
    }

    @ParameterizedTest
    @MethodSource("cases")
    void requestsWaitAsWithHaproxy(Case played) throws Exception {
        assertThat(play(played, false)).as(played.name).isEqualTo(play(played, true));
    }
}

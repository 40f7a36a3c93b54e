// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.differential.Http2Text;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that do in a row what costs us more than them wait behind the others, and lose nothing by that. */
@Timeout(60)
class HeldClientsTest {
    private static final String CANCEL = "\0\0\0\10";
    private static final int ENHANCE_YOUR_CALM = 11;

    private final int port = Ports.reserved();
    private final List<AutoCloseable> open = new ArrayList<>();

    HeldClientsTest() throws IOException {
        open.add(TestProxy.start(
                "defaults\n mode http\n timeout client 20s\nfrontend fe\n bind 127.0.0.1:" + port
                        + " proto h2\n http-request return status 200 content-type text/plain string ok\n",
                1));
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private RawClient client() throws IOException {
        RawClient client = new RawClient(port);
        open.add(client);
        return client;
    }

    private static String get(int stream) {
        return Http2Text.headers(stream, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/");
    }

    private static String takenBack(int stream) {
        return get(stream) + Http2Text.frame(RawClient.RESET, 0, stream, CANCEL);
    }

    @Test
    void whoTakesManyRequestsBackIsServedInTurns() throws Exception {
        RawClient client = client();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 640; i++) {
            text.append(takenBack(2 * i + 1));
        }
        long beganNs = System.nanoTime();
        client.send(text.append(get(2001)).toString());
        String answer = client.answer(2001);

        assertThat(answer).contains(":status: 200").contains("ok");
        // 640 are twenty rows of 32; between two of them lie five milliseconds at least
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs)).isGreaterThanOrEqualTo(80);
    }

    @Test
    void whoTakesAFewRequestsBackIsNotHeld() throws Exception {
        RawClient client = client();
        for (int round = 0; round < 20; round++) {
            StringBuilder text = new StringBuilder();
            int first = 1 + round * 42;
            for (int i = 0; i < 20; i++) {
                text.append(takenBack(first + 2 * i));
            }
            client.send(text.append(get(first + 40)).toString());
            assertThat(client.answer(first + 40)).contains(":status: 200");
        }
    }

    /** A client that cancels a third of thousands of requests is a busy one, and no flood. */
    @Test
    void requestsThatAreServedMakeUpForThoseTakenBack() throws Exception {
        RawClient client = client();
        int stream = 1;
        for (int round = 0; round < 60; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 30; i++) {
                text.append(takenBack(stream)).append(get(stream + 2)).append(get(stream + 4));
                stream += 6;
            }
            client.send(text.toString());
            assertThat(client.answer(stream - 2)).contains(":status: 200");
        }
    }

    @Test
    void tooManyAtOnceAreSentAwayAndTheOthersServed() throws Exception {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            row.append(takenBack(2 * i + 1));
        }
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < HeldEndpoints.MOST + 40; i++) {
            clients.add(client());
        }
        for (RawClient client : clients) {
            client.send(row.toString());
        }
        RawClient good = client();
        good.send(get(1));
        assertThat(good.answer(1)).contains(":status: 200");
        for (RawClient client : clients) {
            client.send(get(2001));
        }
        int served = 0;
        int sentAway = 0;
        for (RawClient client : clients) {
            RawClient.Frame last = client.next();
            while (last.type() >= 0 && last.type() != RawClient.GOAWAY && last.stream() != 2001) {
                last = client.next();
            }
            if (last.stream() == 2001) {
                served++;
            } else if (last.type() == RawClient.GOAWAY) {
                assertThat(last.payload().charAt(7)).isEqualTo((char) ENHANCE_YOUR_CALM);
                sentAway++;
            }
        }
        assertThat(served + sentAway).isEqualTo(clients.size());
        assertThat(served).isPositive();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.tandem.node.loop.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandshakeQueueTest {
    private final EmbeddedChannel home = new EmbeddedChannel();
    private final HandshakeQueue queue = HandshakeQueue.of(new Loop(0, home.eventLoop()));
    private final List<EmbeddedChannel> clients = new ArrayList<>();

    @AfterEach
    void end() {
        clients.forEach(EmbeddedChannel::close);
        home.close();
    }

    @BeforeEach
    void start() {
        home.freezeTime();
    }

    @Test
    void oneBeginsAtOnceAndTheOthersWait() {
        come(10);

        assertThat(reading()).containsExactly(0);
    }

    @Test
    void theNewestIsServedFirst() {
        come(10);
        aTurn();
        aTurn();
        assertThat(reading()).containsExactly(0, 8, 9);

        come(1);
        aTurn();
        assertThat(reading()).containsExactly(0, 8, 9, 10);
    }

    @Test
    void oneThatHasGoneTakesNobodysPlace() {
        come(10);
        clients.get(9).close();
        clients.get(8).close();
        aTurn();

        assertThat(reading()).containsExactly(0, 7);
    }

    @Test
    void theLineIsBoundedAndTheOldestOfItEnds() {
        come(1 + 1024);
        assertThat(clients).allMatch(EmbeddedChannel::isActive);

        come(2);
        assertThat(clients).filteredOn(client -> !client.isActive()).containsExactly(clients.get(1), clients.get(2));
    }

    @Test
    void afterTheRushClientsBeginAtOnceAgain() {
        come(30);
        for (int i = 0; i < 30; i++) {
            aTurn();
        }
        assertThat(reading()).hasSize(30);

        come(1);
        assertThat(reading()).hasSize(31);
    }

    private void come(int count) {
        for (int i = 0; i < count; i++) {
            EmbeddedChannel client = new EmbeddedChannel();
            clients.add(client);
            queue.enter(client);
        }
    }

    private void aTurn() {
        home.advanceTimeBy(1, TimeUnit.NANOSECONDS);
        home.runScheduledPendingTasks();
    }

    private List<Integer> reading() {
        return IntStream.range(0, clients.size())
                .filter(i ->
                        clients.get(i).isActive() && clients.get(i).config().isAutoRead())
                .boxed()
                .toList();
    }
}

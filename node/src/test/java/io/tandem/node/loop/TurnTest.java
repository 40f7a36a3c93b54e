// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandlerContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is heard first in a turn of the loop, and who waits. */
class TurnTest {
    private static final long LONG_NS = 300_000;
    private static final long SHORT_NS = 10_000;

    private long nowNs;
    private final Turn turn = new Turn(() -> nowNs);
    /** What was told in the present turn. */
    private final List<String> told = new ArrayList<>();

    private final Client busy = new Client("busy", LONG_NS);
    private final Client honest = new Client("honest", SHORT_NS);

    private final class Client extends Turn.Source {
        final String name;
        long takesNs;

        Client(String name, long takesNs) {
            this.name = name;
            this.takesNs = takesNs;
        }

        @Override
        void take(int bits) {
            told.add(bits == 1 ? name : name + bits);
            nowNs += takesNs;
        }
    }

    private static final class Context implements IoHandlerContext {
        @Override
        public boolean canBlock() {
            return true;
        }

        @Override
        public long delayNanos(long nowNs) {
            return 0;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    }

    /** A turn in which each of {@code clients} has something to be read. */
    private void turn(Client... clients) {
        told.clear();
        IoHandlerContext context = turn.begin(new Context());
        long beganNs = nowNs;
        for (Client client : clients) {
            turn.take(client, 1);
        }
        context.reportActiveIoTime(nowNs - beganNs);
        turn.end();
    }

    private boolean mayRest() {
        return turn.begin(new Context()).canBlock();
    }

    private void untilItMayRest() {
        for (int i = 0; i < 100 && !mayRest(); i++) {
            turn();
        }
        assertThat(mayRest()).isTrue();
    }

    /** Turns long enough that it is looked who takes how long. */
    private void longTurns(Client... clients) {
        for (int i = 0; i < 10; i++) {
            turn(clients);
            untilItMayRest();
        }
    }

    @Test
    void whoTakesLongIsHeardBehindTheOthers() {
        longTurns(busy, new Client("also busy", LONG_NS), honest);

        turn(busy, honest);

        assertThat(told).containsExactly("honest", "busy");
    }

    @Test
    void inShortTurnsNobodyWaits() {
        for (int i = 0; i < 50; i++) {
            turn(busy, honest);
        }

        assertThat(told).containsExactly("busy", "honest");
    }

    @Test
    void theLongerTheLater() {
        Client busiest = new Client("busiest", 2 * LONG_NS);
        longTurns(busiest, busy, honest);
        busiest.takesNs = SHORT_NS;
        busy.takesNs = SHORT_NS; // it is what they took before that counts

        turn(busiest, busy, honest);

        assertThat(told).containsExactly("honest", "busy", "busiest");
    }

    @Test
    void whenTheShareIsUsedUpTheOthersWaitForTheNextTurnAndNobodyIsForgotten() {
        Client[] slow = IntStream.range(0, 5)
                .mapToObj(i -> new Client("slow " + i, LONG_NS))
                .toArray(Client[]::new);
        longTurns(slow);

        turn(slow);
        assertThat(told).as("a share, and one more").containsExactly("slow 0", "slow 1", "slow 2");
        assertThat(mayRest()).isFalse();

        turn(slow[0], honest);
        assertThat(told).containsExactly("honest", "slow 3", "slow 4", "slow 0");
        assertThat(mayRest()).isTrue();
    }

    @Test
    void theBusyAreHeardHoweverManyOthersThereAre() {
        Client[] many = IntStream.range(0, 100)
                .mapToObj(i -> new Client("quick " + i, 20_000))
                .toArray(Client[]::new);
        longTurns(busy, busy, busy);
        longTurns(many);
        turn.take(busy, 1);
        boolean heard = false;
        for (int i = 0; i < 10 && !heard; i++) {
            turn(many);
            heard = told.contains("busy");
        }

        assertThat(heard).isTrue();
    }

    @Test
    void whatComesWhileOneWaitsIsToldAtOnce() {
        longTurns(busy, new Client("also busy", LONG_NS));
        told.clear();
        turn.begin(new Context());
        turn.take(busy, 1);
        turn.take(busy, 4);
        turn.end();

        assertThat(told).containsExactly("busy5");
    }

    @Test
    void whoBecomesQuickIsHeardAtItsPlaceAgain() {
        longTurns(busy, new Client("also busy", LONG_NS), honest);
        busy.takesNs = SHORT_NS;
        for (int i = 0; i < 20; i++) {
            turn(busy);
        }

        turn(busy, honest);

        assertThat(told).containsExactly("busy", "honest");
    }
}

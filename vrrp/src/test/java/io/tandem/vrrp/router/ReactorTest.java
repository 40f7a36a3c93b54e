// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReactorTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private Reactor reactor;
    private Thread thread;

    @BeforeEach
    void start() throws IOException {
        reactor = new Reactor();
        thread = new Thread(reactor::run, "reactor-test");
    }

    @AfterEach
    void stop() throws InterruptedException {
        reactor.stop();
        thread.join(5000);
        assertThat(thread.isAlive()).isFalse();
        reactor.close();
    }

    @Test
    void deadlinesAreMetInTheirOrderAndNeverEarly() {
        List<Long> late = new CopyOnWriteArrayList<>();
        long start = System.nanoTime();
        reactor.add(new Reactor.Timed() {
            private long next = start + 5_000_000L;

            @Override
            public long nextWakeNs() {
                return next;
            }

            @Override
            public void onTime(long nowNs) {
                if (next != Reactor.NEVER && nowNs - next >= 0) {
                    late.add(nowNs - next);
                    next = late.size() == 10 ? Reactor.NEVER : next + 5_000_000L;
                }
            }
        });
        thread.start();

        Await.until("ten deadlines", SOON, () -> late.size() == 10);

        assertThat(late).allMatch(ns -> ns >= 0);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000L);
        assertThat(reactor.lateness().samples()).isPositive();
    }

    @Test
    void tasksOfOtherThreadsRunOnTheReactorsThread() {
        AtomicInteger ran = new AtomicInteger();
        thread.start();
        for (int i = 0; i < 100; i++) {
            reactor.execute(() -> {
                assertThat(Thread.currentThread()).isSameAs(thread);
                ran.incrementAndGet();
            });
        }
        Await.until("all ran", SOON, () -> ran.get() == 100);
    }

    @Test
    void aFloodOfTasksIsBoundedAndTold() {
        int accepted = 0;
        for (int i = 0; i < 10_000; i++) {
            accepted += reactor.execute(() -> {}) ? 1 : 0;
        }
        assertThat(accepted).isLessThan(10_000).isPositive();
        thread.start();
    }

    @Test
    void aThreadThatWasNotRunIsToldBeforeAnythingElse() {
        List<Long> told = new CopyOnWriteArrayList<>();
        reactor.onLate((lateNs, nowNs) -> told.add(lateNs));
        long due = System.nanoTime() - 500_000_000L;
        reactor.add(new Reactor.Timed() {
            private boolean done;

            @Override
            public long nextWakeNs() {
                return done ? Reactor.NEVER : due;
            }

            @Override
            public void onTime(long nowNs) {
                assertThat(told).isNotEmpty();
                done = true;
            }
        });
        thread.start();

        Await.until("told", SOON, () -> !told.isEmpty());
        assertThat(told.get(0)).isGreaterThanOrEqualTo(500_000_000L);
    }

    @Test
    void aDeadlineConcernsNobodyElseAndAnythingElseConcernsAll() {
        Periodic busy = new Periodic(2_000_000L, 0);
        Periodic idle = new Periodic(3_600_000_000_000L, 0);
        reactor.add(busy);
        reactor.add(idle);
        thread.start();
        Await.until("twenty deadlines", SOON, () -> busy.turns.get() >= 20);

        assertThat(idle.turns.get()).as("the turn in which they were added").isLessThanOrEqualTo(1);

        int before = idle.turns.get();
        reactor.execute(() -> {});
        Await.until("a message", SOON, () -> idle.turns.get() > before);
    }

    @Test
    void whoCanWaitTakesTheTurnOfAnother() {
        Periodic punctual = new Periodic(2_000_000L, 0);
        Periodic patient = new Periodic(10_000_000L, 3_600_000_000_000L);
        reactor.add(punctual);
        reactor.add(patient);
        thread.start();

        Await.until("five of its turns", SOON, () -> patient.due.get() >= 5);
        assertThat(punctual.due.get()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void aDeadlineThatAnotherMovesIsKeptOnceThatHasBeenSaid() {
        Periodic moved = new Periodic(3_600_000_000_000L, 0);
        reactor.add(moved);
        reactor.add(new Reactor.Timed() {
            private final long at = System.nanoTime() + 5_000_000L;
            private boolean done;

            @Override
            public long nextWakeNs() {
                return done ? Reactor.NEVER : at;
            }

            @Override
            public void onTime(long nowNs) {
                if (!done && nowNs - at >= 0) {
                    done = true;
                    moved.next = nowNs + 1_000_000L;
                    reactor.stir();
                }
            }
        });
        thread.start();

        Await.until("the deadline", SOON, () -> moved.due.get() == 1);
    }

    @Test
    void whoIsRemovedIsAskedNoMoreAndTheOthersGoOn() {
        Periodic gone = new Periodic(1_000_000L, 0);
        Periodic stays = new Periodic(2_000_000L, 0);
        reactor.add(gone);
        reactor.add(stays);
        thread.start();
        Await.until("both", SOON, () -> gone.due.get() > 5 && stays.due.get() > 5);
        AtomicInteger atRemoval = new AtomicInteger(-1);
        reactor.execute(() -> {
            reactor.remove(gone);
            atRemoval.set(gone.turns.get());
        });
        Await.until("removed", SOON, () -> atRemoval.get() >= 0);
        int before = stays.due.get();

        Await.until("the other", SOON, () -> stays.due.get() > before + 5);
        assertThat(gone.turns.get()).isEqualTo(atRemoval.get());
    }

    /** Due every so often. */
    private static final class Periodic implements Reactor.Timed {
        final AtomicInteger turns = new AtomicInteger();
        final AtomicInteger due = new AtomicInteger();
        private final long periodNs;
        private final long slackNs;
        private volatile long next;

        Periodic(long periodNs, long slackNs) {
            this.periodNs = periodNs;
            this.slackNs = slackNs;
            next = System.nanoTime() + periodNs;
        }

        @Override
        public long nextWakeNs() {
            return next + slackNs;
        }

        @Override
        public long readyNs() {
            return next;
        }

        @Override
        public void onTime(long nowNs) {
            turns.incrementAndGet();
            if (nowNs - next >= 0) {
                due.incrementAndGet();
                next = nowNs + periodNs;
            }
        }
    }
}

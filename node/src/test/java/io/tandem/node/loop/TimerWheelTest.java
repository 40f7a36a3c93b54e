// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final class Probe extends Timer {
        private final CompletableFuture<Long> fired = new CompletableFuture<>();
        private final Loop loop;

        Probe(Loop loop) {
            super(loop);
            this.loop = loop;
        }

        @Override
        protected void onTimeout() {
            fired.complete(loop.nowNs());
        }
    }

    private static void on(Loop loop, Runnable task) throws Exception {
        loop.eventLoop()
                .submit(() -> {
                    loop.tick();
                    task.run();
                })
                .get(5, TimeUnit.SECONDS);
    }

    @Test
    void timersFireInTheOrderOfTheirDeadlinesAndNeverEarly() throws Exception {
        try (Loops loops = Loops.start(1)) {
            Loop loop = loops.get(0);
            int[] delays = {90, 30, 60, 10, 120, 30};
            Probe[] probes = new Probe[delays.length];
            long[] started = new long[1];
            on(loop, () -> {
                started[0] = loop.nowNs();
                for (int i = 0; i < delays.length; i++) {
                    probes[i] = new Probe(loop);
                    probes[i].start(delays[i]);
                }
            });
            for (int i = 0; i < delays.length; i++) {
                long at = probes[i].fired.get(5, TimeUnit.SECONDS);
                assertThat(at - started[0]).isGreaterThanOrEqualTo(delays[i] * 1_000_000L);
            }
        }
    }

    /** A timer whose time-out does something. */
    private static final class Doing extends Timer {
        private final Runnable what;

        Doing(Loop loop, Runnable what) {
            super(loop);
            this.what = what;
        }

        @Override
        protected void onTimeout() {
            what.run();
        }
    }

    @Test
    void whatIsDueTogetherLeavesRoomForOthers() throws Exception {
        try (Loops loops = Loops.start(1)) {
            Loop loop = loops.get(0);
            ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
            CompletableFuture<Void> all = new CompletableFuture<>();
            on(loop, () -> {
                for (int i = 0; i < 10; i++) {
                    new Doing(loop, () -> {
                                loop.eventLoop().execute(() -> events.add("other"));
                                long until = System.nanoTime() + 300_000;
                                while (System.nanoTime() - until < 0) {
                                    Thread.onSpinWait();
                                }
                                events.add("time-out");
                                if (events.stream().filter("time-out"::equals).count() == 10) {
                                    all.complete(null);
                                }
                            })
                            .start(20);
                }
            });
            all.get(5, TimeUnit.SECONDS);

            assertThat(events).startsWith("time-out", "other", "time-out", "other");
        }
    }

    @Test
    void aTimerThatIsStartedAnewWhileItIsDueDoesNotFireBefore() throws Exception {
        try (Loops loops = Loops.start(1)) {
            Loop loop = loops.get(0);
            long[] restartedNs = new long[1];
            Probe[] later = new Probe[1];
            on(loop, () -> {
                later[0] = new Probe(loop);
                Doing first = new Doing(loop, () -> {
                    restartedNs[0] = loop.nowNs();
                    later[0].start(60);
                });
                first.start(20);
                later[0].start(20); // due in the same slot, fired behind the first
            });
            long firedNs = later[0].fired.get(5, TimeUnit.SECONDS);
            on(loop, () -> {});

            assertThat(restartedNs[0] == 0 || firedNs - restartedNs[0] >= 60_000_000L)
                    .isTrue();
        }
    }

    @Test
    void aDeadlineMovedAwayFiresOnceAndLaterAndAStoppedOneNever() throws Exception {
        try (Loops loops = Loops.start(1)) {
            Loop loop = loops.get(0);
            ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
            CompletableFuture<Void> last = new CompletableFuture<>();
            on(loop, () -> {
                Timer moved = named(loop, order, "moved", null);
                moved.start(10);
                moved.start(80);
                Timer stopped = named(loop, order, "stopped", null);
                stopped.start(20);
                stopped.stop();
                Timer sooner = named(loop, order, "sooner", null);
                sooner.start(5_000);
                sooner.start(30);
                named(loop, order, "last", last).start(150);
            });
            last.get(5, TimeUnit.SECONDS);
            assertThat(order).containsExactly("sooner", "moved", "last");
        }
    }

    @Test
    void aTimerMayDisposeOfAnotherThatIsDueWithIt() throws Exception {
        try (Loops loops = Loops.start(1)) {
            Loop loop = loops.get(0);
            ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
            CompletableFuture<Void> last = new CompletableFuture<>();
            on(loop, () -> {
                Timer[] pair = new Timer[2];
                for (int i = 0; i < 2; i++) {
                    int other = 1 - i;
                    pair[i] = new Timer(loop) {
                        @Override
                        protected void onTimeout() {
                            order.add("one of two");
                            pair[other].dispose();
                        }
                    };
                    pair[i].start(20);
                }
                named(loop, order, "last", last).start(80);
            });
            last.get(5, TimeUnit.SECONDS);
            assertThat(order).containsExactly("one of two", "last");
        }
    }

    private static Timer named(
            Loop loop,
            ConcurrentLinkedQueue<String> order,
            String name,
            @org.jspecify.annotations.Nullable CompletableFuture<Void> done) {
        return new Timer(loop) {
            @Override
            protected void onTimeout() {
                order.add(name);
                if (done != null) {
                    done.complete(null);
                }
            }
        };
    }
}

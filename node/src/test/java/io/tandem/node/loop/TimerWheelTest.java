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

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.Meters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets a slot when: nobody is forgotten, nobody overtakes, no server gets more than it takes. */
class QueuesTest {
    private final BackendState backend = new BackendState(0);
    private final List<Server> servers = new ArrayList<>();

    private Server server(ServerLimits limits) {
        ServerState state = new ServerState(new Meters(1), backend, 0);
        state.configure(1, limits, false, false, 2, 3, 0);
        Server.Description description = new Server.Description(
                servers.size() + 1,
                "s" + servers.size(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 80),
                1,
                false,
                limits.maxConnections(),
                "test:1");
        Server server = new Server(description, state, "be", servers.size());
        servers.add(server);
        return server;
    }

    /** A request that looks for a server as a search does, in a world where the test says what happens next. */
    private final class Request implements Waiter {
        final int number;
        final int priorityClass;
        final @Nullable Server wanted;
        private final Executor loop;

        @Nullable QueueTicket ticket;

        @Nullable Server server;

        boolean dismissed;

        Request(int number, int priorityClass, @Nullable Server wanted, Executor loop) {
            this.number = number;
            this.priorityClass = priorityClass;
            this.wanted = wanted;
            this.loop = loop;
        }

        void seek(long nowMs) {
            for (Server candidate : wanted == null ? servers : List.of(wanted)) {
                if (candidate.state().isUsable() && candidate.state().tryTake()) {
                    server = candidate;
                    return;
                }
            }
            ticket = backend.queues().join(this, wanted, priorityClass, nowMs);
            if (wanted == null) {
                for (Server candidate : servers) {
                    if (candidate.state().isUsable() && !candidate.isFull()) {
                        backend.queues().serve(candidate.state());
                    }
                }
            }
        }

        void leaveQueue() {
            QueueTicket present = ticket;
            if (present != null) {
                ticket = null;
                present.leave();
            }
        }

        void end() {
            Server present = server;
            if (present != null) {
                server = null;
                present.state().release(0);
            }
        }

        @Override
        public Executor loop() {
            return loop;
        }

        @Override
        public @Nullable Server serverOf(ServerState state) {
            return servers.stream()
                    .filter(s -> s.state() == state && state.isUsable())
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public void onSlot(Server server) {
            ticket = null;
            this.server = server;
        }

        @Override
        public void onServerGone() {
            ticket = null;
            dismissed = true;
        }
    }

    /** Loops whose tasks run when the test says so; remembers in which order requests were called. */
    private static final class Loops {
        final List<Queue<Runnable>> tasks = new ArrayList<>();
        final List<Request> called = new ArrayList<>();

        Loops(int count) {
            for (int i = 0; i < count; i++) {
                tasks.add(new ArrayDeque<>());
            }
        }

        Executor of(int index) {
            return task -> {
                if (task instanceof QueueTicket ticket && ticket.state == QueueTicket.State.CALLED) {
                    called.add((Request) ticket.waiter);
                }
                tasks.get(index).add(task);
            };
        }

        void runOne(Random random) {
            Runnable task = tasks.get(random.nextInt(tasks.size())).poll();
            if (task != null) {
                task.run();
            }
        }

        void runAll() {
            for (Queue<Runnable> loop : tasks) {
                while (!loop.isEmpty()) {
                    loop.remove().run();
                }
            }
        }
    }

    @Property(tries = 300)
    void nobodyIsForgottenAndNobodyOvertakesWhateverHappens(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int count) {
        Random random = new Random(seed);
        backendIsNew();
        for (int i = 0; i < count; i++) {
            server(ServerLimits.of(1 + random.nextInt(3)));
        }
        Loops loops = new Loops(3);
        List<Request> all = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            int[] before =
                    servers.stream().mapToInt(s -> s.state().meters().current()).toArray();
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> {
                    Server wanted = random.nextInt(3) == 0 ? servers.get(random.nextInt(count)) : null;
                    Request request = new Request(step, random.nextInt(2), wanted, loops.of(random.nextInt(3)));
                    all.add(request);
                    request.seek(0);
                }
                case 4, 5 -> pick(all, random).end();
                case 6 -> pick(all, random).leaveQueue();
                case 7 -> {
                    Server server = servers.get(random.nextInt(count));
                    server.state().maxConnections(1 + random.nextInt(3));
                }
                case 8 -> {
                    ServerState state = servers.get(random.nextInt(count)).state();
                    state.draining(!state.draining(), 0);
                }
                default -> loops.runOne(random);
            }
            assertThat(within(before)).as("seed %s step %s: limits", seed, step).isTrue();
            assertNoFreeSlotWhileSomebodyWaits(seed, step);
        }
        servers.forEach(s -> s.state().draining(false, 0));
        for (int round = 0; round < 2_000 && !all.isEmpty(); round++) {
            loops.runAll();
            all.forEach(Request::end);
            all.removeIf(r -> r.server == null && r.ticket == null);
        }
        assertThat(all).as("seed %s: still waiting", seed).isEmpty();
        assertThat(backend.queues().waiting()).isZero();
        assertThat(sessions()).isZero();
        assertCalledInOrder(loops.called, seed);
    }

    private void backendIsNew() {
        servers.forEach(s -> s.state().draining(false, 0));
        servers.clear();
    }

    private static Request pick(List<Request> all, Random random) {
        return all.isEmpty()
                ? new QueuesTest().new Request(-1, 0, null, Runnable::run)
                : all.get(random.nextInt(all.size()));
    }

    private int sessions() {
        return servers.stream().mapToInt(s -> s.state().meters().current()).sum();
    }

    /** A limit that was lowered may be exceeded by those who are there, but nobody comes in. */
    private boolean within(int[] before) {
        for (int i = 0; i < before.length; i++) {
            ServerState state = servers.get(i).state();
            if (state.meters().current() > Math.max(state.limitNow(), before[i])) {
                return false;
            }
        }
        return true;
    }

    private void assertNoFreeSlotWhileSomebodyWaits(long seed, int step) {
        for (Server server : servers) {
            ServerState state = server.state();
            boolean free = state.isRunning() && state.meters().current() < state.limitNow();
            assertThat(free && state.queue().length() > 0)
                    .as("seed %s step %s: a slot of %s is free and somebody waits for it", seed, step, server)
                    .isFalse();
            assertThat(free && state.isUsable() && backend.queues().ofBackend().length() > 0)
                    .as("seed %s step %s: a slot of %s is free and somebody waits for any", seed, step, server)
                    .isFalse();
        }
    }

    /** Within a class, those who want the same are called in the order they came. */
    private static void assertCalledInOrder(List<Request> called, long seed) {
        for (int i = 0; i < called.size(); i++) {
            for (int j = i + 1; j < called.size(); j++) {
                Request first = called.get(i);
                Request second = called.get(j);
                if (first.priorityClass == second.priorityClass && first.wanted == second.wanted) {
                    assertThat(first.number).as("seed %s: order of calls", seed).isLessThan(second.number);
                }
            }
        }
    }

    @Test
    void thePositionSaysHowManyLeftTheQueueUntilItsTurn() {
        Server server = server(ServerLimits.of(1));
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Request request = new Request(i, 0, null, Runnable::run);
            requests.add(request);
            request.seek(0);
        }
        List<Integer> positions = new ArrayList<>();
        for (int i = 1; i < 4; i++) {
            QueueTicket ticket = requests.get(i).ticket;
            requests.get(i - 1).end();
            assertThat(requests.get(i).server).isEqualTo(server);
            positions.add(ticket == null ? -1 : ticket.position());
        }
        assertThat(positions).containsExactly(1, 2, 3);
    }

    @Test
    void aSmallerClassGoesFirstThenWhoIsDueFirst() {
        server(ServerLimits.of(1));
        Request busy = new Request(0, 0, null, Runnable::run);
        busy.seek(0);
        Request late = new Request(1, 0, null, Runnable::run);
        Request lowest = new Request(2, 1, null, Runnable::run);
        Request highest = new Request(3, -1, null, Runnable::run);
        Request early = new Request(4, 0, null, Runnable::run);
        late.seek(100);
        lowest.seek(101);
        highest.seek(102);
        early.seek(50);

        List<Integer> order = new ArrayList<>();
        Request present = busy;
        List<Request> waiting = new ArrayList<>(List.of(late, lowest, highest, early));
        while (!waiting.isEmpty()) {
            present.end();
            present = waiting.stream().filter(r -> r.server != null).findFirst().orElseThrow();
            waiting.remove(present);
            order.add(present.number);
        }
        assertThat(order).containsExactly(3, 4, 1, 2);
    }

    @Test
    void whoeverWaitsForAServerThatGoesAwayIsSentToLookForAnother() {
        Server server = server(ServerLimits.of(1));
        Request busy = new Request(0, 0, server, Runnable::run);
        Request waiting = new Request(1, 0, server, Runnable::run);
        busy.seek(0);
        waiting.seek(0);

        assertThat(backend.queues().dismiss(server.state())).isEqualTo(1);
        assertThat(waiting.dismissed).isTrue();
        assertThat(server.state().queue().length()).isZero();
    }

    @Test
    void theLimitGrowsWithTheLoadOfTheBackend() {
        ServerState state = server(new ServerLimits(100, 10, 0, 0)).state();
        AtomicInteger sessions = new AtomicInteger();
        backend.configure(sessions::get, 1_000);
        List<Integer> limits = new ArrayList<>();
        for (int load : new int[] {0, 50, 100, 101, 500, 999, 1_000, 5_000}) {
            sessions.set(load);
            limits.add(state.limitNow());
        }
        assertThat(limits).containsExactly(10, 10, 10, 10, 50, 99, 100, 100);
    }

    @Test
    @Timeout(30)
    void threadsThatPassSlotsToOneAnotherLoseNoWakeUp() throws InterruptedException {
        server(ServerLimits.of(2));
        server(ServerLimits.of(1));
        int each = 5_000;
        List<Thread> threads = new ArrayList<>();
        AtomicInteger served = new AtomicInteger();
        for (int t = 0; t < 4; t++) {
            int seed = t;
            Thread thread = new Thread(() -> serveAll(each, new Random(seed), served));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join(25_000);
        }
        assertThat(served).hasValue(4 * each);
        assertThat(backend.queues().waiting()).isZero();
        assertThat(sessions()).isZero();
    }

    /** A loop with up to three requests at a time. */
    private void serveAll(int count, Random random, AtomicInteger served) {
        LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        List<Request> open = new ArrayList<>();
        int begun = 0;
        try {
            while (begun < count || !open.isEmpty()) {
                if (begun < count && open.size() < 3) {
                    Server wanted = random.nextInt(4) == 0 ? servers.get(random.nextInt(servers.size())) : null;
                    Request request = new Request(begun++, 0, wanted, tasks::add);
                    request.seek(0);
                    open.add(request);
                }
                boolean waits = open.stream().noneMatch(r -> r.server != null);
                Runnable task = waits && open.size() == 3 ? tasks.poll(10, TimeUnit.SECONDS) : tasks.poll();
                if (task != null) {
                    task.run();
                }
                for (Request request : List.copyOf(open)) {
                    if (request.server != null) {
                        request.end();
                        open.remove(request);
                        served.incrementAndGet();
                    }
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}

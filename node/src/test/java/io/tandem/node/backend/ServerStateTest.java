// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.Meters;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows from changes of a server's state. */
class ServerStateTest {
    private final BackendState backend = new BackendState(0);
    private final ServerState server = new ServerState(new Meters(1), backend, 0);

    private void configure(int maxConnections, boolean disabled, long nowMs) {
        server.configure(1, ServerLimits.of(maxConnections), disabled, false, 2, 3, nowMs);
    }

    @Test
    void checksThatChangeNothingMakeNoBalancerAnew() {
        configure(0, false, 0);
        int before = backend.version();

        server.health(ServerState.Health.UP, 4, 1);
        server.health(ServerState.Health.GOING_DOWN, 3, 2);
        server.health(ServerState.Health.UP, 4, 3);
        assertThat(backend.version()).isEqualTo(before);

        server.health(ServerState.Health.DOWN, 0, 4);
        assertThat(backend.version()).isNotEqualTo(before);
        int down = backend.version();
        server.health(ServerState.Health.GOING_UP, 1, 5);
        assertThat(backend.version()).isEqualTo(down);
        server.health(ServerState.Health.UP, 4, 6);
        assertThat(backend.version()).isNotEqualTo(down);
    }

    @Test
    void itBeginsAsItsInitStateSays() {
        assertThat(begun(InitialHealth.UP)).isEqualTo("UP 2 true");
        assertThat(begun(InitialHealth.FULLY_UP)).isEqualTo("UP 4 true");
        assertThat(begun(InitialHealth.DOWN)).isEqualTo("GOING_UP 1 false");
        assertThat(begun(InitialHealth.FULLY_DOWN)).isEqualTo("DOWN 0 false");
    }

    private static String begun(InitialHealth initial) {
        ServerState state = new ServerState(new Meters(1), new BackendState(0), 0);
        state.initialHealth(initial);
        state.configure(1, ServerLimits.of(0), false, false, 2, 3, 0);
        String first = told(state);

        state.health(ServerState.Health.UP, 4, 1);
        state.configure(1, ServerLimits.of(0), false, false, 2, 3, 2); // a reload changes nothing
        assertThat(told(state)).isEqualTo("UP 4 true");
        state.maintenance(true, 3);
        state.maintenance(false, 4);
        state.beginHealth(4); // as operators do who end a maintenance
        assertThat(told(state)).isEqualTo(first);
        return first;
    }

    private static String told(ServerState state) {
        return state.health() + " " + state.healthPoints() + " " + state.isRunning();
    }

    @Test
    void aReloadThatRaisesTheLimitServesThoseWhoWait() {
        configure(1, false, 0);
        List<Server> served = new ArrayList<>();
        Server described = new Server(
                new Server.Description(1, "s", new InetSocketAddress("127.0.0.1", 80), 1, false, 1, "test:1"),
                server,
                "be",
                0);
        assertThat(server.tryTake()).isTrue();
        backend.queues().join(new Collecting(served), described, 0, 0);
        assertThat(served).isEmpty();

        configure(2, false, 10);

        assertThat(served).containsExactly(described);
    }

    private record Collecting(List<Server> served) implements Waiter {
        @Override
        public java.util.concurrent.Executor loop() {
            return Runnable::run;
        }

        @Override
        public @org.jspecify.annotations.Nullable Server serverOf(ServerState server) {
            return null;
        }

        @Override
        public void onSlot(Server server) {
            served.add(server);
        }

        @Override
        public void onServerGone() {
            throw new IllegalStateException("nobody sends it away");
        }
    }

    @Test
    void aReloadThatDisablesItCountsAsDowntimeAndOneThatEnablesItEndsThat() {
        configure(0, false, 0);
        configure(0, true, 1_000);
        assertThat(server.isRunning()).isFalse();
        assertThat(server.downtime().totalMs(4_000)).isEqualTo(3_000);

        configure(0, false, 6_000);
        assertThat(server.isRunning()).isTrue();
        assertThat(server.downtime().totalMs(9_000)).isEqualTo(5_000);
    }

    @Test
    void aReloadLeavesAServerThatIsStoppingAsItIs() {
        configure(0, false, 0);
        server.health(ServerState.Health.STOPPING, 4, 1);

        configure(0, false, 2);

        assertThat(server.health()).isEqualTo(ServerState.Health.STOPPING);
        assertThat(server.isUsable()).isFalse();
    }

    @Test
    void anAddressThatWasSetStaysUntilTheConfigurationSaysAnother() {
        InetSocketAddress first = new InetSocketAddress("127.0.0.1", 80);
        InetSocketAddress elsewhere = new InetSocketAddress("127.0.0.2", 80);
        server.target().configure(first, false);
        server.target().move(elsewhere);

        server.target().configure(first, false);
        assertThat(server.target().moved()).isEqualTo(elsewhere);

        server.target().configure(new InetSocketAddress("127.0.0.3", 80), false);
        assertThat(server.target().moved()).isNull();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.node.loop.Loop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameserverTest {
    private final DefaultEventLoop events = new DefaultEventLoop();

    @AfterEach
    void stop() {
        events.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneBehindAUnixSocketIsNotAskedAndKeepsNoOtherFromBeingOpened(boolean stream) {
        NameserverSettings settings =
                new NameserverSettings("unix", new DomainSocketAddress("/nowhere"), stream, 0, null);
        NameserverCounters counters = new NameserverCounters();
        Nameserver server = new Nameserver("r", settings, counters, (from, message) -> {});

        server.open(
                new Loop(0, events),
                new ResolversSettings(
                        "r", List.of(settings), 1, 1000, 200, new ResolversSettings.Holds(1, 1, 1, 1, 1, 1), 512));

        assertThat(server.ask(new byte[12], 1)).isFalse();
        assertThat(counters.get(NameserverCounter.SND_ERROR)).isEqualTo(1);
        server.close();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.NetlinkException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Virtual routers at work in a host of a {@link TestLan}. */
final class TestNode implements AutoCloseable {
    private final Reactor reactor;
    private final VirtualRouters routers;
    private final ReactorThread thread;
    final List<String> log = new CopyOnWriteArrayList<>();

    TestNode(TestLan.Host host, VirtualRouterConfig... configs) throws IOException {
        EventLog events = new EventLog() {
            @Override
            public void info(String line) {
                log.add(line);
            }

            @Override
            public void warning(String line) {
                log.add(line);
            }
        };
        reactor = new Reactor();
        routers = host.namespace()
                .run(() -> new VirtualRouters(reactor, List.of(configs), events, (router, change) -> {}));
        thread = host.namespace().run(() -> {
            ReactorThread started = ReactorThread.start(reactor, events);
            return started;
        });
        routers.start();
    }

    VirtualRouters routers() {
        return routers;
    }

    State state() {
        return routers.status().get(0).state();
    }

    long counter(String name) {
        return routers.status().get(0).counters().getOrDefault(name, 0L);
    }

    Lateness lateness() {
        return reactor.lateness();
    }

    @Override
    public void close() throws NetlinkException {
        routers.close();
        thread.close();
    }
}

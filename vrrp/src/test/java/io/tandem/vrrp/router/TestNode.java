// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.link.LivenessLinks;
import io.tandem.vrrp.netlink.NetlinkException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Virtual routers at work in a host of a {@link TestLan}. */
final class TestNode implements AutoCloseable {
    private final Reactor reactor;
    private final VirtualRouters routers;
    private final ReactorThread thread;
    final List<String> log = new CopyOnWriteArrayList<>();

    private final @Nullable LivenessLinks links;
    private final EventLog events;

    TestNode(TestLan.Host host, VirtualRouterConfig... configs) throws IOException {
        this(host, null, "", configs);
    }

    TestNode(TestLan.Host host, @Nullable ClusterConfig cluster, String secret, VirtualRouterConfig... configs)
            throws IOException {
        events = new EventLog() {
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
        links = cluster == null
                ? null
                : new LivenessLinks(reactor, cluster, secret.getBytes(StandardCharsets.UTF_8), routers, events);
        if (links != null) {
            routers.use(links);
        }
        thread = host.namespace().run(() -> {
            ReactorThread started = ReactorThread.start(reactor, events);
            return started;
        });
        routers.start();
        if (links != null) {
            links.start();
        }
    }

    LivenessLinks links() {
        return Objects.requireNonNull(links);
    }

    VirtualRouters routers() {
        return routers;
    }

    EventLog events() {
        return events;
    }

    int priority() {
        return routers.status().get(0).priority();
    }

    State state() {
        return routers.status().get(0).state();
    }

    RouterStatus status(String name) {
        return routers.status().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    long counter(String name) {
        return routers.status().get(0).counters().getOrDefault(name, 0L);
    }

    /** Does something while the reactor's thread reads nothing. */
    void whileBusy(Busy task) throws IOException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        reactor.execute(() -> {
            busy.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            busy.await();
            task.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over.countDown();
        }
    }

    /** What is done meanwhile. */
    interface Busy {
        void run() throws IOException;
    }

    /** The id of the reactor's thread. */
    long reactorThread() {
        CompletableFuture<Long> id = new CompletableFuture<>();
        reactor.execute(() -> id.complete(Thread.currentThread().getId()));
        return id.join();
    }

    Lateness lateness() {
        return reactor.lateness();
    }

    @Override
    public void close() throws NetlinkException {
        if (links != null) {
            links.close();
        }
        routers.close();
        thread.close();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Severity;
import io.tandem.node.frontend.listen.Listener;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.EventLog;
import io.tandem.node.resolve.Resolving;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.Tables;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A proxy in this process, from a haproxy.cfg. */
public final class TestProxy implements AutoCloseable {
    private final Loops loops;
    private final NodeRuntime node;
    private final Listeners listeners;
    private final Resolving resolving;

    private final Map<String, Listener> opened = new ConcurrentHashMap<>();

    private TestProxy(int threads) {
        loops = Loops.start(threads);
        node = new NodeRuntime(threads, "test", System.currentTimeMillis(), new EventLog(), new Tables(1, 0));
        node.events().listen((level, proxy, text) -> System.err.println(level + " " + text));
        resolving = new Resolving(loops, node.events(), System::currentTimeMillis);
        node.names(resolving);
        ListenerOpener opener = DataPlane.opener(node, loops);
        listeners = new Listeners((frontend, bind, adopted) -> {
            var listener = opener.open(frontend, bind, adopted);
            if (listener instanceof DataPlane.Open accepting) {
                opened.put(bind.address().written(), accepting.listener());
            }
            return listener;
        });
    }

    /** @throws IllegalStateException with the problems found */
    public static TestProxy start(String text, int threads) {
        TestProxy proxy = new TestProxy(threads);
        try {
            proxy.apply(proxy.load(text, null));
        } catch (IllegalStateException failure) {
            proxy.close();
            throw failure;
        }
        return proxy;
    }

    private Configuration load(String text, @Nullable Configuration previous) {
        LoadedText loaded = LoadedText.load(text, previous, node);
        if (loaded.problems().stream().anyMatch(problem -> problem.severity() == Severity.ALERT)) {
            throw new IllegalStateException(loaded.messages().toString());
        }
        return loaded.configuration();
    }

    private void apply(Configuration next) {
        Listeners.Plan plan = listeners.prepare(next, Map.of());
        if (!plan.complaints().isEmpty()) {
            plan.discard();
            throw new IllegalStateException(plan.complaints().toString());
        }
        Configuration previous = node.isConfigured() ? node.configuration() : null;
        next.commit();
        node.configuration(next);
        plan.commit();
        resolving.watch(next);
        if (previous != null) {
            loops.afterAll(previous.lifetime()::release);
        }
    }

    /** Replaces the configuration, as a reload does. */
    public void reload(String text) {
        apply(load(text, node.configuration()));
    }

    /** For tests that choose what happens in one turn of a loop. */
    public Loops loops() {
        return loops;
    }

    public NodeRuntime node() {
        return node;
    }

    public Configuration configuration() {
        return node.configuration();
    }

    /** The port of the listener written as {@code address}. */
    public int port(String address) {
        return ((InetSocketAddress) Objects.requireNonNull(
                        Objects.requireNonNull(opened.get(address)).localAddress()))
                .getPort();
    }

    /** The descriptor of the first socket of the listener written as {@code address}. */
    public int descriptor(String address) {
        return Objects.requireNonNull(opened.get(address)).descriptors().get(0);
    }

    /** Client connections open now at that frontend. */
    public int openSessions(String frontend) {
        return configuration().frontend(frontend).orElseThrow().meters().current();
    }

    /** Begins a soft stop. */
    public void softStop() {
        node.stop();
        listeners.close();
    }

    @Override
    public void close() {
        listeners.close();
        resolving.close();
        loops.close();
        node.rings().drain(0);
        node.courier().close();
    }
}

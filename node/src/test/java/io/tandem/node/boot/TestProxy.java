// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Severity;
import io.tandem.node.frontend.ClientConnections;
import io.tandem.node.frontend.listen.ListenException;
import io.tandem.node.frontend.listen.Listeners;
import io.tandem.node.loop.Loops;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.Tables;
import java.net.InetSocketAddress;
import java.util.Objects;

/** A proxy in this process, from a haproxy.cfg; {@code main} starts one for measurements. */
public final class TestProxy implements AutoCloseable {
    private final Loops loops;
    private final NodeRuntime node;
    private final Listeners listeners;
    private final ClientConnections connections = new ClientConnections();

    private TestProxy(int threads) {
        loops = Loops.start(threads);
        node = new NodeRuntime(threads, "test", System.currentTimeMillis(), new EventLog(), new Tables(1, 0));
        listeners = new Listeners(loops, node, connections);
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

    private Configuration load(String text, @org.jspecify.annotations.Nullable Configuration previous) {
        LoadedText loaded = LoadedText.load(text, previous, node);
        if (loaded.problems().stream().anyMatch(problem -> problem.severity() == Severity.ALERT)) {
            throw new IllegalStateException(loaded.messages().toString());
        }
        return loaded.configuration();
    }

    private void apply(Configuration next) {
        try {
            Listeners.Change change = listeners.prepare(next);
            next.commits().forEach(Runnable::run);
            node.configuration(next);
            change.commit();
        } catch (ListenException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Replaces the configuration, as a reload does. */
    public void reload(String text) {
        apply(load(text, node.configuration()));
    }

    public NodeRuntime node() {
        return node;
    }

    public Configuration configuration() {
        return node.configuration();
    }

    /** The port of the listener written as {@code address}. */
    public int port(String address) {
        return ((InetSocketAddress) Objects.requireNonNull(listeners.localAddress(address))).getPort();
    }

    /** Begins a soft stop. */
    public void softStop() {
        node.stop();
        listeners.close();
        loops.all().forEach(loop -> loop.eventLoop().execute(() -> connections.softStop(loop)));
    }

    /** Client connections open now. */
    public int openConnections() {
        return listeners.openConnections();
    }

    @Override
    public void close() {
        listeners.close();
        loops.close();
    }

    /** {@code FILE [THREADS]}: runs until killed. */
    public static void main(String[] args) throws Exception {
        String text = java.nio.file.Files.readString(java.nio.file.Path.of(args[0]));
        TestProxy proxy = start(text, args.length > 1 ? Integer.parseInt(args[1]) : 1);
        System.out.println("ready " + proxy.node().pid());
        Thread.sleep(Long.MAX_VALUE);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.observe.EventLog;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How the process ends without hurry: {@code grace}, then no new connection, then as long as the open ones take or
 * {@code hard-stop-after} allows. Runs on the main thread.
 */
final class SoftStop {
    /** What a wish is answered that comes too late. */
    static final String STOPPING = "the process is stopping";

    private static final long POLL_MS = 20;
    /** How long sessions have that were told to end. */
    private static final long LAST_MS = 1_000;

    private final NodeRuntime node;
    private final Listeners listeners;
    private final BlockingQueue<Wish> wishes;

    SoftStop(NodeRuntime node, Listeners listeners, BlockingQueue<Wish> wishes) {
        this.node = node;
        this.listeners = listeners;
        this.wishes = wishes;
    }

    /**
     * Returns when the process may exit.
     *
     * @param graceMs how long everything goes on as before
     * @param hardStopAfterMs how long the open connections have after that; 0 for as long as they take
     */
    void run(long graceMs, long hardStopAfterMs) throws InterruptedException {
        grace(graceMs);
        node.stop();
        listeners.close();
        sayStopped();
        long startedNs = System.nanoTime();
        while (isOpen()) {
            if (isEndWished()) {
                return;
            }
            if (hardStopAfterMs > 0 && System.nanoTime() - startedNs >= hardStopAfterMs * 1_000_000L) {
                hardStop();
                return;
            }
        }
    }

    /** Everything is served as before, but nothing is loaded any more. */
    private void grace(long graceMs) throws InterruptedException {
        if (graceMs <= 0) {
            return;
        }
        tell(EventLog.Level.WARNING, "Scheduling a soft-stop in " + graceMs + " ms.");
        long deadline = System.nanoTime() + graceMs * 1_000_000L;
        long left = graceMs;
        while (left > 0) {
            Wish wish = wishes.poll(left, TimeUnit.MILLISECONDS);
            if (wish != null && wish.kind() == Wish.Kind.HARD_STOP) {
                return;
            }
            if (wish != null) {
                wish.answer().complete(STOPPING);
            }
            left = (deadline - System.nanoTime()) / 1_000_000L;
        }
        tell(EventLog.Level.NOTICE, "Grace period expired, proceeding with soft-stop now.");
    }

    /** Accepted connections may not have begun yet. */
    private boolean isOpen() {
        int sessions = node.configuration().frontends().stream()
                .mapToInt(frontend -> frontend.meters().current())
                .sum();
        return Math.max(sessions, listeners.openConnections()) > 0;
    }

    /** Whether somebody has no patience; answers all other wishes. */
    private boolean isEndWished() throws InterruptedException {
        Wish wish = wishes.poll(POLL_MS, TimeUnit.MILLISECONDS);
        if (wish != null) {
            wish.answer().complete(STOPPING);
        }
        return wish != null && wish.kind() == Wish.Kind.HARD_STOP;
    }

    /** Ends the sessions that are left as an operator would, so that each is logged. */
    private void hardStop() throws InterruptedException {
        tell(EventLog.Level.WARNING, "soft-stop running for too long, performing a hard-stop.");
        for (Frontend frontend : node.configuration().frontends()) {
            int left = frontend.meters().current();
            if (left > 0) {
                node.events()
                        .tell(
                                EventLog.Level.WARNING,
                                frontend.name(),
                                "Proxy " + frontend.name() + " hard-stopped (" + left
                                        + " remaining conns will be closed).");
            }
        }
        listeners.kill();
        long toldNs = System.nanoTime();
        while (isOpen() && System.nanoTime() - toldNs < LAST_MS * 1_000_000L && !isEndWished()) {
            // isEndWished waits
        }
    }

    private void tell(EventLog.Level level, String text) {
        node.events().tell(level, null, text);
    }

    private void sayStopped() {
        Configuration configuration = node.configuration();
        for (ProxyDraft proxy : configuration.drafts().proxies()) {
            if (proxy.isFrontend()
                    && configuration.frontend(proxy.name()).stream()
                            .anyMatch(f -> f.listening() == Frontend.Listening.STOPPED)) {
                continue; // said when it was shut down
            }
            long front = proxy.isFrontend()
                    ? configuration
                            .frontend(proxy.name())
                            .map(f -> f.meters().counters().sum(ProxyCounter.CONNECTIONS))
                            .orElse(0L)
                    : 0;
            long back = proxy.isBackend()
                    ? configuration
                            .backend(proxy.name())
                            .map(b -> b.meters().counters().sum(ProxyCounter.SESSIONS))
                            .orElse(0L)
                    : 0;
            node.events()
                    .tell(
                            EventLog.Level.WARNING,
                            proxy.name(),
                            "Proxy " + proxy.name() + " stopped (cumulated conns: FE: " + front + ", BE: " + back
                                    + ").");
        }
    }
}

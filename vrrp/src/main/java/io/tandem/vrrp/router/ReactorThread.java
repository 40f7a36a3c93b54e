// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

/** The guardian's real-time thread: claims its scheduling, then runs the reactor until that is stopped. */
public final class ReactorThread implements AutoCloseable {
    private final Reactor reactor;
    private final Thread thread;

    private ReactorThread(Reactor reactor, Thread thread) {
        this.reactor = reactor;
        this.thread = thread;
    }

    /** Starts it, in the calling thread's network namespace. */
    public static ReactorThread start(Reactor reactor, EventLog log) {
        Thread thread = new Thread(
                () -> {
                    String refused = RealTime.claim();
                    if (!refused.isEmpty()) {
                        log.warning(refused);
                    }
                    reactor.run();
                },
                "reactor");
        thread.setUncaughtExceptionHandler((dead, e) -> {
            // Without this thread the addresses would be held by nobody's will: end, and they vanish.
            log.warning("guardian reactor died: " + e);
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        });
        thread.start();
        return new ReactorThread(reactor, thread);
    }

    @Override
    public void close() {
        reactor.stop();
        try {
            thread.join(2000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!thread.isAlive()) {
            reactor.close();
        }
    }
}

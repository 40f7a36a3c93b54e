// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.netlink.Netlink;
import io.tandem.vrrp.netlink.NetlinkException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Sets macvlans down that are not needed any more. The kernel takes 8 to 16 ms for one (it waits for all processors), which
 * a reactor has not got; setting one up takes 0.1 ms, and that the reactor does itself.
 *
 * <p>A thread and a netlink socket of its own, which live in the namespace of the thread that retires the first.
 */
final class Retirement implements AutoCloseable {
    private final BlockingQueue<VirtualLink> queue = new LinkedBlockingQueue<>();
    private final EventLog log;
    private boolean started; // used by the reactor's thread
    private volatile boolean closed; // written by the reactor's thread

    Retirement(EventLog log) {
        this.log = log;
    }

    /** Sets the interface down soon, unless it is wanted again by then. Reactor's thread. */
    void retire(VirtualLink link) {
        queue.add(link);
        if (!started) {
            try {
                Netlink netlink = Netlink.open();
                Thread thread = new Thread(() -> run(netlink), "vrrp-links");
                thread.setDaemon(true);
                thread.start();
                started = true;
            } catch (NetlinkException e) {
                log.warning(e.getMessage() + "; a macvlan stays up until the next one is released");
            }
        }
    }

    private void run(Netlink netlink) {
        try (netlink) {
            while (!closed) {
                VirtualLink link = queue.poll(1, TimeUnit.SECONDS);
                if (link != null && !link.isWanted() && link.index() != 0) {
                    netlink.links().change(link.index(), false);
                    if (link.isWanted()) {
                        netlink.links().change(link.index(), true);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The thread ends within a second. */
    @Override
    public void close() {
        closed = true;
    }
}

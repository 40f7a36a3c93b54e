// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.LinkEvents;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Who holds an address and since when, as the kernels of the hosts tell it. A dead host holds nothing. */
final class Holders implements AutoCloseable {
    private static final int POLLFD = 8;
    private static final int READABLE = 1;

    private final InetAddress address;
    private final Map<String, LinkEvents> events = new LinkedHashMap<>();
    private final Set<String> holding = new TreeSet<>(); // guarded by this, as are the others
    private final Set<String> dead = new TreeSet<>();
    private final List<Change> changes = new ArrayList<>();
    private final Thread thread;
    private volatile boolean stopping;

    /** From a time on these hosts hold it. */
    record Change(long atNs, Set<String> holders) {}

    Holders(InetAddress address, TestLan.Host... hosts) throws IOException {
        this.address = address;
        for (TestLan.Host host : hosts) {
            events.put(host.name(), host.namespace().run(LinkEvents::new));
        }
        thread = new Thread(this::watch, "holders");
        thread.setDaemon(true);
        thread.start();
    }

    /** When the host held the address alone, and nobody else did, from {@code sinceNs} on; waits for it. */
    long aloneAt(String host, long sinceNs, Duration limit) {
        Await.until(host + " holds " + address.getHostAddress() + " alone", limit, () -> now().equals(Set.of(host)));
        return firstHeld(host, sinceNs);
    }

    private synchronized long firstHeld(String host, long sinceNs) {
        for (Change change : changes) {
            if (change.atNs() - sinceNs >= 0 && change.holders().contains(host)) {
                return change.atNs();
            }
        }
        return sinceNs;
    }

    synchronized Set<String> now() {
        return Set.copyOf(holding);
    }

    /** How long two held it at the same time at the most. */
    synchronized long longestOverlapNs(long sinceNs) {
        long longest = 0;
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            long endNs = i + 1 < changes.size() ? changes.get(i + 1).atNs() : System.nanoTime();
            if (change.holders().size() > 1 && endNs - sinceNs > 0) {
                longest = Math.max(longest, endNs - Math.max(sinceNs, change.atNs()));
            }
        }
        return longest;
    }

    /** What changed since then. */
    synchronized List<Change> since(long sinceNs) {
        return changes.stream().filter(change -> change.atNs() - sinceNs >= 0).toList();
    }

    synchronized void died(String host) {
        dead.add(host);
        note(host, false);
    }

    synchronized void lives(String host) {
        dead.remove(host);
    }

    private synchronized void note(String host, boolean holds) {
        boolean changed = holds && !dead.contains(host) ? holding.add(host) : holding.remove(host);
        if (changed) {
            changes.add(new Change(System.nanoTime(), Set.copyOf(holding)));
        }
    }

    private void watch() {
        NativeBuffer polls = new NativeBuffer(events.size() * POLLFD);
        List<Map.Entry<String, LinkEvents>> all = List.copyOf(events.entrySet());
        while (!stopping) {
            for (int i = 0; i < all.size(); i++) {
                polls.bytes().putInt(i * POLLFD, all.get(i).getValue().fd()).putInt(i * POLLFD + 4, READABLE);
            }
            if (C.poll(polls.address(), all.size(), 50) > 0) {
                all.forEach(host -> host.getValue().read(new Listener(host.getKey())));
            }
        }
    }

    private final class Listener implements LinkEvents.Listener {
        private final String host;

        Listener(String host) {
            this.host = host;
        }

        @Override
        public void linkChanged(Link link) {}

        @Override
        public void linkRemoved(Link link) {}

        @Override
        public void addressAdded(AddressEntry entry) {
            if (entry.address().equals(address)) {
                note(host, true);
            }
        }

        @Override
        public void addressRemoved(AddressEntry entry) {
            if (entry.address().equals(address)) {
                note(host, false);
            }
        }

        @Override
        public void overrun() {
            throw new IllegalStateException("address events were lost");
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(2000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        events.values().forEach(LinkEvents::close);
    }
}

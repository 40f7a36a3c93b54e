// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of two routers in a test beside keepalived: Tandem, or keepalived itself. */
abstract class InteropNode implements AutoCloseable {
    final TestLan lan;
    final TestLan.Host host;
    final InteropKind kind;
    final int priority;
    final String self;
    final String peer;

    private InteropNode(TestLan lan, TestLan.Host host, InteropKind kind, int priority, String self, String peer) {
        this.lan = lan;
        this.host = host;
        this.kind = kind;
        this.priority = priority;
        this.self = self;
        this.peer = peer;
    }

    String name() {
        return host.name();
    }

    abstract void start() throws IOException;

    /** Advertises another priority from now on. */
    abstract void advertise(int other) throws IOException;

    /** Reads its configuration again, of which something has changed that moves nobody. */
    abstract void reload() throws IOException;

    /** Begins to stop; says so at once. */
    abstract void stop() throws IOException;

    /** Waits for the end of {@link #stop}. */
    abstract void stopped() throws IOException;

    /** Falls silent from one moment to the next. */
    abstract void crash() throws IOException;

    /** What it wrote, for the message of a failure. */
    abstract String log() throws IOException;

    @Override
    public abstract void close() throws IOException;

    /** The addresses that its death left behind. */
    final void clearUp() throws IOException {
        for (var entry : List.copyOf(host.netlink().addresses().list())) {
            InetAddress address = entry.address();
            if (address.equals(kind.address())) {
                host.netlink().addresses().remove(address, entry.prefixLength(), entry.interfaceIndex());
            }
        }
    }

    static InteropNode tandem(
            TestLan lan, TestLan.Host host, InteropKind kind, int priority, String self, String peer) {
        return new Tandem(lan, host, kind, priority, self, peer);
    }

    static InteropNode keepalived(
            TestLan lan, TestLan.Host host, InteropKind kind, int priority, String self, String peer, Path directory) {
        return new Other(lan, host, kind, priority, self, peer, directory);
    }

    private static final class Tandem extends InteropNode {
        private @Nullable TestNode node;
        private String earlier = "";

        Tandem(TestLan lan, TestLan.Host host, InteropKind kind, int priority, String self, String peer) {
            super(lan, host, kind, priority, self, peer);
        }

        private TestNode node() {
            return Objects.requireNonNull(node);
        }

        @Override
        void start() throws IOException {
            node = new TestNode(host, kind.tandem(priority, self, peer, false));
        }

        @Override
        void advertise(int other) {
            node().routers().priority("VI_1", other);
        }

        @Override
        void reload() {
            node().routers().reload(List.of(kind.tandem(priority, self, peer, true)));
        }

        @Override
        void stop() {
            node().routers().stop(100);
        }

        @Override
        void stopped() throws IOException {
            close();
        }

        /** Its packets go nowhere any more, those that it sends in closing among them. */
        @Override
        void crash() throws IOException {
            lan.unplug(name());
        }

        @Override
        String log() {
            TestNode running = node;
            return earlier + (running == null ? "" : String.join("\n", running.log));
        }

        @Override
        public void close() throws IOException {
            earlier = log();
            TestNode running = node;
            node = null;
            if (running != null) {
                running.close();
            }
        }
    }

    private static final class Other extends InteropNode {
        private final Path directory;
        private final Path tracked;
        private final Path file;
        private @Nullable Keepalived process;

        Other(
                TestLan lan,
                TestLan.Host host,
                InteropKind kind,
                int priority,
                String self,
                String peer,
                Path directory) {
            super(lan, host, kind, priority, self, peer);
            this.directory = directory;
            this.tracked = directory.resolve("tracked");
            this.file = directory.resolve("keepalived.conf");
        }

        private Keepalived process() {
            return Objects.requireNonNull(process);
        }

        private void write(boolean changed) throws IOException {
            Files.writeString(file, kind.keepalived(priority, self, peer, tracked, changed));
        }

        @Override
        void start() throws IOException {
            Files.writeString(tracked, "0\n");
            write(false);
            process = new Keepalived(host, file, directory);
        }

        @Override
        void advertise(int other) throws IOException {
            Files.writeString(tracked, (other - priority) + "\n");
        }

        @Override
        void reload() throws IOException {
            write(true);
            process().reload();
        }

        @Override
        void stop() {
            process().beginToStop();
        }

        @Override
        void stopped() {
            process().terminate();
        }

        @Override
        void crash() throws IOException {
            lan.unplug(name());
            process().kill();
        }

        @Override
        String log() throws IOException {
            return Files.readString(directory.resolve("ka.log"));
        }

        @Override
        public void close() {
            Keepalived running = process;
            process = null;
            if (running != null) {
                running.kill();
            }
        }
    }
}

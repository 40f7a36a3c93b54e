// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.packet.ArpPacket;
import io.tandem.vrrp.packet.Claim;
import io.tandem.vrrp.packet.MacAddress;
import io.tandem.vrrp.packet.NeighborSolicitation;
import io.tandem.vrrp.socket.ArpSocket;
import io.tandem.vrrp.socket.NeighborSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/** What a host of a {@link TestLan} sees of the others. */
final class Neighborhood {
    private static final long ANSWER_NS = 150_000_000L;
    private static final long SILENCE_NS = 1_000_000_000L;

    private Neighborhood() {}

    /** The MACs that are answered when the host asks who has an IPv4 address. */
    static Set<String> whoHas(TestLan.Host asking, InetAddress address) {
        try {
            Link link = asking.netlink().links().get("eth0");
            MacAddress own = MacAddress.of(link.macBytes(), 0);
            Set<String> holders = new TreeSet<>();
            byte[] frame = new byte[128];
            try (ArpSocket socket =
                    asking.namespace().run(() -> new ArpSocket("eth0", link.index(), List.of(address)))) {
                socket.send(ArpPacket.probe(own, address));
                await(() -> {
                    int length = socket.receive(frame);
                    ArpPacket arp = length < 0 ? null : ArpPacket.decode(frame, length);
                    // An answer to this host, not an announcement to all.
                    if (arp != null && arp.targetMac().equals(own)) {
                        holders.add(arp.senderMac().toString());
                    }
                });
            }
            return holders;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same for IPv6. */
    static Set<String> whoHas(TestLan.Host asking, InetAddress source, InetAddress address) {
        try {
            Link link = asking.netlink().links().get("eth0");
            MacAddress own = MacAddress.of(link.macBytes(), 0);
            Set<String> holders = new TreeSet<>();
            try (ArpSocket out = asking.namespace().run(() -> new ArpSocket("eth0", link.index(), List.of()));
                    NeighborSocket in = asking.namespace().run(() -> new NeighborSocket("eth0", List.of(address)))) {
                out.send(NeighborSolicitation.encode(own, source, address));
                await(() -> {
                    Claim claim = in.receive() ? in.claim() : null;
                    if (claim != null && claim.address().equals(address)) {
                        holders.add(claim.holder().toString());
                    }
                });
            }
            return holders;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * When the host was answered last, asking for an IPv6 address again and again until nobody has answered for some time.
     *
     * @param sinceNs what the answer is counted from
     */
    static Duration lastAnswer(TestLan.Host asking, InetAddress source, InetAddress address, long sinceNs) {
        try {
            Link link = asking.netlink().links().get("eth0");
            byte[] question = NeighborSolicitation.encode(MacAddress.of(link.macBytes(), 0), source, address);
            long last = sinceNs;
            try (ArpSocket out = asking.namespace().run(() -> new ArpSocket("eth0", link.index(), List.of()));
                    NeighborSocket in = asking.namespace().run(() -> new NeighborSocket("eth0", List.of(address)))) {
                while (System.nanoTime() - last < SILENCE_NS) {
                    out.send(question);
                    LockSupport.parkNanos(1_000_000L);
                    while (in.receive()) {
                        last = in.claim() == null ? last : System.nanoTime();
                    }
                }
            }
            return Duration.ofNanos(last - sinceNs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(Runnable receive) {
        long end = System.nanoTime() + ANSWER_NS;
        while (System.nanoTime() - end < 0) {
            receive.run();
            LockSupport.parkNanos(1_000_000L);
        }
    }

    /** What a program says in the host's namespace. */
    static List<String> run(TestLan.Host host, String... command) {
        List<String> words =
                new ArrayList<>(List.of("nsenter", "--net=" + host.namespace().path()));
        words.addAll(List.of(command));
        try {
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A number under /proc/sys/net in the host's namespace. */
    static int sysctl(TestLan.Host host, String name) {
        try {
            return host.namespace().run(() -> Sysctl.read(name, -1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long it takes until the condition holds, within a generous limit. */
    static Duration timeUntil(String what, java.util.function.BooleanSupplier condition) {
        long start = System.nanoTime();
        Await.until(what, Duration.ofSeconds(15), condition);
        return Duration.ofNanos(System.nanoTime() - start);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.packet.AdvertisementDecoder;
import io.tandem.vrrp.packet.AdvertisementEncoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import io.tandem.vrrp.packet.Decoded;
import io.tandem.vrrp.socket.AdvertSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel's filter against floods: it lets each good advertisement through, and few of the bad ones. */
@Timeout(60)
class StrictFilterTest extends OnLan {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int BAD = 4_000;

    @Test
    void version2WithAnyNumberOfAddresses() throws IOException {
        for (int count : new int[] {1, 2, 20}) {
            InetAddress group = TestLan.address("224.0.0.18");
            pass(
                    ipv4(2, count, "right"),
                    List.of(ipv4(2, count, "wrong"), ipv4(2, count + 1, "rights"), ipv4(3, count, null)),
                    TestLan.address("10.99.0.11"),
                    TestLan.address("10.99.0.12"),
                    group);
        }
    }

    @Test
    void version3() throws IOException {
        pass(
                ipv4(3, 2, null),
                List.of(ipv4(2, 2, null)),
                TestLan.address("10.99.0.11"),
                TestLan.address("10.99.0.12"),
                TestLan.address("224.0.0.18"));
    }

    @Test
    void ipv6() throws IOException {
        VirtualRouterConfig good = builder(3)
                .family(AddressFamily.INET6)
                .addresses(List.of(new VirtualAddress(TestLan.address("fe80::50"), 128, null, null, 0)))
                .build();
        pass(good, List.of(), linkLocal(a), linkLocal(b), TestLan.address("ff02::12"));
    }

    private void pass(
            VirtualRouterConfig good,
            List<VirtualRouterConfig> bad,
            InetAddress to,
            InetAddress from,
            InetAddress group)
            throws IOException {
        AdvertisementFormat format = AdvertisementFormat.of(good);
        try (AdvertSocket in = open(a, to, group);
                AdvertSocket out = open(b, from, group)) {
            assertThat(in.filterStrictly(format, true)).isTrue();
            assertThat(in.isStrict()).isTrue();
            AdvertisementEncoder goodOnes = new AdvertisementEncoder(format, from, group);
            Await.until("the way is open", SOON, () -> {
                out.send(goodOnes.encode(100), group);
                return in.skip();
            });
            while (in.skip()) {
                // what came meanwhile
            }
            for (int priority = 1; priority <= 20; priority++) {
                assertThat(out.send(goodOnes.encode(priority), group)).isZero();
            }
            AdvertisementDecoder decoder = new AdvertisementDecoder(format);
            for (int priority = 1; priority <= 20; priority++) {
                assertThat(receive(in, decoder)).isInstanceOf(Decoded.Accepted.class);
            }
            for (VirtualRouterConfig sender : bad) {
                byte[] message = new AdvertisementEncoder(AdvertisementFormat.of(sender), from, group).encode(255);
                int seen = 0;
                for (int i = 0; i < BAD; i++) {
                    out.send(message, group);
                    seen += in.receive(decoder) == null ? 0 : 1;
                }
                assertThat(seen).as("one in 128 of %d", BAD).isBetween(1, BAD / 40);
            }
            in.filterStrictly(format, false);
            for (VirtualRouterConfig sender : bad) {
                out.send(new AdvertisementEncoder(AdvertisementFormat.of(sender), from, group).encode(255), group);
                assertThat(receive(in, decoder)).isInstanceOf(Decoded.Dropped.class);
            }
        }
    }

    private static Decoded receive(AdvertSocket in, AdvertisementDecoder decoder) {
        List<Decoded> received = new ArrayList<>();
        Await.until("received", SOON, () -> {
            Decoded decoded = in.receive(decoder);
            if (decoded != null) {
                received.add(decoded);
            }
            return decoded != null;
        });
        return received.get(0);
    }

    private static AdvertSocket open(TestLan.Host host, InetAddress source, InetAddress group) throws IOException {
        int index = host.netlink().links().get("eth0").index();
        return host.namespace().run(() -> AdvertSocket.open("eth0", index, 51, source, group));
    }

    private static InetAddress linkLocal(TestLan.Host host) {
        List<InetAddress> found = new ArrayList<>();
        Await.until("a link-local address", SOON, () -> {
            usable(host).forEach(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    private static Stream<InetAddress> usable(TestLan.Host host) {
        try {
            return host.netlink().addresses().list().stream()
                    .filter(entry -> !entry.tentative())
                    .map(AddressEntry::address)
                    .filter(address -> address instanceof Inet6Address && address.isLinkLocalAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VirtualRouterConfig ipv4(
            int version, int count, @org.jspecify.annotations.Nullable String password) {
        List<VirtualAddress> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addresses.add(new VirtualAddress(TestLan.address("10.99.0." + (50 + i)), 32, null, null, 0));
        }
        return builder(version).password(password).addresses(addresses).build();
    }

    private static VirtualRouterConfigBuilder builder(int version) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(version)
                .priority(100);
    }
}

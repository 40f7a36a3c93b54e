// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.AddressEntry;
import io.tandem.vrrp.netlink.Netlink;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two hundred addresses, two hundred and fifty routers, reloads one after the other. */
@Timeout(120)
class ManyAddressesTest extends OnLan {
    private static final Duration SOON = Duration.ofSeconds(40);

    @Test
    @Tag("vrrp-case-51")
    void twoHundredAddressesAreTakenOverNearlyAsFastAsOne() throws IOException {
        for (OwnInterface own : new @Nullable OwnInterface[] {null, OwnInterface.VMAC}) {
            long one = installNs(1, own);
            long all = installNs(200, own);
            System.out.println(
                    "takeover own=" + (own != null) + " one-us=" + one / 1000 + " two-hundred-us=" + all / 1000);
            assertThat(Duration.ofNanos(all - one))
                    .as("what 199 more addresses cost; 20 ms are promised on a machine of its own")
                    .isLessThan(Duration.ofMillis(200));
        }
    }

    /** The median of some rounds. */
    private long installNs(int count, @Nullable OwnInterface own) throws IOException {
        VirtualRouterConfig config =
                builder(51, own).addresses(addresses(count)).build();
        return a.namespace().run(() -> {
            try (Netlink netlink = Netlink.open();
                    Retirement retirement = new Retirement(silent());
                    AddressKeeper keeper = new AddressKeeper(
                            netlink, retirement, new ParentSettings(netlink, silent()), config, silent())) {
                assertThat(keeper.prepare()).isNull();
                long[] rounds = new long[15];
                for (int i = 0; i < rounds.length; i++) {
                    long start = System.nanoTime();
                    assertThat(keeper.install(start)).isNull();
                    rounds[i] = System.nanoTime() - start;
                    assertThat(virtual(a)).hasSize(count);
                    keeper.remove();
                    assertThat(virtual(a)).isEmpty();
                }
                java.util.Arrays.sort(rounds);
                return rounds[rounds.length / 2];
            }
        });
    }

    @Test
    @Tag("vrrp-case-51")
    void twoHundredAndFiftyRoutersElectAndMoveTogether() throws IOException {
        try (TestNode high = new TestNode(a, routers(150));
                TestNode low = new TestNode(b, routers(100))) {
            Await.until("all active", SOON, () -> all(high, State.ACTIVE) && all(low, State.BACKUP));
            assertThat(virtual(a)).hasSize(250);

            high.routers().stop(100);
            Await.until("all moved", SOON, () -> all(low, State.ACTIVE));
            assertThat(virtual(b)).hasSize(250);
            assertThat(virtual(a)).isEmpty();
        }
    }

    @Test
    @Tag("vrrp-case-52")
    void aStormOfReloadsDoesNotInterruptWhatStays() throws IOException {
        InetAddress stays = TestLan.address("10.99.0.50");
        try (TestNode node = new TestNode(a, storm(0))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(stays));
            try (Removals removals = new Removals(a, stays)) {
                for (int i = 1; i <= 100; i++) {
                    node.routers().reload(List.of(storm(i)));
                }
                Await.until("the last is in force", SOON, () -> virtual(a).size() == 1 + 100 % 7);
                assertThat(removals.seen())
                        .as("how often the address that stays was away")
                        .isZero();
            }
            assertThat(node.counter("became_active")).isEqualTo(1);
            assertThat(node.state()).isEqualTo(State.ACTIVE);
        }
    }

    /** The kernel's own account of how often an address was taken off. */
    private static final class Removals implements AutoCloseable {
        private final io.tandem.vrrp.netlink.LinkEvents events;
        private final InetAddress address;
        private int seen;

        Removals(TestLan.Host host, InetAddress address) throws IOException {
            this.address = address;
            events = host.namespace().run(io.tandem.vrrp.netlink.LinkEvents::new);
        }

        int seen() {
            events.read(new io.tandem.vrrp.netlink.LinkEvents.Listener() {
                @Override
                public void linkChanged(io.tandem.vrrp.netlink.Link link) {}

                @Override
                public void linkRemoved(io.tandem.vrrp.netlink.Link link) {}

                @Override
                public void addressAdded(AddressEntry entry) {}

                @Override
                public void addressRemoved(AddressEntry entry) {
                    seen += entry.address().equals(address) ? 1 : 0;
                }

                @Override
                public void overrun() {
                    throw new IllegalStateException("overrun");
                }
            });
            return seen;
        }

        @Override
        public void close() {
            events.close();
        }
    }

    private static boolean all(TestNode node, State state) {
        return node.routers().status().stream().allMatch(status -> status.state() == state);
    }

    private static VirtualRouterConfig storm(int round) {
        List<VirtualAddress> addresses = new ArrayList<>();
        addresses.add(new VirtualAddress(TestLan.address("10.99.0.50"), 32, null, null, 0));
        for (int i = 0; i < round % 7; i++) {
            addresses.add(new VirtualAddress(TestLan.address("10.99.1." + i), 32, null, null, 0));
        }
        return builder(51, null).addresses(addresses).build();
    }

    private static VirtualRouterConfig[] routers(int priority) {
        VirtualRouterConfig[] routers = new VirtualRouterConfig[250];
        for (int i = 0; i < routers.length; i++) {
            routers[i] = builder(i + 1, null)
                    .priority(priority)
                    .advertInterval(Duration.ofSeconds(1))
                    .addresses(List.of(new VirtualAddress(TestLan.address("10.99.2." + i), 32, null, null, 0)))
                    .build();
        }
        return routers;
    }

    private static List<VirtualAddress> addresses(int count) {
        List<VirtualAddress> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addresses.add(new VirtualAddress(TestLan.address("10.99.2." + i), 32, null, null, 0));
        }
        return addresses;
    }

    private static VirtualRouterConfigBuilder builder(int vrid, @Nullable OwnInterface own) {
        return new VirtualRouterConfigBuilder("VI_" + vrid, "eth0", vrid)
                .version(3)
                .priority(150)
                .advertInterval(Duration.ofMillis(50))
                .ownInterface(own);
    }

    /** The virtual addresses that the host has. */
    private static List<InetAddress> virtual(TestLan.Host host) {
        try {
            return host.netlink().addresses().list().stream()
                    .map(AddressEntry::address)
                    .filter(address -> address.getHostAddress().matches("10\\.99\\.(?:[12]\\..*|0\\.50)"))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static EventLog silent() {
        return new EventLog() {
            @Override
            public void info(String line) {}

            @Override
            public void warning(String line) {}
        };
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.ClusterConfig;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes with a liveness link; advertisements only every second, so that what is quick is the link's doing. */
@Timeout(60)
class LivenessLinksTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String SECRET = "a secret of sixteen bytes or more";

    @Test
    void aPlannedStopHandsOverMakeBeforeBreak() throws IOException {
        try (TestNode low = new TestNode(b, TestLan.cluster("b"), SECRET, router(100));
                TestNode high = new TestNode(a, TestLan.cluster("a"), SECRET, router(150))) {
            settle(high, low);

            high.routers().stop(5_000);

            assertThat(high.state()).isEqualTo(State.INITIALIZE);
            assertThat(high.log).anyMatch(line -> line.contains("to=INITIALIZE reason=handed-over peer=10.99.0.12"));
            assertThat(low.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-releasing peer=10.99.0.11"));
            assertThat(a.holds(VIRTUAL)).isFalse();
            assertThat(b.holds(VIRTUAL)).isTrue();
        }
    }

    @Test
    void aFaultOnTheActiveNodeIsTakenOverWithinMillisecondsNotSeconds() throws IOException {
        try (TestNode low = new TestNode(b, TestLan.cluster("b"), SECRET, router(100));
                TestNode high = new TestNode(a, TestLan.cluster("a"), SECRET, router(150))) {
            settle(high, low);

            long before = System.nanoTime();
            high.routers().fault("proxy");
            Await.until("moved", SOON, () -> b.holds(VIRTUAL) && !a.holds(VIRTUAL));

            // Without the link it would wait for 610 ms after the last advertisement.
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(600));
            assertThat(low.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-stopped"));
            assertThat(high.state()).isEqualTo(State.FAULT);
        }
    }

    @Test
    void aSilentPeerIsTakenOverLongBeforeItsAdvertisementsAreMissed() throws IOException {
        try (TestNode low = new TestNode(b, TestLan.cluster("b"), SECRET, router(100));
                TestNode high = new TestNode(a, TestLan.cluster("a"), SECRET, router(150))) {
            settle(high, low);

            long before = System.nanoTime();
            lan.unplug("a");
            Await.until("taken over", SOON, () -> b.holds(VIRTUAL));

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(2500));
            assertThat(low.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-gone"));
            assertThat(low.log).anyMatch(line -> line.contains("liveness link peer=a state=down reason=silent"));
            lan.plug("a");
            Await.until("one holder again", SOON, () -> a.holds(VIRTUAL) != b.holds(VIRTUAL));
        }
    }

    @Test
    void aNodeThatSaidFarewellIsNotTakenForDead() throws IOException {
        try (TestNode high = new TestNode(a, TestLan.cluster("a"), SECRET, router(150))) {
            try (TestNode low = new TestNode(b, TestLan.cluster("b"), SECRET, router(100))) {
                settle(high, low);
            }
            Await.until("farewell", SOON, () -> high.log.stream()
                    .anyMatch(line -> line.contains("liveness link peer=b state=down reason=farewell")));
            assertThat(high.links().status().get(0).losses()).isZero();
        }
    }

    @Test
    void aWrongSecretIsRefusedLoggedOnceAndCountedOnBothSides() throws IOException {
        try (TestNode low = new TestNode(b, TestLan.cluster("b"), "another secret of the same length", router(100));
                TestNode high = new TestNode(a, TestLan.cluster("a"), SECRET, router(150))) {
            Await.until(
                    "counted",
                    SOON,
                    () -> high.links().status().get(0).refused() >= 2
                            && low.links().status().get(0).refused() >= 2);

            assertThat(high.log)
                    .filteredOn(line -> line.contains("liveness refused"))
                    .hasSize(1);
            assertThat(low.log)
                    .filteredOn(line -> line.contains("liveness refused"))
                    .hasSize(1);
            assertThat(String.join("", high.log)).doesNotContain(SECRET);
            assertThat(high.links().status().get(0).state()).isNotEqualTo("up");
        }
    }

    @Test
    void overTwoNetworksTheLossOfOneIsSaidAndMovesNothing() throws IOException {
        lan.addSecond("a", 11);
        lan.addSecond("b", 12);
        try (TestNode low = new TestNode(b, twoNetworks("b"), SECRET, router(100));
                TestNode high = new TestNode(a, twoNetworks("a"), SECRET, router(150))) {
            settle(high, low);
            Await.until("both ways are up", SOON, () -> ways(high).allMatch(way -> way.endsWith(" up")));

            lan.unplug("a2");

            Await.until("said", SOON, () -> high.log.stream()
                    .anyMatch(line -> line.contains("liveness link peer=b address=10.98.0.12 state=")
                            && (line.contains("silent") || line.contains("network-lost"))));
            assertThat(high.state()).isEqualTo(State.ACTIVE);
            assertThat(low.state()).isEqualTo(State.BACKUP);
            assertThat(high.links().status().get(0).losses()).isZero();
        }
    }

    @Test
    void aLostLinkIsToldByTheOtherNetworkAtOnce() throws IOException {
        lan.addSecond("a", 11);
        lan.addSecond("b", 12);
        try (TestNode low = new TestNode(b, twoNetworks("b"), SECRET, router(100));
                TestNode high = new TestNode(a, twoNetworks("a"), SECRET, router(150))) {
            settle(high, low);
            Await.until("both ways are up", SOON, () -> ways(high).allMatch(way -> way.endsWith(" up")));

            long before = System.nanoTime();
            lan.cut("a");
            Await.until("moved", SOON, () -> b.holds(VIRTUAL));

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(2500));
            assertThat(low.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-releasing peer=10.99.0.11"));
            assertThat(high.log).anyMatch(line -> line.contains("to=FAULT reason=fault cause=link-down"));
        }
    }

    @Test
    void aPeerWithTheAddressesGivesThemWhenItIsAsked() throws IOException {
        try (TestNode low = new TestNode(b, TestLan.cluster("b"), SECRET, router(100));
                TestNode high = new TestNode(a, TestLan.cluster("a"), SECRET, router(150))) {
            settle(high, low);

            assertThat(low.routers().take("VI_1")).isEmpty();

            Await.until("given", SOON, () -> b.holds(VIRTUAL) && !a.holds(VIRTUAL));
            assertThat(low.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-releasing"));
            // It does not take back what it was asked for, although its priority is higher.
            assertThat(high.log).anyMatch(line -> line.contains("to=BACKUP reason=handed-over"));
        }
    }

    @Test
    void strangersAndThoseWhoSayNothingAreRefusedBoundedAndCounted() throws Exception {
        TestLan.Host stranger = lan.add("c", 13);
        try (TestNode high = new TestNode(a, TestLan.cluster("a"), SECRET, router(150))) {
            InetSocketAddress door = new InetSocketAddress(TestLan.address("10.99.0.11"), 7801);
            Await.until("listening", SOON, () -> connects(b, door, 1) > 0);

            assertThat(connects(stranger, door, 20)).isPositive();
            Await.until("counted", SOON, () -> high.links().strangers() >= 20);
            // A member's address that opens and says nothing: two at a time, each for two seconds.
            List<Socket> silent = b.namespace().run(() -> open(door, 4));
            Await.until("half-open", SOON, () -> high.links().halfOpen() >= 2);
            for (Socket socket : silent) {
                socket.close();
            }

            assertThat(high.log)
                    .filteredOn(line -> line.contains("liveness stranger count="))
                    .hasSizeLessThan(4);
            assertThat(high.log).anyMatch(line -> line.contains("liveness half-open count=1 address=10.99.0.12"));
        }
    }

    @Test
    void oneWhoDripsItsOpeningIsCutOffInTimeAndKeepsNoPeerWaiting() throws Exception {
        try (TestNode high = new TestNode(a, TestLan.cluster("a"), SECRET, router(150))) {
            InetSocketAddress door = new InetSocketAddress(TestLan.address("10.99.0.11"), 7801);
            Await.until("listening", SOON, () -> connects(b, door, 1) > 0);
            long begunNs = System.nanoTime();
            try (Socket dripping = b.namespace().run(() -> open(door, 1)).get(0)) {
                assertThat(dripUntilRefused(dripping)).as("bytes it took").isBetween(1, 60);
            }
            assertThat(System.nanoTime() - begunNs)
                    .as("two seconds are all it gets")
                    .isBetween(1_500_000_000L, 10_000_000_000L);

            try (TestNode low = new TestNode(b, TestLan.cluster("b"), SECRET, router(100))) {
                settle(high, low);
            }
        }
    }

    /** Bytes that could be the beginning of an opening, ten a second. */
    private static int dripUntilRefused(Socket socket) throws InterruptedException {
        byte[] opening = {'T', 'N', 'D', '2'};
        int sent = 0;
        try {
            socket.setSoTimeout(100);
            while (sent < 200) {
                socket.getOutputStream().write(sent < opening.length ? opening[sent] : 0);
                sent++;
                try {
                    if (socket.getInputStream().read() < 0) {
                        return sent;
                    }
                } catch (SocketTimeoutException nothingYet) {
                    // the next byte
                }
            }
        } catch (IOException refused) {
            return sent;
        }
        return sent;
    }

    private static Stream<String> ways(TestNode node) {
        return node.links().status().get(0).ways().stream();
    }

    private static int connects(TestLan.Host from, InetSocketAddress to, int count) {
        try {
            return from.namespace().run(() -> {
                int made = 0;
                for (Socket socket : open(to, count)) {
                    made++;
                    socket.close();
                }
                return made;
            });
        } catch (IOException e) {
            return 0;
        }
    }

    private static List<Socket> open(InetSocketAddress to, int count) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket();
            socket.connect(to, 2000);
            sockets.add(socket);
        }
        return sockets;
    }

    private static ClusterConfig twoNetworks(String self) {
        return new ClusterConfig(
                "test",
                self,
                List.of(
                        new ClusterConfig.Member(
                                "a", TestLan.address("10.99.0.11"), List.of(TestLan.address("10.98.0.11"))),
                        new ClusterConfig.Member(
                                "b", TestLan.address("10.99.0.12"), List.of(TestLan.address("10.98.0.12")))),
                Path.of("unused"),
                7800,
                7801);
    }

    private static void settle(TestNode high, TestNode low) {
        Await.until(
                "high is active, low is backup, the link is up",
                SOON,
                () -> high.state() == State.ACTIVE
                        && low.state() == State.BACKUP
                        && high.links().status().get(0).state().equals("up")
                        && low.links().status().get(0).state().equals("up"));
        long sent = low.counter("adverts_received");
        Await.until("an advertisement heard", SOON, () -> low.counter("adverts_received") > sent);
    }

    private static VirtualRouterConfig router(int priority) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(800))
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)))
                .build();
    }
}

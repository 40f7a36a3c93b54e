// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.Privileges;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the guardian does for months between two transitions makes no garbage: no collection delays its timers. */
@Timeout(60)
class SteadyLoopTest {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int ADVERTS = 100;
    private static final int WINDOWS = 20;

    private TestLan lan;
    private TestLan.Host a;
    private TestLan.Host b;

    @BeforeEach
    void lan() throws IOException {
        Privileges.needRoot();
        lan = new TestLan();
        a = lan.add("a", 11);
        b = lan.add("b", 12);
    }

    @AfterEach
    void close() {
        if (lan != null) {
            lan.close();
        }
    }

    @Test
    void aHundredAdvertisementsAndTheHeartbeatsBetweenThemAllocateNothing() throws IOException {
        try (TestNode low = new TestNode(b, TestLan.cluster("b"), "a secret of sixteen bytes or more", router(100));
                TestNode high =
                        new TestNode(a, TestLan.cluster("a"), "a secret of sixteen bytes or more", router(150))) {
            Await.until(
                    "high is active and the links are up",
                    SOON,
                    () -> high.state() == State.ACTIVE
                            && low.state() == State.BACKUP
                            && high.links().status().get(0).state().equals("up")
                            && low.links().status().get(0).state().equals("up"));

            // Asked once: the question itself makes objects on the reactors' threads.
            long[] reactors = {high.reactorThread(), low.reactorThread()};

            // In the first windows code is still being linked; a transition of the machine's own making may come at any
            // time.
            long least = Long.MAX_VALUE;
            for (int i = 0; i < WINDOWS && least > 0; i++) {
                long before = allocated(reactors);
                hear(low);
                least = Math.min(least, allocated(reactors) - before);
            }

            assertThat(least).as("bytes that both reactors made").isZero();
        }
    }

    /** Until so many advertisements have been heard; the renewals of the address are among what happens meanwhile. */
    private static void hear(TestNode node) {
        long first = node.counter("adverts_received");
        Await.until("advertisements", SOON, () -> node.counter("adverts_received") - first >= ADVERTS);
    }

    private static long allocated(long... threads) {
        ThreadMXBean all = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(all.getThreadAllocatedBytes(threads)).sum();
    }

    private static VirtualRouterConfig router(int priority) throws IOException {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(10))
                .addresses(List.of(new VirtualAddress(InetAddress.getByName("10.99.0.50"), 32, null, null, 0)))
                .build();
    }
}

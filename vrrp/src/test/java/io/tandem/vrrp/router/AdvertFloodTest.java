// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.packet.AdvertisementEncoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred thousand bad advertisements a second: they cost little, and the good ones come through. */
@Timeout(90)
class AdvertFloodTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final InetAddress GROUP = TestLan.address("224.0.0.18");
    private static final InetAddress ATTACKER = TestLan.address("10.99.0.13");
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int PER_SECOND = 100_000;

    private TestLan.Host attacker;

    @BeforeEach
    void attacker() throws IOException {
        attacker = lan.add("c", 13);
    }

    @Test
    void aFloodWithAWrongTtlIsThrownAwayByTheKernel() throws IOException {
        VirtualRouterConfig router = router(3, 150, null);
        survive(router, router(3, 100, null), message(router(3, 255, null)), 64, Duration.ofSeconds(3), "ttl");
    }

    @Test
    void aFloodWithAWrongPasswordIsThrownAwayByTheKernel() throws IOException {
        survive(
                router(2, 150, "right"),
                router(2, 100, "right"),
                message(router(2, 255, "wrong")),
                255,
                Duration.ofSeconds(5),
                "password");
    }

    private void survive(
            VirtualRouterConfig high, VirtualRouterConfig low, byte[] bad, int ttl, Duration duration, String reason)
            throws IOException {
        Set<Long> before = reactors();
        try (TestNode active = new TestNode(a, high);
                TestNode backup = new TestNode(b, low)) {
            Await.until("elected", SOON, () -> active.state() == State.ACTIVE && backup.state() == State.BACKUP);
            Set<Long> own = reactors();
            own.removeAll(before);
            long sentBefore = active.counter("adverts_sent");
            long heardBefore = backup.counter("adverts_received");
            long flooded;
            double share;
            try (FloodSender flood = new FloodSender(attacker, ATTACKER, GROUP, ttl)) {
                flood.run(bad, PER_SECOND, Duration.ofMillis(300));
                long cpuNs = cpuNs(own);
                long startNs = System.nanoTime();
                flooded = flood.run(bad, PER_SECOND, duration);
                share = (double) (cpuNs(own) - cpuNs) / own.size() / (System.nanoTime() - startNs);
            }

            assertThat(flooded).as("sent").isGreaterThan(PER_SECOND / 4 * duration.toSeconds());
            System.out.printf(
                    "flood of %s: %d packets in %d s, %.1f %% of a core for each guardian%n",
                    reason, flooded, duration.toSeconds(), 100 * share);
            assertThat(share).as("of a core for a guardian").isLessThan(0.2);
            assertThat(active.counter("became_active")).isEqualTo(1);
            assertThat(backup.counter("became_active")).isZero();
            long sent = active.counter("adverts_sent") - sentBefore;
            assertThat(sent)
                    .as("its own advertisements")
                    .isGreaterThanOrEqualTo(duration.dividedBy(high.advertInterval()) - 2);
            assertThat(backup.counter("adverts_received") - heardBefore)
                    .as("of %d that were sent", sent)
                    .isGreaterThanOrEqualTo(sent * 8 / 10);
            assertThat(active.counter("drop_" + reason)).isGreaterThan(FloodWatch.FLOOD);
            assertThat(active.log)
                    .anyMatch(line -> line.contains("vrrp flood vrid=51 began action=filtered-by-kernel"));
            Await.until("it ends", SOON, () -> active.log.stream()
                    .anyMatch(line -> line.contains("vrrp flood vrid=51 ended")));
        }
    }

    private static byte[] message(VirtualRouterConfig router) {
        return new AdvertisementEncoder(AdvertisementFormat.of(router), ATTACKER, GROUP)
                .encode(255)
                .clone();
    }

    private static VirtualRouterConfig router(int version, int priority, @Nullable String password) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(version)
                .priority(priority)
                .advertInterval(version == 2 ? Duration.ofSeconds(1) : Duration.ofMillis(100))
                .password(password)
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)))
                .build();
    }

    private static long cpuNs(Set<Long> threads) {
        ThreadMXBean all = ManagementFactory.getThreadMXBean();
        return threads.stream().mapToLong(all::getThreadCpuTime).sum();
    }

    private static Set<Long> reactors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("reactor"))
                .map(Thread::getId)
                .collect(Collectors.toSet());
    }
}

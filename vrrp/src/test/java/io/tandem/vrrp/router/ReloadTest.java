// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A reload is a difference: what did not change goes on as if nothing had happened. */
@Timeout(120)
class ReloadTest extends OnLan {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void advertisementsNeverStopAndNothingMovesThatDidNotChange() throws IOException {
        VirtualRouterConfig kept = router(1, 200, Notify.NONE);
        VirtualRouterConfig changing = router(2, 200, Notify.NONE);
        try (TestNode node = new TestNode(a, kept, changing);
                TestNode other = new TestNode(b, router(1, 100, Notify.NONE), router(2, 100, Notify.NONE))) {
            Await.until("active", SOON, () -> states(node, State.ACTIVE) == 2);
            Await.until("backup", SOON, () -> states(other, State.BACKUP) == 2);
            Map<String, Long> before = node.status("V1").counters();

            for (int i = 0; i < 20; i++) {
                Script script = new Script(List.of("/bin/true", Integer.toString(i)), null, null);
                VirtualRouterConfig next =
                        router(2, 150 + i, new Notify(Map.of(Moment.MASTER, script), null, false, false, false));
                node.routers()
                        .reload(i % 2 == 0 ? List.of(kept, next, router(3, 90, Notify.NONE)) : List.of(next, kept));
                long sent = sent(node);
                Await.until("it advertises", SOON, () -> sent(node) >= sent + 2);
            }

            assertThat(node.status("V1").counters()).containsEntry("became_active", 1L);
            assertThat(node.status("V2").counters()).containsEntry("became_active", 1L);
            assertThat(node.status("V2").priority()).isEqualTo(169);
            assertThat(other.log).noneMatch(line -> line.contains("to=ACTIVE"));
            assertThat(node.status("V1").counters().get("address_conflicts"))
                    .isEqualTo(before.get("address_conflicts"));
            assertThat(a.holds(address(1))).isTrue();
            assertThat(a.holds(address(2))).isTrue();
            Await.until("what is gone has no address", SOON, () -> !a.holds(address(3)));
        }
    }

    private static long sent(TestNode node) {
        return node.status("V1").counters().getOrDefault("adverts_sent", 0L);
    }

    private static long states(TestNode node, State state) {
        return node.routers().status().stream()
                .filter(status -> status.state() == state)
                .count();
    }

    private static InetAddress address(int number) {
        return TestLan.address("10.99.0." + (50 + number));
    }

    private static VirtualRouterConfig router(int number, int priority, Notify notify) {
        return new VirtualRouterConfigBuilder("V" + number, "eth0", 50 + number)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(300))
                .addresses(List.of(new VirtualAddress(address(number), 32, null, null, 0)))
                .scripts(notify)
                .build();
    }
}

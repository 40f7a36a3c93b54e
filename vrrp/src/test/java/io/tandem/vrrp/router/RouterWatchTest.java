// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.Warning;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RouterWatchTest {
    private static final long SECOND = 1_000_000_000L;
    private static final InetAddress IMPOSTOR = TestLan.address("10.99.0.66");
    private static final VirtualRouterConfig ROUTER = new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
            .version(3)
            .advertInterval(Duration.ofMillis(100))
            .build();

    private final RouterWatch watch = new RouterWatch();

    @Test
    void anImpostorIsAnAlarmForAsLongAsItIsHeard() {
        assertThat(watch.stranger(ROUTER, 0)).isNull();

        watch.onStranger(Warning.UNKNOWN_OWNER, IMPOSTOR, 0);
        for (long now = 0; now < 60 * SECOND; now += SECOND) {
            watch.heard(IMPOSTOR, now);
            assertThat(watch.stranger(ROUTER, now)).isEqualTo("is=unknown-owner peer=10.99.0.66");
        }

        assertThat(watch.stranger(ROUTER, 60 * SECOND)).isNotNull();
        watch.heard(TestLan.address("10.99.0.11"), 61 * SECOND);
        assertThat(watch.stranger(ROUTER, 61 * SECOND)).isNull();
    }
}

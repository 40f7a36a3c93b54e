// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VrrpGlobals.LinkDelay;
import io.tandem.vrrp.netlink.Link;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** News of an interface that bounces is held back, and forgotten where nothing has changed in the end. */
class LinkDelaysTest {
    private static final long MS = 1_000_000L;
    private static final int USABLE = 0x10001;

    private final List<String> heeded = new ArrayList<>();
    private final LinkDelays delays =
            new LinkDelays((link, nowNs) -> heeded.add((link.isUsable() ? "up " : "down ") + nowNs / MS));

    LinkDelaysTest() {
        delays.use(List.of(new LinkDelay("eth0", Duration.ofMillis(100), Duration.ofMillis(300))));
        assertThat(news(true, 0)).as("the first is no change").isTrue();
    }

    @Test
    void whatComesBackInTimeWasNeverAway() {
        assertThat(news(false, 10)).isFalse();
        assertThat(news(true, 100)).isTrue();

        assertThat(delays.nextWakeNs()).isEqualTo(Reactor.NEVER);
        delays.onTime(500 * MS);
        assertThat(heeded).isEmpty();
    }

    @Test
    void whatStaysDownIsHeededWhenItHasBeenForLongEnoughHoweverOftenItIsSaid() {
        news(false, 10);
        assertThat(news(false, 60)).isFalse();

        assertThat(delays.nextWakeNs()).isEqualTo(110 * MS);
        delays.onTime(109 * MS);
        assertThat(heeded).isEmpty();
        delays.onTime(110 * MS);
        assertThat(heeded).containsExactly("down 110");
    }

    @Test
    void itsReturnHasADelayOfItsOwn() {
        news(false, 0);
        delays.onTime(100 * MS);
        assertThat(news(true, 200)).isFalse();
        delays.onTime(499 * MS);
        assertThat(heeded).hasSize(1);
        delays.onTime(500 * MS);
        assertThat(heeded).containsExactly("down 100", "up 500");
    }

    @Test
    void othersAreHeededAtOnceAndSoIsOneThatWasForgotten() {
        assertThat(delays.letsThrough(link("eth1", false), 0)).isTrue();
        news(false, 0);
        delays.forget("eth0");
        assertThat(delays.nextWakeNs()).isEqualTo(Reactor.NEVER);
        assertThat(news(false, 1)).isTrue();
    }

    @Test
    void aReloadKeepsWhatIsHeldBackAndCanEndIt() {
        news(false, 0);
        delays.use(List.of(new LinkDelay("eth0", Duration.ofMillis(200), Duration.ZERO)));
        delays.onTime(100 * MS);
        assertThat(heeded).containsExactly("down 100");
        assertThat(news(true, 150)).as("no delay any more").isTrue();
    }

    private boolean news(boolean usable, long ms) {
        return delays.letsThrough(link("eth0", usable), ms * MS);
    }

    private static Link link(String name, boolean usable) {
        return new Link(3, name, usable ? USABLE : 1, "02:00:00:00:00:01", 1500, 0, 0, "", false, "veth");
    }
}

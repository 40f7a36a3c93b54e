// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TicketKeysTest {
    @Test
    void aNewKeySealsOnceTheOldOneIsTwelveHoursOld() {
        TicketKeys keys = new TicketKeys();
        TicketKeys.Key first = keys.sealing();
        long nowNs = System.nanoTime();

        keys.renew(nowNs + TimeUnit.HOURS.toNanos(11));
        assertThat(keys.sealing()).isSameAs(first);
        keys.renew(nowNs + TimeUnit.HOURS.toNanos(13));
        TicketKeys.Key second = keys.sealing();
        assertThat(second).isNotSameAs(first);
        keys.renew(nowNs + TimeUnit.HOURS.toNanos(14));
        assertThat(keys.sealing()).as("an hour old").isSameAs(second);
    }

    @Test
    void keysThatWereGivenAreNotChanged() {
        TicketKeys keys = new TicketKeys();
        TicketKeys.Key given = TicketKeys.random(new SecureRandom());
        keys.replace(List.of(given));

        keys.renew(System.nanoTime() + TimeUnit.DAYS.toNanos(400));

        assertThat(keys.sealing()).isSameAs(given);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The pace of announcements. */
class OutletTest {
    private static final long MS = 1_000_000L;

    @Test
    void messagesOfOneKindFollowEachOtherNoFasterThanThePaceAllows() {
        Pacer pacer = new Pacer();

        assertThat(pacer.take(true, 10 * MS, 1000 * MS)).isTrue();
        assertThat(pacer.take(true, 10 * MS, 1009 * MS)).isFalse();
        assertThat(pacer.freeAtNs(true)).isEqualTo(1010 * MS);
        assertThat(pacer.take(true, 10 * MS, 1010 * MS)).isTrue();
    }

    @Test
    void arpAndNeighborAdvertisementsHavePacesOfTheirOwn() {
        Pacer pacer = new Pacer();

        assertThat(pacer.take(true, 10 * MS, 0)).isTrue();
        assertThat(pacer.take(false, 50 * MS, 0)).isTrue();
        assertThat(pacer.take(false, 50 * MS, 20 * MS)).isFalse();
        assertThat(pacer.take(true, 10 * MS, 20 * MS)).isTrue();
    }

    @Test
    void interfacesBehindOneSwitchShareAPace() {
        Pacer.All all = new Pacer.All();

        assertThat(all.of("group switch1")).isSameAs(all.of("group switch1"));
        assertThat(all.of("eth0")).isNotSameAs(all.of("eth1"));
    }
}

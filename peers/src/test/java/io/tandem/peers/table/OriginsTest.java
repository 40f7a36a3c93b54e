// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OriginsTest {
    @Test
    void aNodeThatStartsAgainAndAgainFindsAPlaceAndLivesWithCellsKeepTheirs() {
        Origins origins = new Origins();
        int counted = origins.register(1, 1);
        origins.countCell(counted, 1);
        int living = origins.register(1, 2);
        origins.setLive(living, true);
        for (long life = 3; life < 3 * Origins.MAX; life++) {
            assertThat(origins.register(2, life)).isNotEqualTo(Origins.NONE);
        }

        assertThat(origins.find(1, 1)).isEqualTo(counted);
        assertThat(origins.find(1, 2)).isEqualTo(living);
        assertThat(origins.count()).isEqualTo(Origins.MAX);
    }
}

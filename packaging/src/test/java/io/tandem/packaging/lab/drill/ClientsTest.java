// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientsTest {
    private final Clients clients = new Clients(new Random(1));

    @Test
    void onlyClientsAnsweredBeforeTheTimeCountLatestFirst() {
        for (int i = 0; i < 5; i++) {
            clients.answered(clients.createName(), "web1", i * 10L);
        }
        assertThat(clients.knownBefore(30, 2)).extracting(Clients.Known::name).containsExactly("client-2", "client-1");
    }

    @Test
    void aClientThatWasMovedKnowsItsNewServerFromThenOn() {
        clients.answered(clients.createName(), "web1", 0);
        clients.moved(clients.knownBefore(1, 1).get(0), "web3");
        assertThat(clients.knownBefore(1, 1)).containsExactly(new Clients.Known("client-0", "web3", 0));
    }

    @Test
    void nobodyIsKnownBeforeTheFirstAnswer() {
        assertThat(clients.anyKnown()).isEmpty();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.frontend.http.Request;
import org.junit.jupiter.api.Test;

final class FactsTest {
    private final Facts exchange = new ExchangeByHand(
                    LoadedText.of("listen raw\n mode tcp\n bind 127.0.0.1:1\n server s 127.0.0.1:2\n"), "raw")
            .facts;

    private Facts session() {
        return new Facts(exchange.loop, exchange.scratch, exchange.configuration, exchange.frontend);
    }

    @Test
    void whatOneTcpSessionReadsAsRequestIsNotSeenByAnother() {
        Facts first = session();
        Facts second = session();
        assertThat(first.request).as("silent sessions share one").isSameAs(second.request);

        first.ownRequest();

        Request own = first.request;
        assertThat(own).isNotSameAs(second.request);
        first.ownRequest();
        assertThat(first.request).as("it keeps its own").isSameAs(own);
    }
}

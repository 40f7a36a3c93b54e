// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;

/**
 * {@code pool-conn-name} (HAProxy 3.1): requests for which the expression yields the same may use each other's idle connections. It
 * stands in for the name that TLS asks for.
 */
record PoolName(Expression name) implements ConnectionProperty {
    private static final int TAG = 9;

    @Override
    public void addTo(ConnectionKey key, Facts facts) {
        facts.scratch.reset();
        Sample value = facts.scratch.value;
        if (name.evaluateAs(SampleType.STRING, facts, value)) {
            key.add(TAG, value.bytes, value.start, value.end);
        }
    }
}

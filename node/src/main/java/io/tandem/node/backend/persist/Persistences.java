// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import io.tandem.node.backend.Persistence;
import io.tandem.node.backend.Server;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** Two ways to persist: the first one that knows a server decides, both learn. */
record Persistences(Persistence first, Persistence second) implements Persistence {
    static Persistence join(Persistence first, Persistence second) {
        return first == NONE ? second : second == NONE ? first : new Persistences(first, second);
    }

    @Override
    public @Nullable Server serverFor(Facts facts) {
        Server server = first.serverFor(facts);
        return server != null ? server : second.serverFor(facts);
    }

    @Override
    public void onServerChosen(Facts facts) {
        first.onServerChosen(facts);
        second.onServerChosen(facts);
    }

    @Override
    public void onResponse(Facts facts) {
        first.onResponse(facts);
        second.onResponse(facts);
    }
}

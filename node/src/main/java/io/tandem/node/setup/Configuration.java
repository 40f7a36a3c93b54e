// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Drafts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One loaded configuration: what an exchange sees from its first byte to its last, whatever is reloaded meanwhile.
 *
 * @param generation counts loads, from 1
 * @param node the process it is for
 * @param frontends in file order
 * @param backends in file order
 * @param drafts what was read: the settings of sections that are no proxies, for whoever starts them
 * @param commits what takes effect with it, in order; emptied by {@link #commit}
 * @param lifetime how long it is in use
 */
public record Configuration(
        int generation,
        NodeRuntime node,
        List<Frontend> frontends,
        List<Backend> backends,
        Drafts drafts,
        List<Runnable> commits,
        Lifetime lifetime) {
    public Configuration {
        commits = new ArrayList<>(commits);
        frontends = List.copyOf(frontends);
        backends = List.copyOf(backends);
    }

    /**
     * Lets take effect what is to take effect with it. Once, by boot; what is done is forgotten, for it knows the
     * configuration before, and that one its own.
     */
    public void commit() {
        commits.forEach(Runnable::run);
        commits.clear();
    }

    /** Sessions of all frontends now. */
    public long openSessions() {
        long sum = 0;
        for (int i = 0; i < frontends.size(); i++) {
            sum += frontends.get(i).meters().current();
        }
        return sum;
    }

    public Optional<Frontend> frontend(String name) {
        return frontends.stream().filter(f -> f.name().equals(name)).findFirst();
    }

    public Optional<Backend> backend(String name) {
        return backends.stream().filter(b -> b.name().equals(name)).findFirst();
    }
}

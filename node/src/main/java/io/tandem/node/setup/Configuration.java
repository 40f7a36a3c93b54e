// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Drafts;
import io.tandem.node.observe.EventLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One loaded configuration: what an exchange sees from its first byte to its last, whatever is reloaded meanwhile.
 */
public final class Configuration {
    private final int generation;
    private final NodeRuntime node;
    private final List<Frontend> frontends;
    private final List<Frontend> receivers;
    private final List<Backend> backends;
    private final Map<String, Frontend> frontendsByName = new HashMap<>();
    private final Map<String, Backend> backendsByName = new HashMap<>();
    private final Drafts drafts;
    private final List<Runnable> commits;
    private final Lifetime lifetime;

    /**
     * @param generation counts loads, from 1
     * @param node the process it is for
     * @param frontends in file order
     * @param receivers what listens and is no proxy: log forwarders
     * @param backends in file order
     * @param drafts what was read: the settings of sections that are no proxies, for whoever starts them
     * @param commits what takes effect with it, in order; emptied by {@link #commit}
     * @param lifetime how long it is in use
     */
    public Configuration(
            int generation,
            NodeRuntime node,
            List<Frontend> frontends,
            List<Frontend> receivers,
            List<Backend> backends,
            Drafts drafts,
            List<Runnable> commits,
            Lifetime lifetime) {
        this.generation = generation;
        this.node = node;
        this.frontends = List.copyOf(frontends);
        this.receivers = List.copyOf(receivers);
        this.backends = List.copyOf(backends);
        this.drafts = drafts;
        this.commits = new ArrayList<>(commits);
        this.lifetime = lifetime;
        frontends.forEach(frontend -> frontendsByName.putIfAbsent(frontend.name(), frontend));
        backends.forEach(backend -> backendsByName.putIfAbsent(backend.name(), backend));
    }

    public int generation() {
        return generation;
    }

    public NodeRuntime node() {
        return node;
    }

    /** In file order. */
    public List<Frontend> frontends() {
        return frontends;
    }

    /** What listens and is no proxy: log forwarders. */
    public List<Frontend> receivers() {
        return receivers;
    }

    /** In file order. */
    public List<Backend> backends() {
        return backends;
    }

    public Drafts drafts() {
        return drafts;
    }

    public Lifetime lifetime() {
        return lifetime;
    }

    /**
     * Lets take effect what is to take effect with it. Once, by boot; what is done is forgotten, for it knows the
     * configuration before, and that one its own. At a reload what fails is told and the rest is done all the same: half a
     * configuration would be neither the one nor the other.
     */
    public void commit() {
        for (Runnable commit : commits) {
            try {
                commit.run();
            } catch (RuntimeException e) {
                if (generation == 1) {
                    throw e;
                }
                node.events().tell(EventLog.Level.ALERT, null, "internal error: a part of the new configuration: " + e);
            }
        }
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
        return Optional.ofNullable(frontendsByName.get(name));
    }

    public Optional<Backend> backend(String name) {
        return Optional.ofNullable(backendsByName.get(name));
    }
}

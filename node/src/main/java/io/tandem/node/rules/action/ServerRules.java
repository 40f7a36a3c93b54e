// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.backend.Persistence;
import io.tandem.node.backend.Server;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a backend's {@code use-server}, {@code force-persist} and {@code ignore-persist} rules say, in front of its cookies
 * and stick tables: those are still read, so that what the server must not see is taken out, but they do not decide.
 *
 * @param persistToDown {@code option persist}
 * @param inner the backend's other ways to persist
 */
record ServerRules(
        List<Use> uses, List<Persist> persists, List<Server> servers, boolean persistToDown, Persistence inner)
        implements Persistence {
    /**
     * A {@code use-server} line.
     *
     * @param server null where the name is made at run time
     * @param text the name, or its format, as it was written
     */
    record Use(Condition condition, @Nullable Server server, Format name, String text) {}

    /** @param forced whether it is {@code force-persist}, and not {@code ignore-persist} */
    record Persist(Condition condition, boolean forced) {}

    @Override
    public @Nullable Server serverFor(Facts facts) {
        judgePersistence(facts);
        Server assigned = assigned(facts);
        facts.serverAssigned = assigned != null;
        Server persistent = inner.serverFor(facts);
        if (assigned == null) {
            return persistent;
        }
        facts.persistent = assigned; // no cookie is set for it
        return assigned;
    }

    private void judgePersistence(Facts facts) {
        for (int i = 0; i < persists.size(); i++) {
            Persist rule = persists.get(i);
            facts.scratch.reset();
            if (rule.condition().test(facts)) {
                facts.persistenceForced = rule.forced();
                facts.persistenceIgnored = !rule.forced();
                return;
            }
        }
    }

    private @Nullable Server assigned(Facts facts) {
        for (int i = 0; i < uses.size(); i++) {
            Use rule = uses.get(i);
            facts.scratch.reset();
            if (!rule.condition().test(facts)) {
                continue;
            }
            Server server = rule.server();
            if (server == null) {
                server = named(rule.name().render(facts));
                if (server == null) {
                    return null; // balancing decides, and no later rule
                }
            }
            if (persistToDown || facts.persistenceForced || server.state().isRunning()) {
                return server;
            }
        }
        return null;
    }

    private @Nullable Server named(Output name) {
        for (int i = 0; i < servers.size(); i++) {
            byte[] bytes = servers.get(i).nameBytes();
            if (bytes.length == name.length() && Text.equals(name.bytes(), 0, name.length(), bytes, false)) {
                return servers.get(i);
            }
        }
        return null;
    }

    @Override
    public void onServerChosen(Facts facts) {
        inner.onServerChosen(facts);
    }

    @Override
    public void onResponse(Facts facts) {
        inner.onResponse(facts);
    }
}

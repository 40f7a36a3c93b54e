// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import io.tandem.node.backend.Persistence;
import io.tandem.node.backend.Server;
import io.tandem.node.language.Mode;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.StickTables.Declared;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.TableKey;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.StickTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code stick on|match|store-request|store-response}: a table remembers the server of a key (HAProxy manual 4.2).
 *
 * <p>As with HAProxy, keys of requests are stored once the server has answered: one that does not is not what a client should
 * come back to. In mode tcp, where nothing tells an answer from other bytes, they are stored when the server is chosen, and a
 * redispatch stores the next one.
 */
final class StickPersistence implements Persistence {
    /** What a rule does. */
    enum Kind {
        ON(true, true, false),
        MATCH(true, false, false),
        STORE_REQUEST(false, true, false),
        STORE_RESPONSE(false, false, true);

        final boolean matches;
        final boolean storesRequest;
        final boolean storesResponse;

        Kind(boolean matches, boolean storesRequest, boolean storesResponse) {
            this.matches = matches;
            this.storesRequest = storesRequest;
            this.storesResponse = storesResponse;
        }
    }

    /** One line. */
    record Rule(Kind kind, Expression key, Condition condition, Declared declared) {}

    private final List<Rule> rules;
    private final List<Server> servers;
    private final boolean sendToDown;
    private final boolean http;

    StickPersistence(List<Rule> rules, List<Server> servers, boolean sendToDown, Mode mode) {
        this.rules = List.copyOf(rules);
        this.servers = List.copyOf(servers);
        this.sendToDown = sendToDown;
        http = mode == Mode.HTTP;
    }

    @Override
    public @Nullable Server serverFor(Facts facts) {
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (rule.kind().matches) {
                Server server = match(rule, facts);
                if (server != null) {
                    facts.persistent = server;
                    return server;
                }
            }
        }
        return null;
    }

    private @Nullable Server match(Rule rule, Facts facts) {
        StickTable table = rule.declared().table();
        if (table == null || !hasKey(rule, facts)) {
            return null;
        }
        long nowMs = nowMs(facts);
        int entry = TableKey.find(table, facts, facts.scratch.value, nowMs);
        if (entry == StickTable.NONE) {
            return null;
        }
        try {
            Server server = named(table.serverKey(entry, nowMs), table);
            if (server == null) {
                server = numbered(table, entry, nowMs);
            }
            return server != null
                            && (sendToDown
                                    || facts.persistenceForced
                                    || server.state().isRunning())
                    ? server
                    : null;
        } finally {
            table.release(entry);
        }
    }

    private @Nullable Server named(@Nullable String key, StickTable table) {
        if (key == null || key.isEmpty()) {
            return null;
        }
        for (int i = 0; i < servers.size(); i++) {
            if (key.equals(key(servers.get(i), table))) {
                return servers.get(i);
            }
        }
        return null;
    }

    private @Nullable Server numbered(StickTable table, int entry, long nowMs) {
        int field = table.field(DataType.SERVER_ID);
        long id = field == StickTable.NOT_STORED ? 0 : table.value(entry, field, nowMs);
        for (int i = 0; i < servers.size(); i++) {
            if (servers.get(i).description().id() == id) {
                return servers.get(i);
            }
        }
        return null;
    }

    private static String key(Server server, StickTable table) {
        return table.definition().serverKeyIsAddress() ? server.addressText() : server.name();
    }

    @Override
    public void onServerChosen(Facts facts) {
        if (!http) {
            store(facts, true);
        }
    }

    @Override
    public void onResponse(Facts facts) {
        if (http) {
            store(facts, true);
        }
        store(facts, false);
    }

    private void store(Facts facts, boolean request) {
        Server server = facts.server;
        if (server == null || server.description().nonStick()) {
            return;
        }
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            if (request ? rule.kind().storesRequest : rule.kind().storesResponse) {
                store(rule, server, facts);
            }
        }
    }

    private static void store(Rule rule, Server server, Facts facts) {
        StickTable table = rule.declared().table();
        if (table == null || !hasKey(rule, facts)) {
            return;
        }
        long nowMs = nowMs(facts);
        int entry = TableKey.findOrCreate(table, facts, facts.scratch.value, nowMs);
        if (entry != StickTable.NONE) {
            int field = table.field(DataType.SERVER_ID);
            int id = server.description().id();
            if (field != StickTable.NOT_STORED && table.value(entry, field, nowMs) != id) {
                table.set(entry, field, id, nowMs);
            }
            table.setServerKey(entry, key(server, table), nowMs);
            table.release(entry);
        }
    }

    private static boolean hasKey(Rule rule, Facts facts) {
        facts.scratch.reset();
        Sample value = facts.scratch.value;
        return rule.condition().test(facts) && rule.key().evaluate(facts, value);
    }

    private static long nowMs(Facts facts) {
        return facts.loop.nowNs() / 1_000_000;
    }
}

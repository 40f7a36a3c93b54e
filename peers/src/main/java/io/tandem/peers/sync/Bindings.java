// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import io.tandem.peers.table.StickTable;
import io.tandem.peers.table.TableCells;
import io.tandem.peers.table.Tables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which local table the cells of a remote schema go to. Definitions are known by their content, so equal ones need no
 * announcement. Any thread.
 */
final class Bindings {
    private static final int MAX_REMOTE = 1024;

    /** A shared table of this node. */
    record Local(long id, Schema schema, TableCells cells) {}

    /** How cells of a schema are read. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Binding(Schema schema, int[] places, TableCells cells) {}

    private final Tables tables;
    private final Map<Long, Schema> remote = new HashMap<>();
    private Map<Long, Binding> bound = new HashMap<>();
    private volatile List<Local> local = List.of(); // written under the lock
    private int generation = -1;
    private final TreeSet<String> mismatches = new TreeSet<>();

    Bindings(Tables tables) {
        this.tables = tables;
    }

    /** This node's shared tables, as they are declared now. */
    List<Local> local() {
        refresh();
        return local;
    }

    /** Null when cells of that schema cannot be taken. */
    synchronized @Nullable Binding find(long id) {
        refresh();
        return bound.computeIfAbsent(id, this::bind);
    }

    /** Why {@link #find} answered null. */
    synchronized DecodeFailure whyNot(long id) {
        Schema theirs = remote.get(id);
        return theirs != null && localOf(theirs.name()) != null
                ? DecodeFailure.DEFINITION_MISMATCH
                : DecodeFailure.UNKNOWN_TABLE;
    }

    /** Takes note of the tables a member has; answers names of those that newly turn out not to fit. */
    synchronized List<String> learn(String member, List<Schema> schemas) {
        refresh();
        List<String> news = new ArrayList<>();
        for (Schema schema : schemas) {
            if (remote.size() < MAX_REMOTE) {
                remote.put(schema.id(), schema);
            }
            Local ours = localOf(schema.name());
            if (ours == null) {
                note("table " + schema.name() + " of " + member + " is not shared here", news);
            } else if (ours.schema().mapOf(schema) == null) {
                note(
                        "table " + schema.name() + " of " + member
                                + " differs in key type, key length or rate period: not learned",
                        news);
            } else if (!ours.schema().equals(schema)) {
                note(
                        "table " + schema.name() + " of " + member
                                + " stores other data: only what both store is shared",
                        news);
            }
        }
        return news;
    }

    private void note(String text, List<String> news) {
        if (mismatches.size() < MAX_REMOTE && mismatches.add(text)) {
            news.add(text);
        }
    }

    /** One sentence for each table that does not fit. */
    synchronized List<String> mismatches() {
        return List.copyOf(mismatches);
    }

    private @Nullable Binding bind(long id) {
        for (Local ours : local) {
            if (ours.id() == id) {
                int[] places = ours.schema().mapOf(ours.schema());
                return places == null ? null : new Binding(ours.schema(), places, ours.cells());
            }
        }
        Schema theirs = remote.get(id);
        Local ours = theirs == null ? null : localOf(theirs.name());
        int[] places = theirs == null || ours == null ? null : ours.schema().mapOf(theirs);
        return theirs == null || ours == null || places == null ? null : new Binding(theirs, places, ours.cells());
    }

    private @Nullable Local localOf(String name) {
        for (Local ours : local) {
            if (ours.schema().name().equals(name)) {
                return ours;
            }
        }
        return null;
    }

    /** After a reload the tables may be others. */
    private void refresh() {
        if (generation == tables.generation()) {
            return;
        }
        synchronized (this) {
            int now = tables.generation();
            List<Local> fresh = new ArrayList<>();
            for (StickTable table : tables.all()) {
                if (table.definition().shared()) {
                    Schema schema = Schema.of(table.definition());
                    fresh.add(new Local(schema.id(), schema, table.cells()));
                }
            }
            local = List.copyOf(fresh);
            bound = new HashMap<>();
            mismatches.clear();
            generation = now;
        }
    }
}

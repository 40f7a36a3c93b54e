// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.integer;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Tracking;
import io.tandem.node.rules.sample.Parameter.Kind;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.StickTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fetches on stick tables: of tracked entries, of the client's address, of whole tables (HAProxy manual 7.3.3). */
final class TableFetches {
    static final List<Keyword<FetchKind>> ALL = all();

    private TableFetches() {}

    private static List<Keyword<FetchKind>> all() {
        List<Keyword<FetchKind>> all = new ArrayList<>();
        for (TableField field : TableField.ALL) {
            all.add(tracked(field, -1));
            if (!field.element()) {
                for (int slot = 0; slot < Tracking.SLOTS; slot++) {
                    all.add(tracked(field, slot));
                }
            }
            all.add(ofSource(field));
        }
        TableField.ALL.stream().filter(f -> f.name().equals("clr_gpc")).forEach(f -> all.add(tracked(f, 1)));
        for (int slot = -1; slot < Tracking.SLOTS; slot++) {
            all.add(isTracked(slot));
            all.add(trackers(slot));
            all.add(key(slot));
        }
        all.add(fetch("src_updt_conn_cnt")
                .args(Parameter.of(Kind.TABLE))
                .returns(SampleType.INTEGER)
                .of(Need.CLIENT_ADDRESS)
                .doc("counts a connection of the client's address, and answers how many it has made")
                .as(TableFetches::updateConnections));
        all.add(fetch("table_avl")
                .args(Parameter.of(Kind.TABLE))
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc("entries the table has room for")
                .as(args -> ofTable(args.table(0), true)));
        all.add(fetch("table_cnt")
                .args(Parameter.of(Kind.TABLE))
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc("entries in the table")
                .as(args -> ofTable(args.table(0), false)));
        return List.copyOf(all);
    }

    private static long nowMs(Facts facts) {
        return facts.loop.nowNs() / 1_000_000;
    }

    private static Parameter[] parameters(boolean element, int slot) {
        List<Parameter> parameters = new ArrayList<>();
        if (element) {
            parameters.add(integer("index"));
        }
        if (slot < 0) {
            parameters.add(integer("counter"));
        }
        parameters.add(Parameter.optional(Kind.TABLE));
        return parameters.toArray(Parameter[]::new);
    }

    private static String name(int slot, String field) {
        return (slot < 0 ? "sc_" : "sc" + slot + "_") + field;
    }

    /** The counter asked for; one that there is not tracks nothing, which HAProxy says nothing about. */
    private static int slot(Args args, int index) {
        return args.integer(index, 0);
    }

    private static @Nullable StickTable table(Facts facts, int slot) {
        return slot < 0 ? null : facts.tracking.table(slot);
    }

    private static Keyword<FetchKind> tracked(TableField field, int fixedSlot) {
        return fetch(name(fixedSlot, field.name()))
                .args(parameters(field.element(), fixedSlot))
                .returns(SampleType.INTEGER)
                .of(field.kilo() ? Need.CLIENT_ADDRESS : Need.INTERNAL_STATE) // HAProxy's matrix makes this difference
                .doc("a value of the entry tracked by a counter, in its table or in another")
                .as(args -> {
                    int next = 0;
                    int element = field.element() ? args.integer(next++, 0) : 0;
                    int slot = fixedSlot >= 0 ? fixedSlot : slot(args, next++);
                    TableReference other = args.has(next) ? args.table(next) : null;
                    return (facts, out) -> read(facts, slot, other, field, element, out);
                });
    }

    private static boolean read(
            Facts facts, int slot, @Nullable TableReference other, TableField field, int element, Sample out) {
        StickTable table = table(facts, slot);
        if (table == null) {
            return false;
        }
        int entry = facts.tracking.entry(slot);
        StickTable elsewhere = other == null ? null : other.table();
        if (elsewhere == null || elsewhere == table) {
            return field.read(table, entry, element, nowMs(facts), out);
        }
        byte[] key = facts.scratch.key(table.definition().keyBytes());
        int length = table.key(entry, key);
        int found = elsewhere.find(key, 0, length, nowMs(facts));
        return readAndRelease(elsewhere, found, field, element, nowMs(facts), out);
    }

    private static boolean readAndRelease(
            StickTable table, int entry, TableField field, int element, long nowMs, Sample out) {
        if (entry == StickTable.NONE) {
            out.set(0);
            return true;
        }
        boolean stored = field.read(table, entry, element, nowMs, out);
        table.release(entry);
        return stored;
    }

    private static Keyword<FetchKind> ofSource(TableField field) {
        return fetch("src_" + field.name())
                .args(
                        field.element()
                                ? new Parameter[] {integer("index"), Parameter.of(Kind.TABLE)}
                                : new Parameter[] {Parameter.of(Kind.TABLE)})
                .returns(SampleType.INTEGER)
                .of(Need.CLIENT_ADDRESS)
                .doc("a value of the client's address in a table, 0 where it has no entry")
                .as(args -> {
                    int element = field.element() ? args.integer(0, 0) : 0;
                    TableReference reference = args.table(field.element() ? 1 : 0);
                    return (facts, out) -> {
                        StickTable table = reference.table();
                        if (table == null || !ConnectionFetches.address(facts.source, out)) {
                            return false;
                        }
                        long now = nowMs(facts);
                        int entry = field.effect() == TableField.Effect.INCREASE
                                ? TableKey.findOrCreate(table, facts, out, now)
                                : TableKey.find(table, facts, out, now);
                        return readAndRelease(table, entry, field, element, now, out);
                    };
                });
    }

    private static Fetch updateConnections(Args args) {
        TableReference reference = args.table(0);
        TableField counter = TableField.ALL.get(0);
        return (facts, out) -> {
            StickTable table = reference.table();
            if (table == null || !ConnectionFetches.address(facts.source, out)) {
                return false;
            }
            long now = nowMs(facts);
            int entry = TableKey.findOrCreate(table, facts, out, now);
            int field = table.field(counter.type());
            if (entry == StickTable.NONE || field == StickTable.NOT_STORED) {
                return false;
            }
            table.add(entry, field, 1, now);
            out.set(table.value(entry, field, now));
            table.release(entry);
            return true;
        };
    }

    private static Keyword<FetchKind> isTracked(int fixedSlot) {
        return fetch(name(fixedSlot, "tracked"))
                .args(parameters(false, fixedSlot))
                .returns(SampleType.BOOLEAN)
                .of(Need.INTERNAL_STATE)
                .doc("whether the counter tracks an entry")
                .as(args -> {
                    int slot = fixedSlot >= 0 ? fixedSlot : slot(args, 0);
                    return (facts, out) -> {
                        out.set(table(facts, slot) != null);
                        return true;
                    };
                });
    }

    private static Keyword<FetchKind> key(int fixedSlot) {
        return fetch(name(fixedSlot, "key"))
                .args(parameters(false, fixedSlot))
                .returns(SampleType.ANY)
                .of(Need.INTERNAL_STATE)
                .doc("the key of the entry that the counter tracks (HAProxy 3.3)")
                .as(args -> {
                    int slot = fixedSlot >= 0 ? fixedSlot : slot(args, 0);
                    return (facts, out) -> {
                        StickTable table = table(facts, slot);
                        return table != null && key(facts, table, facts.tracking.entry(slot), out);
                    };
                });
    }

    private static boolean key(Facts facts, StickTable table, int entry, Sample out) {
        byte[] key = facts.scratch.key(table.definition().keyBytes());
        int length = table.key(entry, key);
        KeyType type = table.definition().keyType();
        if (type == KeyType.INTEGER) {
            out.set(Text.int32(key, 0) & 0xFFFF_FFFFL);
        } else if (type == KeyType.IP) {
            out.ipv4(Text.int32(key, 0));
        } else if (facts.scratch.room() < length) {
            return false;
        } else {
            int at = facts.scratch.claim(length);
            System.arraycopy(key, 0, facts.scratch.bytes(), at, length);
            out.set(TableKey.type(type), facts.scratch.bytes(), at, at + length);
        }
        return true;
    }

    private static Keyword<FetchKind> trackers(int fixedSlot) {
        return fetch(name(fixedSlot, "trackers"))
                .args(parameters(false, fixedSlot))
                .returns(SampleType.INTEGER)
                .of(Need.INTERNAL_STATE)
                .doc("how many connections and exchanges track the same entry")
                .as(args -> {
                    int slot = fixedSlot >= 0 ? fixedSlot : slot(args, 0);
                    return (facts, out) -> {
                        StickTable table = table(facts, slot);
                        return table != null && InternalFetches.number(out, table.use(facts.tracking.entry(slot)));
                    };
                });
    }

    private static Fetch ofTable(TableReference reference, boolean free) {
        return (facts, out) -> {
            StickTable table = reference.table();
            return table != null && InternalFetches.number(out, free ? table.size() - table.used() : table.used());
        };
    }
}

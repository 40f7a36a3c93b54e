// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.integer;
import static io.tandem.node.rules.sample.Parameter.optionalInteger;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Parameter.Kind;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.StickTable;
import java.util.ArrayList;
import java.util.List;

/** Converters that look a key up in a stick table (HAProxy manual 7.3.1). */
final class TableConverters {
    /** Names without their {@code get_}, as {@code table_gpc0} has it; those that change the entry from HAProxy 3.0 on. */
    static final List<Keyword<ConverterKind>> ALL = all();

    private TableConverters() {}

    private static List<Keyword<ConverterKind>> all() {
        List<Keyword<ConverterKind>> all = new ArrayList<>();
        for (TableField field : TableField.ALL) {
            all.add(value(field));
        }
        all.add(converter("in_table")
                .args(Parameter.optional(Kind.TABLE))
                .accepts(SampleType.ANY)
                .returns(SampleType.BOOLEAN)
                .doc("whether the table has the key")
                .as(args -> {
                    TableReference reference = args.table(0);
                    return (facts, in) -> {
                        StickTable table = reference.table();
                        int entry = table == null ? StickTable.NONE : find(table, facts, in);
                        if (table != null && entry != StickTable.NONE) {
                            table.release(entry);
                        }
                        in.set(entry != StickTable.NONE);
                        return true;
                    };
                }));
        all.add(converter("table_trackers")
                .args(Parameter.optional(Kind.TABLE))
                .accepts(SampleType.ANY)
                .returns(SampleType.INTEGER)
                .doc("how many connections and exchanges track the key, this look-up included, as HAProxy counts")
                .as(args -> entryValue(args, (table, entry, nowMs) -> table.use(entry))));
        all.add(converter("table_server_id")
                .args(Parameter.optional(Kind.TABLE))
                .accepts(SampleType.ANY)
                .returns(SampleType.INTEGER)
                .doc("the number of the server the key sticks to, 0 for none")
                .as(TableConverters::serverId));
        all.add(converter("table_expire")
                .args(Parameter.optional(Kind.TABLE), optionalInteger("default"))
                .accepts(SampleType.ANY)
                .returns(SampleType.INTEGER)
                .doc("milliseconds until the key's entry expires; the default where it has none")
                .as(args -> timed(args, (table, entry, nowMs) -> table.remainingMs(entry, nowMs))));
        all.add(converter("table_idle")
                .args(Parameter.optional(Kind.TABLE), optionalInteger("default"))
                .accepts(SampleType.ANY)
                .returns(SampleType.INTEGER)
                .doc("milliseconds since the key's entry was last updated; the default where it has none")
                .as(args -> timed(args, TableConverters::idle)));
        return List.copyOf(all);
    }

    private static Converter serverId(Args args) {
        TableReference reference = args.table(0);
        return (facts, in) -> {
            StickTable table = reference.table();
            int entry = table == null ? StickTable.NONE : find(table, facts, in);
            in.set(0);
            if (table == null || entry == StickTable.NONE) {
                return true;
            }
            int field = table.field(DataType.SERVER_ID);
            if (field != StickTable.NOT_STORED) {
                in.set(table.value(entry, field, facts.loop.nowNs() / 1_000_000));
            }
            table.release(entry);
            return field != StickTable.NOT_STORED;
        };
    }

    @FunctionalInterface
    private interface EntryValue {
        long of(StickTable table, int entry, long nowMs);
    }

    private static int find(StickTable table, Facts facts, Sample in) {
        return TableKey.find(table, facts, in, facts.loop.nowNs() / 1_000_000);
    }

    private static Converter entryValue(Args args, EntryValue value) {
        TableReference reference = args.table(0);
        return (facts, in) -> {
            StickTable table = reference.table();
            int entry = table == null ? StickTable.NONE : find(table, facts, in);
            if (table == null || entry == StickTable.NONE) {
                in.set(0);
                return true;
            }
            in.set(value.of(table, entry, facts.loop.nowNs() / 1_000_000));
            table.release(entry);
            return true;
        };
    }

    private static long idle(StickTable table, int entry, long nowMs) {
        long expiryMs = table.definition().expireMs();
        return expiryMs == 0 ? 0 : Math.max(0, expiryMs - table.remainingMs(entry, nowMs));
    }

    private static Converter timed(Args args, EntryValue value) {
        TableReference reference = args.table(0);
        boolean hasDefault = args.has(1);
        long otherwise = args.number(1, 0);
        return (facts, in) -> {
            StickTable table = reference.table();
            int entry = table == null ? StickTable.NONE : find(table, facts, in);
            if (table == null || entry == StickTable.NONE) {
                in.set(otherwise);
                return hasDefault;
            }
            in.set(value.of(table, entry, facts.loop.nowNs() / 1_000_000));
            table.release(entry);
            return true;
        };
    }

    private static Keyword<ConverterKind> value(TableField field) {
        String name = "table_" + (field.name().startsWith("get_") ? field.name().substring(4) : field.name());
        Parameter table = Parameter.optional(Kind.TABLE);
        return converter(name)
                .args(
                        field.element()
                                ? new Parameter[] {integer("index"), Parameter.of(Kind.TABLE)}
                                : new Parameter[] {table})
                .accepts(SampleType.ANY)
                .returns(SampleType.INTEGER)
                .doc("a value of the key in the table, 0 where it has no entry")
                .as(args -> {
                    int element = field.element() ? args.integer(0, 0) : 0;
                    TableReference reference = args.table(field.element() ? 1 : 0);
                    return (facts, in) -> {
                        StickTable stickTable = reference.table();
                        int entry = stickTable == null ? StickTable.NONE : find(stickTable, facts, in);
                        if (stickTable == null || entry == StickTable.NONE) {
                            in.set(0);
                            return true;
                        }
                        boolean stored = field.read(stickTable, entry, element, facts.loop.nowNs() / 1_000_000, in);
                        stickTable.release(entry);
                        return stored;
                    };
                });
    }
}

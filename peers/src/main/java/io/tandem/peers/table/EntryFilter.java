// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.List;

/** Which entries {@code show table} and {@code clear table} mean: those for which all conditions hold. */
public record EntryFilter(List<Condition> conditions) {
    /** Every entry. */
    public static final EntryFilter ALL = new EntryFilter(List.of());

    public EntryFilter {
        conditions = List.copyOf(conditions);
    }

    /** How a value is compared, by HAProxy's words. */
    public enum Operator {
        EQ,
        NE,
        LE,
        GE,
        LT,
        GT;

        boolean holds(long left, long right) {
            return switch (this) {
                case EQ -> left == right;
                case NE -> left != right;
                case LE -> left <= right;
                case GE -> left >= right;
                case LT -> left < right;
                case GT -> left > right;
            };
        }
    }

    /** The value of a field compared with a number. */
    public record Condition(int field, Operator operator, long number) {}

    /** Whether a held entry is meant, its rates read at that instant. */
    public boolean accepts(StickTable table, int entry, long nowMs) {
        for (Condition condition : conditions) {
            if (!condition.operator().holds(table.value(entry, condition.field(), nowMs), condition.number())) {
                return false;
            }
        }
        return true;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The lines of {@code show table T}, a portion at a time, so that a large table holds nobody up. Sorted by key; an entry
 * that goes meanwhile is left out. One thread.
 */
public final class TableDump {
    private final StickTable table;
    private final EntryFilter filter;
    private final int[] entries;
    private int next;

    public TableDump(StickTable table, EntryFilter filter) {
        this.table = table;
        this.filter = filter;
        this.entries = sorted(table);
    }

    /** {@code # table: T, type: ip, size:1024, used:1} and LF. */
    public static void header(StickTable table, StringBuilder out) {
        out.append("# table: ").append(table.definition().name());
        out.append(", type: ").append(table.definition().keyType().word());
        out.append(", size:").append(table.size());
        out.append(", used:").append(table.used()).append('\n');
    }

    /** Appends lines until about {@code chars} characters were added; false when there are no more. */
    public boolean append(StringBuilder out, int chars, long nowMs) {
        int end = out.length() + chars;
        while (next < entries.length && out.length() < end) {
            int entry = entries[next++];
            if (table.hold(entry)) {
                if (!table.isExpired(entry, nowMs) && filter.accepts(table, entry, nowMs)) {
                    line(table, entry, table.use(entry) - 1, nowMs, out);
                }
                table.release(entry);
            }
        }
        return next < entries.length;
    }

    /** One held entry's line; {@code use} is what to show as its holders. */
    public static void line(StickTable table, int entry, int use, long nowMs, StringBuilder out) {
        TableDefinition definition = table.definition();
        byte[] key = new byte[definition.keyBytes()];
        int length = table.key(entry, key);
        out.append("0x")
                .append(Long.toHexString(0x1000_0000_0000L + 64L * entry))
                .append(": key=");
        appendKey(definition.keyType(), key, length, out);
        out.append(" use=").append(use).append(" exp=").append(table.remainingMs(entry, nowMs));
        for (Column column : definition.columns()) {
            for (int e = 0; e < column.elements(); e++) {
                appendValue(table, entry, column, e, nowMs, out);
            }
        }
        out.append('\n');
    }

    private static void appendValue(
            StickTable table, int entry, Column column, int element, long nowMs, StringBuilder out) {
        DataType type = column.type();
        out.append(' ');
        switch (type) {
            case GPT -> out.append("gpt").append(element);
            case GPC -> out.append("gpc").append(element);
            case GPC_RATE -> out.append("gpc").append(element).append("_rate");
            default -> out.append(type.word());
        }
        if (type.isRate()) {
            out.append('(').append(column.periodMs()).append(')');
        }
        out.append('=');
        if (type == DataType.SERVER_KEY) {
            String text = table.serverKey(entry, nowMs);
            out.append(text == null ? "-" : text);
        } else {
            long value = table.value(entry, table.field(type, element), nowMs);
            out.append(type.wire() == DataType.Wire.U64 ? Long.toUnsignedString(value) : Long.toString(value));
        }
    }

    /** A key as {@code show table} prints it: addresses and numbers in their usual form, strings and binary as hex beyond printable. */
    public static void appendKey(KeyType type, byte[] key, int length, StringBuilder out) {
        switch (type) {
            case INTEGER -> out.append(integer(key));
            case IP, IPV6 -> out.append(address(key, length));
            case STRING -> out.append(new String(key, 0, length, ISO_8859_1));
            case BINARY -> {
                for (int i = 0; i < length; i++) {
                    out.append(Character.toUpperCase(Character.forDigit(key[i] >> 4 & 15, 16)));
                    out.append(Character.toUpperCase(Character.forDigit(key[i] & 15, 16)));
                }
            }
        }
    }

    private static long integer(byte[] key) {
        return (key[0] & 0xFFL) << 24 | (key[1] & 0xFF) << 16 | (key[2] & 0xFF) << 8 | (key[3] & 0xFF);
    }

    private static String address(byte[] key, int length) {
        return length == 4
                ? (key[0] & 0xFF) + "." + (key[1] & 0xFF) + "." + (key[2] & 0xFF) + "." + (key[3] & 0xFF)
                : Ipv6Text.of(key);
    }

    private static int[] sorted(StickTable table) {
        int[] all = table.entries();
        int keyBytes = table.definition().keyBytes();
        if (keyBytes == 4) {
            return sortedByInt(table, all);
        }
        List<Keyed> keyed = new ArrayList<>(all.length);
        for (int entry : all) {
            byte[] key = new byte[keyBytes];
            table.key(entry, key);
            keyed.add(new Keyed(key, entry));
        }
        Collections.sort(keyed);
        return keyed.stream().mapToInt(one -> one.entry).toArray();
    }

    /** Four bytes of key and the entry fit a long: no object per entry. */
    private static int[] sortedByInt(StickTable table, int[] all) {
        byte[] key = new byte[4];
        long[] keyed = new long[all.length];
        for (int i = 0; i < all.length; i++) {
            table.key(all[i], key);
            keyed[i] = (integer(key) - (1L << 31)) << 32 | all[i]; // signed sorting in unsigned order
        }
        Arrays.sort(keyed);
        for (int i = 0; i < all.length; i++) {
            all[i] = (int) keyed[i];
        }
        return all;
    }

    private static final class Keyed implements Comparable<Keyed> {
        final byte[] key;
        final int entry;

        Keyed(byte[] key, int entry) {
            this.key = key;
            this.entry = entry;
        }

        @Override
        public int compareTo(Keyed other) {
            return Arrays.compareUnsigned(key, other.key);
        }
    }
}

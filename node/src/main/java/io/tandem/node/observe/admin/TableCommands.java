// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.Column;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.StickTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code show table}, {@code set table} and {@code clear table} (HAProxy management guide 9.3). */
public final class TableCommands {
    private static final int MAX_FILTERS = 4;

    private final NodeRuntime node;

    private TableCommands(NodeRuntime node) {
        this.node = node;
    }

    public static List<Command> of(NodeRuntime node) {
        TableCommands commands = new TableCommands(node);
        return List.of(
                new Command(
                        "show table",
                        "show table <table> [<filter>]*",
                        "report table usage stats or dump this table's contents (filter: data/key)",
                        Level.USER,
                        commands::show),
                new Command(
                        "set table",
                        "set table <table> key <k> [data.* <v>]*",
                        "update or create a table entry's data",
                        Level.ADMIN,
                        commands::set),
                new Command(
                        "clear table",
                        "clear table <table> [<filter>]*",
                        "remove an entry from a table (filter: data/key)",
                        Level.ADMIN,
                        commands::clear));
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.size() == 0) {
            List<StickTable> tables = new ArrayList<>(node.tables().all());
            for (int i = tables.size() - 1; i >= 0; i--) { // the last declared first
                header(tables.get(i), answer);
            }
            return;
        }
        StickTable table = node.tables().get(arguments.word(0));
        if (table == null) {
            answer.append("No such table\n");
            return;
        }
        long nowMs = NodeRuntime.monotonicMs();
        if (arguments.word(1).equals("key")) {
            showKey(table, arguments, nowMs, answer);
            return;
        }
        List<Filter> filters = filters(table, arguments, answer);
        if (filters == null) {
            return;
        }
        header(table, answer);
        for (Entry entry : sorted(table)) {
            if (table.hold(entry.handle())) {
                if (!table.isExpired(entry.handle(), nowMs)
                        && filters.stream().allMatch(f -> f.accepts(table, entry.handle(), nowMs))) {
                    line(table, entry.handle(), nowMs, answer);
                }
                table.release(entry.handle());
            }
        }
    }

    private static void showKey(StickTable table, Command.Arguments arguments, long nowMs, StringBuilder answer) {
        if (arguments.size() < 3) {
            answer.append("Key value expected\n");
            return;
        }
        if (table.definition().keyType() == KeyType.BINARY) {
            answer.append(
                    "Showing keys from tables of type other than ip, ipv6, string and integer is not supported\n");
            return;
        }
        byte[] key = TableKeys.parse(table.definition().keyType(), arguments.word(2));
        if (key == null) {
            return; // HAProxy answers nothing to a key it cannot read
        }
        int entry = table.find(key, 0, key.length, nowMs);
        if (entry != StickTable.NONE) {
            header(table, answer);
            line(table, entry, nowMs, answer);
            table.release(entry);
        }
    }

    private static void header(StickTable table, StringBuilder answer) {
        answer.append("# table: ").append(table.definition().name());
        answer.append(", type: ").append(table.definition().keyType().word());
        answer.append(", size:").append(table.size());
        answer.append(", used:").append(table.used()).append('\n');
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(int handle, byte[] key) {}

    private static List<Entry> sorted(StickTable table) {
        List<Entry> entries = new ArrayList<>();
        byte[] key = new byte[table.definition().keyBytes()];
        for (int handle : table.entries()) {
            if (table.hold(handle)) {
                int length = table.key(handle, key);
                entries.add(new Entry(handle, Arrays.copyOf(key, length)));
                table.release(handle);
            }
        }
        entries.sort((a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
        return entries;
    }

    /** One entry, held by the caller. */
    private static void line(StickTable table, int entry, long nowMs, StringBuilder answer) {
        byte[] key = new byte[table.definition().keyBytes()];
        int length = table.key(entry, key);
        answer.append(String.format("0x%012x: key=", entry + 0x7f0000000000L));
        answer.append(TableKeys.text(table.definition().keyType(), key, length));
        answer.append(" use=").append(table.use(entry) - 1);
        answer.append(" exp=").append(table.remainingMs(entry, nowMs));
        for (Column column : table.definition().columns()) {
            DataType type = column.type();
            for (int i = 0; i < column.elements(); i++) {
                answer.append(' ').append(name(type, i));
                if (type.isRate()) {
                    answer.append('(').append(column.periodMs()).append(')');
                }
                answer.append('=');
                if (type == DataType.SERVER_KEY) {
                    String server = table.serverKey(entry, nowMs);
                    answer.append(server == null ? "-" : server);
                } else {
                    answer.append(table.value(entry, table.field(type, i), nowMs));
                }
            }
        }
        answer.append('\n');
    }

    /** {@code gpc} with three elements prints as {@code gpc0 gpc1 gpc2}. */
    private static String name(DataType type, int element) {
        return switch (type) {
            case GPT -> "gpt" + element;
            case GPC -> "gpc" + element;
            case GPC_RATE -> "gpc" + element + "_rate";
            default -> type.word();
        };
    }

    private void set(Command.Arguments arguments, StringBuilder answer) {
        StickTable table = node.tables().get(arguments.word(0));
        if (arguments.size() > 0 && table == null) {
            answer.append("No such table\n");
            return;
        }
        if (table == null || !arguments.word(1).equals("key")) {
            answer.append("Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n");
            return;
        }
        if (arguments.size() < 3) {
            answer.append("Key value expected\n");
            return;
        }
        byte[] key = TableKeys.parse(table.definition().keyType(), arguments.word(2));
        if (key == null) {
            answer.append(
                    "Inserting keys into tables of type other than ip, ipv6, string and integer is not supported\n");
            return;
        }
        long nowMs = NodeRuntime.monotonicMs();
        List<Assignment> assignments = new ArrayList<>();
        for (int i = 3; i < arguments.size(); i += 2) {
            Assignment assignment = assignment(table, arguments, i, answer);
            if (assignment == null) {
                return;
            }
            assignments.add(assignment);
        }
        int entry = table.findOrCreate(key, 0, key.length, nowMs);
        if (entry == StickTable.NONE) {
            answer.append("Unable to allocate a new entry\n");
            return;
        }
        assignments.forEach(a -> table.set(entry, a.field(), a.value(), nowMs));
        table.release(entry);
    }

    private record Assignment(int field, long value) {}

    private static @Nullable Assignment assignment(
            StickTable table, Command.Arguments arguments, int at, StringBuilder answer) {
        Integer field = field(table, arguments.word(at), answer, "");
        if (field == null) {
            return null;
        }
        Long value = number(arguments.word(at + 1));
        if (value == null || table.field(DataType.SERVER_KEY) == field) {
            answer.append("Require a valid integer value to store\n");
            return null;
        }
        return new Assignment(field, value);
    }

    /** The field a word such as {@code data.gpc0} names; null after having complained. */
    private static @Nullable Integer field(StickTable table, String word, StringBuilder answer, String prefix) {
        DataType type = word.startsWith("data.") ? DataType.named(word.substring(5)) : null;
        if (type == null) {
            answer.append(prefix).append("Unknown data type\n");
            return null;
        }
        int field = table.field(type);
        if (field == StickTable.NOT_STORED) {
            answer.append(prefix).append("Data type not stored in this table\n");
            return null;
        }
        return field;
    }

    private static @Nullable Long number(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private void clear(Command.Arguments arguments, StringBuilder answer) {
        StickTable table = node.tables().get(arguments.word(0));
        if (table == null) {
            answer.append(
                    arguments.size() == 0
                            ? "Required arguments: <table> \"data.<store_data_type>\" <operator> <value> or <table> key <key>\n"
                            : "No such table\n");
            return;
        }
        long nowMs = NodeRuntime.monotonicMs();
        if (arguments.word(1).equals("key")) {
            byte[] key = TableKeys.parse(table.definition().keyType(), arguments.word(2));
            int entry = key == null ? StickTable.NONE : table.find(key, 0, key.length, nowMs);
            if (entry != StickTable.NONE && !table.clear(entry, nowMs)) {
                answer.append("Entry currently in use, cannot remove\n");
            }
            return;
        }
        List<Filter> filters = filters(table, arguments, answer);
        if (filters == null) {
            return;
        }
        if (filters.isEmpty()) {
            table.clearAll(nowMs);
            return;
        }
        for (int entry : table.entries()) {
            if (table.hold(entry)) {
                if (filters.stream().allMatch(f -> f.accepts(table, entry, nowMs))) {
                    table.clear(entry, nowMs);
                } else {
                    table.release(entry);
                }
            }
        }
    }

    /** {@code data.TYPE eq|ne|le|ge|lt|gt N}. */
    private record Filter(int field, String operator, long value) {
        boolean accepts(StickTable table, int entry, long nowMs) {
            int order = Long.compare(table.value(entry, field, nowMs), value);
            return switch (operator) {
                case "eq" -> order == 0;
                case "ne" -> order != 0;
                case "le" -> order <= 0;
                case "ge" -> order >= 0;
                case "lt" -> order < 0;
                default -> order > 0;
            };
        }
    }

    private static @Nullable List<Filter> filters(StickTable table, Command.Arguments arguments, StringBuilder answer) {
        List<Filter> filters = new ArrayList<>();
        for (int i = 1; i < arguments.size(); i += 3) {
            if (filters.size() == MAX_FILTERS) {
                answer.append("Detected extra data in filter, ").append(i + 3).append("th word of input, after '");
                answer.append(arguments.word(i - 1)).append("'\n");
                return null;
            }
            String prefix = "Filter entry #" + (filters.size() + 1) + ": ";
            Integer field = field(table, arguments.word(i), answer, prefix);
            if (field == null) {
                return null;
            }
            String operator = arguments.word(i + 1);
            if (!List.of("eq", "ne", "le", "ge", "lt", "gt").contains(operator)) {
                answer.append(prefix);
                answer.append("Require and operator among \"eq\", \"ne\", \"le\", \"ge\", \"lt\", \"gt\"\n");
                return null;
            }
            Long value = number(arguments.word(i + 2));
            if (value == null) {
                answer.append(prefix).append("Require a valid integer value to compare against\n");
                return null;
            }
            filters.add(new Filter(field, operator, value));
        }
        return filters;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arguments of {@code stick-table} (and of {@code table} after its name) with HAProxy 2.6's checks and texts.
 * One use each; not thread-safe.
 */
public final class TableParser {
    private static final long MAX_U32 = 0xFFFF_FFFFL;

    private final String tableName;
    private final String keyword;
    private final List<String> words;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<DataType, Column> columns = new EnumMap<>(DataType.class);
    private int at;
    private @Nullable KeyType keyType;
    private int keyBytes;
    private long size;
    private int expireMs;
    private boolean nopurge;
    private boolean serverKeyIsAddress;
    private @Nullable String peers;
    private int peersWord = -1;

    private TableParser(String tableName, String keyword, List<String> words) {
        this.tableName = tableName;
        this.keyword = keyword;
        this.words = words;
    }

    /**
     * Something the operator must know.
     *
     * @param word which argument it is about, from 0; the number of arguments when one is missing
     * @param fatal whether the table cannot be used
     * @param text what HAProxy prints after {@code parsing [file:line]}, its colon included
     */
    public record Finding(int word, boolean fatal, String text) {}

    /**
     * What was read.
     *
     * @param definition null when a finding is fatal; {@code shared} is set where {@code peers} was given
     * @param peers the section named, or null
     * @param peersWord which argument names it, or -1
     * @param findings in the order found
     */
    public record Result(
            @Nullable TableDefinition definition, @Nullable String peers, int peersWord, List<Finding> findings) {
        public Result {
            findings = List.copyOf(findings);
        }
    }

    /**
     * Reads a declaration.
     *
     * @param tableName what the table will be called
     * @param keyword {@code stick-table} or {@code table}, the prefix of the messages
     * @param words the arguments after the keyword (and after the name for {@code table})
     */
    public static Result parse(String tableName, String keyword, List<String> words) {
        return new TableParser(tableName, keyword, words).run();
    }

    private Result run() {
        boolean good = true;
        while (good && at < words.size()) {
            good = switch (words.get(at)) {
                case "type" -> type();
                case "size" -> size();
                case "expire" -> expire();
                case "store" -> store();
                case "srvkey" -> serverKey();
                case "peers" -> peers();
                case "nopurge" -> {
                    nopurge = true;
                    at++;
                    yield true;
                }
                default -> fail(at, "unknown argument '" + words.get(at) + "'.");
            };
        }
        if (good && size == 0) {
            good = fail(words.size(), "missing size.");
        }
        if (good && keyType == null) {
            good = fail(words.size(), "missing type.");
        }
        if (good && clashes()) {
            good = false;
        }
        TableDefinition definition = good && keyType != null
                ? new TableDefinition(
                        tableName,
                        keyType,
                        keyBytes,
                        size,
                        expireMs,
                        nopurge,
                        serverKeyIsAddress,
                        peers != null,
                        List.copyOf(columns.values()))
                : null;
        return new Result(definition, peers, peersWord, findings);
    }

    private boolean type() {
        String word = argument();
        KeyType type = KeyType.named(word);
        if (type == null) {
            return fail(at + 1, "unknown type '" + word + "'.");
        }
        keyType = type;
        keyBytes = type.fixedBytes() == 0 ? 32 : type.fixedBytes();
        at += 2;
        if (type.fixedBytes() == 0 && at < words.size() && words.get(at).equals("len")) {
            String len = argument();
            long bytes = digits(len);
            if (bytes < 1) {
                return fail(at + 1, "unknown type '" + len + "'.");
            }
            if (bytes > TableDefinition.MAX_KEY_BYTES) {
                return fail(at + 1, "keys are limited to " + TableDefinition.MAX_KEY_BYTES + " bytes.");
            }
            keyBytes = (int) bytes;
            at += 2;
        }
        return true;
    }

    private boolean size() {
        if (at + 1 == words.size()) {
            return fail(at + 1, "missing argument after 'size'.");
        }
        String word = argument();
        int end = digitsEnd(word);
        long number = digits(word.substring(0, end));
        long unit = 1;
        if (end < word.length()) {
            unit = switch (word.charAt(end)) {
                case 'k', 'K' -> 1L << 10;
                case 'm', 'M' -> 1L << 20;
                case 'g', 'G' -> 1L << 30;
                default -> 0;
            };
        }
        if (unit == 0 || number < 0 || number * unit > MAX_U32 || word.length() > end + 1) {
            int bad = Math.min(unit == 0 || word.length() <= end + 1 ? end : end + 1, word.length() - 1);
            return fail(at + 1, "unexpected character '" + word.charAt(bad) + "' in argument of 'size'.");
        }
        size = number * unit;
        at += 2;
        return true;
    }

    private boolean expire() {
        if (at + 1 == words.size()) {
            return fail(at + 1, "missing argument after 'expire'.");
        }
        String word = argument();
        Time time = Time.parse(word);
        if (time.badChar() != 0) {
            return fail(at + 1, "unexpected character '" + time.badChar() + "' in argument of 'expire'.");
        }
        if (time.ms() > Integer.MAX_VALUE) {
            findings.add(new Finding(
                    at + 1,
                    true,
                    ": " + keyword + ": timer overflow in argument <" + word
                            + "> to <expire>, maximum value is 2147483647 ms (~24.8 days)."));
            return false;
        }
        expireMs = (int) time.ms();
        at += 2;
        return true;
    }

    private boolean serverKey() {
        String word = argument();
        if (!word.equals("name") && !word.equals("addr")) {
            findings.add(new Finding(at + 1, true, " : " + keyword + " : unknown server key type '" + word + "'."));
            return false;
        }
        serverKeyIsAddress = word.equals("addr");
        at += 2;
        return true;
    }

    private boolean peers() {
        if (at + 1 == words.size()) {
            return fail(at + 1, "missing argument after 'peers'.");
        }
        peers = argument();
        peersWord = at + 1;
        at += 2;
        return true;
    }

    /** {@code store a,b(10s),c(3)}; nothing after it is accepted, as in HAProxy. */
    private boolean store() {
        String list = argument();
        int from = 0;
        while (from < list.length()) {
            int open = from;
            while (open < list.length() && list.charAt(open) != ',' && list.charAt(open) != '(') {
                open++;
            }
            String name = list.substring(from, open);
            String args = null;
            int end = open;
            if (open < list.length() && list.charAt(open) == '(') {
                int close = list.indexOf(')', open);
                if (close < 0) {
                    return fail(at + 1, "missing closing parenthesis after store option '" + name + "'.");
                }
                args = list.substring(open + 1, close);
                end = close + 1;
            }
            if (!storeOne(name, args)) {
                return false;
            }
            from = end < list.length() && list.charAt(end) == ',' ? end + 1 : end;
        }
        at += 2;
        return true;
    }

    private boolean storeOne(String name, @Nullable String args) {
        DataType type = DataType.named(name);
        if (type == null) {
            return fail(at + 1, "unknown store option '" + name + "'.");
        }
        if (columns.containsKey(type)) {
            findings.add(new Finding(
                    at + 1, false, ": " + keyword + ": store option '" + name + "' already enabled, ignored."));
            return true;
        }
        if (type.args() == DataType.Args.NONE) {
            if (args != null) {
                return fail(at + 1, "unexpected argument to store option '" + name + "'.");
            }
            columns.put(type, Column.of(type));
            return true;
        }
        if (args == null) {
            return fail(at + 1, "missing argument to store option '" + name + "'.");
        }
        int elements = 1;
        String period = args;
        if (type.isArray()) {
            int comma = args.indexOf(',');
            long wanted = digits(comma < 0 ? args : args.substring(0, comma));
            if (type.isRate() && comma < 0) {
                return fail(at + 1, "missing argument to store option '" + name + "'.");
            }
            if (wanted < 1 || wanted > DataType.MAX_ELEMENTS) {
                return fail(at + 1, "array size is out of allowed range (1-100) for store option '" + name + "'.");
            }
            elements = (int) wanted;
            period = comma < 0 ? "" : args.substring(comma + 1);
        }
        long periodMs = 0;
        if (type.isRate()) {
            Time time = Time.parse(period);
            if (period.isEmpty() || time.badChar() != 0 || time.ms() > Integer.MAX_VALUE) {
                return fail(at + 1, "error when processing store option '" + name + "'.");
            }
            periodMs = time.ms();
        }
        columns.put(type, new Column(type, elements, (int) periodMs));
        return true;
    }

    private boolean clashes() {
        return clash(DataType.GPC, "gpc[0/1]", DataType.GPC0, DataType.GPC1)
                || clash(DataType.GPC_RATE, "gpc[0/1]_rate", DataType.GPC0_RATE, DataType.GPC1_RATE)
                || clash(DataType.GPT, "gpt0", DataType.GPT0, DataType.GPT0);
    }

    private boolean clash(DataType array, String others, DataType first, DataType second) {
        if (!columns.containsKey(array) || !(columns.containsKey(first) || columns.containsKey(second))) {
            return false;
        }
        return !fail(
                words.size(),
                "simultaneous usage of '" + array.word() + "' and '" + others
                        + "' in a same table is not permitted as '" + array.word() + "' overrides '" + others + "'.");
    }

    private String argument() {
        return at + 1 < words.size() ? words.get(at + 1) : "";
    }

    private boolean fail(int word, String text) {
        findings.add(new Finding(word, true, " : " + keyword + ": " + text));
        return false;
    }

    private static int digitsEnd(String word) {
        int end = 0;
        while (end < word.length() && word.charAt(end) >= '0' && word.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    /** A number of at most ten digits, or -1. */
    private static long digits(String word) {
        int end = digitsEnd(word);
        return end == word.length() && end > 0 && end <= 10 ? Long.parseLong(word) : -1;
    }

    /** HAProxy's times: a number and us, ms (default), s, m, h or d. */
    private record Time(long ms, char badChar) {
        static Time parse(String word) {
            int end = digitsEnd(word);
            if (end == 0) {
                return new Time(0, word.isEmpty() ? ' ' : word.charAt(0));
            }
            if (end > 10) {
                return new Time(Long.MAX_VALUE, (char) 0);
            }
            long number = Long.parseLong(word.substring(0, end));
            String unit = word.substring(end);
            // What follows the unit is not looked at, as in HAProxy.
            if (unit.isEmpty() || unit.startsWith("ms")) {
                return new Time(number, (char) 0);
            }
            if (unit.startsWith("us")) {
                return new Time((number + 999) / 1000, (char) 0);
            }
            return switch (unit.charAt(0)) {
                case 's' -> new Time(number * 1000, (char) 0);
                case 'm' -> new Time(number * 60_000, (char) 0);
                case 'h' -> new Time(number * 3_600_000, (char) 0);
                case 'd' -> new Time(number * 86_400_000, (char) 0);
                default -> new Time(0, unit.charAt(0));
            };
        }
    }
}

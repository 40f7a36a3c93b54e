// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.CONNECTION;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;
import static io.tandem.node.rules.action.RuleSet.RESPONSE_CONTENT;
import static io.tandem.node.rules.action.RuleSet.SESSION;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.StickCounters;
import io.tandem.node.rules.StickTables;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.TableKey;
import io.tandem.node.rules.sample.TableReference;
import io.tandem.node.setup.Assembly;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.StickTable;
import io.tandem.peers.table.TableDefinition;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Actions on stick tables: tracking an entry, counting on what is tracked (HAProxy manual 4.2). */
final class TrackActions {
    private static final RuleSet[] COUNTING = {REQUEST, RESPONSE, CONNECTION, SESSION, CONTENT, RESPONSE_CONTENT};

    static final List<Keyword<ActionKind>> ALL = List.of(
            action("track-sc", REQUEST, RESPONSE, CONNECTION, SESSION, CONTENT)
                    .arguments("{0|1|2} <key> [table <table>]")
                    .doc("counts the connection or exchange on the entry of the key")
                    .parameterized()
                    .as(TrackActions::track),
            action("sc-inc-gpc0", REQUEST, COUNTING)
                    .arguments("(<counter>)")
                    .doc("adds one to the first general counter of the entry tracked")
                    .parameterized()
                    .as(line -> increase(line, DataType.GPC0, DataType.GPC0_RATE, false)),
            action("sc-inc-gpc1", REQUEST, COUNTING)
                    .arguments("(<counter>)")
                    .doc("adds one to the second general counter of the entry tracked")
                    .parameterized()
                    .as(line -> increase(line, DataType.GPC1, DataType.GPC1_RATE, false)),
            action("sc-inc-gpc", REQUEST, COUNTING)
                    .arguments("(<index>,<counter>)")
                    .doc("adds one to a general counter of the entry tracked")
                    .parameterized()
                    .as(line -> increase(line, DataType.GPC, DataType.GPC_RATE, true)),
            action("sc-add-gpc", REQUEST, COUNTING)
                    .arguments("(<index>,<counter>) {<integer>|<expression>}")
                    .doc("adds to a general counter of the entry tracked (HAProxy 2.8)")
                    .parameterized()
                    .as(TrackActions::add),
            action("sc-set-gpt0", REQUEST, COUNTING)
                    .arguments("(<counter>) {<integer>|<expression>}")
                    .doc("sets the general tag of the entry tracked")
                    .parameterized()
                    .as(line -> set(line, DataType.GPT0, false)),
            action("sc-set-gpt", REQUEST, COUNTING)
                    .arguments("(<index>,<counter>) {<integer>|<expression>}")
                    .doc("sets a general tag of the entry tracked")
                    .parameterized()
                    .as(line -> set(line, DataType.GPT, true)));

    private TrackActions() {}

    private static long nowMs(Facts facts) {
        return facts.loop.nowNs() / 1_000_000;
    }

    private static Action track(ActionLine line) {
        int slot = trackedSlot(line);
        Expression key = line.expression("missing fetch method");
        String name = line.site().proxy().name();
        if (line.hasArgument() && line.words().peek().equals("table")) {
            line.words().next();
            if (line.set().isHttp() && !line.words().hasNext()) {
                throw new SampleError("missing table name");
            }
            name = line.words().next();
        }
        TableReference reference = TableReference.find(name, line.site());
        if (reference == null) {
            alert(line, "unable to find table '" + name + "' referenced by track-sc" + slot + ".");
            return facts -> Verdict.CONTINUE;
        }
        StickTables.Declared declared = reference.declared();
        TableDefinition definition = declared == null ? null : declared.definition();
        if (definition != null && !TableKey.accepts(definition.keyType(), key.type())) {
            alert(line, "stick-table '" + name + "' uses a type incompatible with the 'track-sc" + slot + "' rule.");
        }
        if (line.set() == CONTENT) {
            ContentWarnings.early(line, "tcp-request content track-sc*", key.need());
            ContentWarnings.late(line, "tcp-request content track-sc*", key.need());
        }
        boolean exchange = line.set() != RuleSet.CONNECTION && line.set() != RuleSet.SESSION;
        boolean http = line.set().isHttp();
        return facts -> perform(facts, slot, key, reference, exchange, http);
    }

    private static Verdict perform(
            Facts facts, int slot, Expression key, TableReference reference, boolean exchange, boolean http) {
        StickTable table = reference.table();
        if (table == null || facts.tracking.table(slot) != null) {
            return Verdict.CONTINUE;
        }
        Sample value = facts.scratch.value;
        facts.incomplete = false;
        if (!key.evaluate(facts, value)) {
            return facts.incomplete ? Verdict.WAIT : Verdict.CONTINUE;
        }
        long now = nowMs(facts);
        int entry = TableKey.findOrCreate(table, facts, value, now);
        if (entry != StickTable.NONE) {
            facts.tracking.track(slot, table, entry, exchange, http, now);
        }
        return Verdict.CONTINUE;
    }

    /** How many entries an exchange may track. */
    private static int counters(ActionLine line) {
        return StickCounters.counters(line.words().context().drafts());
    }

    private static int trackedSlot(ActionLine line) {
        String number = line.name().substring("track-sc".length());
        if (number.isEmpty()) {
            return 0; // as HAProxy reads it
        }
        if (!number.matches("[0-9]{1,4}")) {
            throw new SampleError("Wrong track-sc number '" + number + "'");
        }
        int slot = Integer.parseInt(number);
        int counters = counters(line);
        if (slot >= counters) {
            throw new SampleError(slot + " track-sc number exceeding " + (counters - 1) + " (MAX_SESS_STKCTR-1) value");
        }
        return slot;
    }

    /** Complains once all proxies are known. */
    private static void alert(ActionLine line, String text) {
        Assembly assembly = line.site().assembly();
        if (assembly != null) {
            assembly.problems()
                    .alert(line.origin(), "Proxy '" + line.site().proxy().name() + "': " + text);
        }
    }

    /**
     * What stands between the parentheses of a rule that counts or tags.
     *
     * @param element which of the counters or tags
     * @param slot the entry tracked
     */
    private record Place(int element, int slot) {
        /** {@code sc-inc-gpc0(<slot>)} and {@code sc-inc-gpc1(<slot>)}. */
        static Place counter(ActionLine line) {
            String word = word(line);
            if (!word.matches("[0-9]{0,4}")) {
                throw new SampleError("invalid stick table track ID. Expects " + line.name()
                        + "(<Track ID>)"); // sic: the name is whole
            }
            return new Place(0, slot(line, word, ""));
        }

        /** {@code sc-set-gpt0(<slot>)}. */
        static Place tag(ActionLine line) {
            String word = word(line);
            if (!word.matches("[0-9]{0,4}")) {
                throw new SampleError(
                        "invalid stick table track ID '" + line.name() + "'. Expects sc-set-gpt0(<Track ID>)");
            }
            return new Place(0, slot(line, word, line.name()));
        }

        /** Two numbers, an element of an array and a slot; {@code what} it is an array of. */
        static Place element(ActionLine line, String what) {
            String name = line.name();
            int open = name.indexOf('(');
            String plain = open < 0 ? name : name.substring(0, open);
            String expects = "'. Expects " + plain + "(<" + what.toUpperCase(Locale.ROOT) + " ID>,<Track ID>)";
            if (open < 0) {
                throw new SampleError("invalid " + what + " ID '" + name + expects);
            }
            String[] words = word(line).split(",", 2);
            if (words.length < 2 || !words[0].matches("[0-9]{0,4}")) {
                throw new SampleError("Missing " + what + " ID '" + name + expects);
            }
            if (!words[1].matches("[0-9]{0,4}")) {
                throw new SampleError("invalid stick table track ID '" + name + expects);
            }
            return new Place(number(words[0]), slot(line, words[1], name));
        }

        /** All behind the opening parenthesis up to the closing one; empty without one. */
        private static String word(ActionLine line) {
            String name = line.name();
            int open = name.indexOf('(');
            if (open < 0) {
                return "";
            }
            boolean closed = name.endsWith(")");
            return closed ? name.substring(open + 1, name.length() - 1) : name.substring(open + 1) + "("; // no number
        }

        private static int number(String word) {
            return word.isEmpty() ? 0 : Integer.parseInt(word);
        }

        private static int slot(ActionLine line, String word, String blamed) {
            int slot = number(word);
            int counters = counters(line);
            if (slot >= counters) {
                throw new SampleError("invalid stick table track ID" + (blamed.isEmpty() ? "" : " '" + blamed + "'")
                        + ". The max allowed ID is " + (counters - 1));
            }
            return slot;
        }
    }

    private static Action increase(ActionLine line, DataType counter, DataType rate, boolean array) {
        Place place = array ? Place.element(line, "gpc") : Place.counter(line);
        int slot = place.slot();
        return facts -> {
            StickTable table = facts.tracking.table(slot);
            if (table != null) {
                add(table, facts, slot, field(table, counter, place.element()), 1);
                add(table, facts, slot, field(table, rate, place.element()), 1);
            }
            return Verdict.CONTINUE;
        };
    }

    private static int field(StickTable table, DataType type, int element) {
        return type.isArray() ? table.field(type, element) : table.field(type);
    }

    private static void add(StickTable table, Facts facts, int slot, int field, long more) {
        if (field != StickTable.NOT_STORED) {
            table.add(facts.tracking.entry(slot), field, more, nowMs(facts));
        }
    }

    private static Action add(ActionLine line) {
        Place place = Place.element(line, "gpc");
        int slot = place.slot();
        Amount amount = Amount.read(line);
        return facts -> {
            StickTable table = facts.tracking.table(slot);
            if (table != null && amount.find(facts)) {
                long more = Math.max(0, facts.scratch.value.number);
                add(table, facts, slot, field(table, DataType.GPC, place.element()), more);
                add(table, facts, slot, field(table, DataType.GPC_RATE, place.element()), more);
            }
            return Verdict.CONTINUE;
        };
    }

    private static Action set(ActionLine line, DataType type, boolean array) {
        Place place = array ? Place.element(line, "gpt") : Place.tag(line);
        int slot = place.slot();
        Amount amount = Amount.read(line);
        return facts -> {
            StickTable table = facts.tracking.table(slot);
            if (table != null && amount.find(facts)) {
                int field = field(table, type, place.element());
                if (field != StickTable.NOT_STORED) {
                    long value = facts.scratch.value.number & 0xFFFFFFFFL;
                    table.set(facts.tracking.entry(slot), field, value, nowMs(facts));
                }
            }
            return Verdict.CONTINUE;
        };
    }

    /** A number of a rule, or an expression for it. */
    private record Amount(long constant, @Nullable Expression expression) {
        static Amount read(ActionLine line) {
            if (line.words().peek().matches("[+-]?[0-9]{1,18}")) {
                return new Amount(Long.parseLong(line.words().next()), null);
            }
            return new Amount(0, line.words().hasNext() ? line.expression("missing value") : null);
        }

        /** Puts it into the loop's value; false where there is none. */
        boolean find(Facts facts) {
            if (expression != null) {
                return expression.evaluateAs(SampleType.INTEGER, facts, facts.scratch.value);
            }
            facts.scratch.value.set(constant);
            return true;
        }
    }
}

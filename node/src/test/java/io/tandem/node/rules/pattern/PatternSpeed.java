// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.regex.Matching;
import io.tandem.node.rules.regex.RegexSyntaxException;
import io.tandem.node.rules.regex.Regexes;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Text;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntToLongFunction;

/**
 * How long a look-up takes: a program, not a test. Prints the median of seven rounds of each case, nanoseconds of the thread; run it with the
 * test class path on a quiet machine.
 */
public final class PatternSpeed {
    private static final int ROUNDS = 7;
    private static final int TURNS = 400_000;

    private PatternSpeed() {}

    /** Runs all cases. */
    public static void main(String[] arguments) throws RegexSyntaxException {
        Random random = new Random(1);
        header(random);
        prefixes(random);
        hosts(random);
        for (String expression : new String[] {
            "^/api/v[0-9]+/users/[0-9]+$", "\\.(jpe?g|png|gif|css|js)$", "(curl|wget|python|bot|spider)", "^/static/"
        }) {
            regex(expression, "/api/v2/users/1234567");
            regex(expression, "/assets/images/2026/11/header-background-large.jpeg");
            regex(expression, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0");
        }
    }

    /** The thread's own time, so that others on the machine disturb less. */
    private static long cpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** A header against twenty texts. */
    private static void header(Random random) {
        PatternReference reference = new PatternReference(0, null, "", false);
        PatternSet exact = reference.set(new PatternKind(MatchMethod.STR, false, false, PatternOutput.NONE), false);
        PatternSet folded = reference.set(new PatternKind(MatchMethod.STR, true, false, PatternOutput.NONE), false);
        PatternSet part = reference.set(new PatternKind(MatchMethod.SUB, true, false, PatternOutput.NONE), false);
        PatternSet begin = reference.set(new PatternKind(MatchMethod.BEG, false, false, PatternOutput.NONE), false);
        byte[][] values = new byte[64][];
        for (int i = 0; i < 20; i++) {
            reference.load("service-" + i + ".shop.example.com", null, 0, false);
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = Text.bytes("service-" + random.nextInt(40) + ".shop.example.com");
        }
        texts("20 texts, str", exact, values);
        texts("20 texts, str -i", folded, values);
        texts("20 texts, beg", begin, values);
        texts("20 texts, sub -i", part, values);
    }

    private static void texts(String name, PatternSet set, byte[][] values) {
        Scratch scratch = new Scratch(16384);
        Sample sample = scratch.value;
        measure(name, turn -> {
            sample.text(values[turn & values.length - 1]);
            return set.matches(scratch, sample) ? 1 : 0;
        });
    }

    /** A map of a hundred thousand networks of the lengths that routes have. */
    private static void prefixes(Random random) {
        PatternReference reference = new PatternReference(0, null, "", true);
        PatternSet map = reference.set(new PatternKind(MatchMethod.IP, false, false, PatternOutput.TEXT), false);
        long[] addresses = new long[1 << 16];
        long start = cpuNs();
        for (int i = 0; i < 100_000; i++) {
            int length = random.nextInt(10) < 6 ? 24 : 12 + random.nextInt(21);
            int address = random.nextInt();
            reference.load(
                    (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "."
                            + (address & 255) + "/" + length,
                    "v" + i,
                    0,
                    false);
            if (i < addresses.length) {
                addresses[i] = (address ^ random.nextInt(1 << 10)) & 0xFFFFFFFFL;
            }
        }
        System.out.printf(Locale.ROOT, "%-60s %8.0f ms%n", "100 000 networks read", (cpuNs() - start) / 1e6);
        Scratch scratch = new Scratch(16384);
        Sample sample = scratch.value;
        measure("map_ip of 100 000 networks", turn -> {
            sample.type = SampleType.IPV4;
            sample.number = addresses[turn & addresses.length - 1];
            return map.map(scratch, sample) ? sample.end : 0;
        });
    }

    private static void hosts(Random random) {
        PatternReference reference = new PatternReference(0, null, "", true);
        PatternSet exact = reference.set(new PatternKind(MatchMethod.STR, false, false, PatternOutput.TEXT), false);
        PatternSet begin = reference.set(new PatternKind(MatchMethod.BEG, false, false, PatternOutput.TEXT), false);
        long start = cpuNs();
        for (int i = 0; i < 100_000; i++) {
            reference.load("/customer/" + i + "/files/", "v" + i, 0, false);
        }
        System.out.printf(Locale.ROOT, "%-60s %8.0f ms%n", "100 000 texts read", (cpuNs() - start) / 1e6);
        byte[][] keys = new byte[1 << 16][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Text.bytes("/customer/" + random.nextInt(200_000) + "/files/");
        }
        values("map_str of 100 000 texts", exact, keys);
        values("map_beg of 100 000 texts", begin, keys);
        long[] edits = new long[2000];
        reference.editable();
        for (int i = 0; i < edits.length; i++) {
            long before = cpuNs();
            reference.set("/customer/" + i + "/files/", "w");
            reference.add("/more/" + i, "x");
            reference.delete("/more/" + i);
            edits[i] = cpuNs() - before;
        }
        Arrays.sort(edits);
        System.out.printf(
                Locale.ROOT, "%-60s %8d ns%n", "set, add and delete in it, two indexes", edits[edits.length / 2]);
    }

    private static void values(String name, PatternSet set, byte[][] keys) {
        Scratch scratch = new Scratch(16384);
        Sample sample = scratch.value;
        measure(name, turn -> {
            sample.text(keys[turn & keys.length - 1]);
            return set.map(scratch, sample) ? sample.end : 0;
        });
    }

    private static void regex(String expression, String subject) throws RegexSyntaxException {
        var regex = Regexes.compile(expression, false, false);
        Matching matching = new Matching();
        byte[] bytes = Text.bytes(subject);
        measure("regex " + expression + " in " + bytes.length + " bytes", turn -> {
            matching.over(bytes, 0, bytes.length);
            return regex.find(matching) ? 1 : 0;
        });
    }

    private static void measure(String name, IntToLongFunction work) {
        double[] rounds = new double[ROUNDS];
        for (int round = -2; round < ROUNDS; round++) {
            long sum = 0;
            long start = cpuNs();
            for (int turn = 0; turn < TURNS; turn++) {
                sum += work.applyAsLong(turn);
            }
            if (round >= 0) {
                rounds[round] = (cpuNs() - start) / (double) TURNS;
            }
            if (sum == Long.MIN_VALUE) {
                throw new IllegalStateException("so that no work is optimised away");
            }
        }
        Arrays.sort(rounds);
        System.out.printf(Locale.ROOT, "%-60s %8.1f ns%n", name, rounds[ROUNDS / 2]);
    }
}

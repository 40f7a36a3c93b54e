// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Rounds of a fuzzer. The same seeds in the same order each time, so that a failure's number is enough to repeat it. */
public final class Fuzz {
    private static final long SECONDS = Long.getLong("tandem.fuzz.seconds", 2);
    private static final long ONLY = Long.getLong("tandem.fuzz.seed", -1);

    /** One round; throws what is wrong. */
    @FunctionalInterface
    public interface Round {
        void play(Random random);
    }

    private Fuzz() {}

    /** Plays rounds until the time is over; {@code -Dtandem.fuzz.seed=N} plays that one alone. */
    public static void run(String what, Round round) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long seed = Math.max(ONLY, 0);
        do {
            try {
                round.play(new Random(seed));
            } catch (AssertionError | RuntimeException wrong) {
                throw new AssertionError(what + ": -Dtandem.fuzz.seed=" + seed + ": " + wrong.getMessage(), wrong);
            }
            seed++;
        } while (ONLY < 0 && System.nanoTime() - end < 0);
        System.out.println("fuzz " + what + ": " + seed + " rounds in " + SECONDS + " s");
    }

    public static <T> T oneOf(Random random, T[] all) {
        return all[random.nextInt(all.length)];
    }

    /** Changes a text here and there: bytes, slices twice or left out, words of {@code dictionary} put in. */
    public static String mutate(Random random, String text, String[] dictionary) {
        StringBuilder out = new StringBuilder(text);
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(out.length() + 1);
            int end = Math.min(out.length(), at + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> out.insert(at, oneOf(random, dictionary));
                case 1 -> out.delete(at, end);
                case 2 -> out.insert(at, out.substring(at, end));
                case 3 -> out.insert(at, (char) random.nextInt(256));
                default -> {
                    if (at < out.length()) {
                        out.setCharAt(at, (char) random.nextInt(256));
                    }
                }
            }
        }
        return out.toString();
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** For messages: what cannot be printed as an escape. */
    public static String show(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (byte b : bytes) {
            if (b >= ' ' && b < 0x7f && b != '\\') {
                out.append((char) b);
            } else {
                out.append("\\x").append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
            }
        }
        return out.toString();
    }

    public static byte[] slice(byte[] bytes, int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }
}

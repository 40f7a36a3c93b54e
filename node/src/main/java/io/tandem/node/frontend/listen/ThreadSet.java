// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import org.jspecify.annotations.Nullable;

/**
 * Which event loops serve a listener: {@code thread 1-4}, {@code thread 1/odd}.
 *
 * @param mask bit 0 for the first loop; all ones for every loop
 */
public record ThreadSet(long mask) {
    /** Every loop. */
    public static final ThreadSet ALL = new ThreadSet(-1L);

    private static final int MOST = 64;
    private static final long ODD = 0x5555_5555_5555_5555L;

    /** Why a text is no set, worded as HAProxy. */
    static final class Malformed extends Exception {
        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    static ThreadSet parse(String text) throws Malformed {
        int slash = text.indexOf('/');
        int group = slash < 0 ? -1 : number(text.substring(0, slash));
        if (group >= 0 && group != 1) {
            throw new Malformed("'" + text + "' thread-group number must be between 1 and 1 (was " + group + ")");
        }
        String set = group < 0 ? text : text.substring(slash + 1);
        Long mask = mask(set, MOST);
        if (mask == null) {
            boolean numeric = set.isEmpty() || Character.isDigit(set.charAt(0));
            throw new Malformed("'" + set + "' : '" + set + "' is not a valid number/range."
                    + (numeric ? " It supports numbers from 1 to " + MOST + "." : ""));
        }
        return new ThreadSet(mask);
    }

    /** {@code all}, {@code odd}, {@code even}, a number or a range as bits; null where it is none of them. */
    static @Nullable Long mask(String set, int most) {
        switch (set) {
            case "all":
                return -1L;
            case "odd":
                return ODD;
            case "even":
                return ~ODD;
            default:
                int dash = set.indexOf('-');
                int first = number(dash < 0 ? set : set.substring(0, dash));
                int last = dash < 0 ? first : number(set.substring(dash + 1));
                if (first < 1 || last < first || last > most) {
                    return null;
                }
                return (-1L << first - 1) & (-1L >>> MOST - last);
        }
    }

    private static int number(String digits) {
        return digits.matches("[0-9]{1,4}") ? Integer.parseInt(digits) : -1;
    }

    ThreadSet and(ThreadSet other) {
        return equals(ALL) ? other : new ThreadSet(mask | other.mask);
    }

    /** Whether it names a loop that {@code count} loops do not have. */
    boolean exceeds(int count) {
        return mask != -1L && mask != ODD && mask != ~ODD && count < MOST && mask >>> count != 0;
    }

    boolean contains(int loop) {
        return (mask >>> loop & 1) != 0;
    }
}

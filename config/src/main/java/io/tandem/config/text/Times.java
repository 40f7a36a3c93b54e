// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

import org.jspecify.annotations.Nullable;

/**
 * A time as haproxy.cfg writes it (manual 2.5): an integer and an optional unit, {@code 500us 10ms 5s 3m 2h 1d}.
 *
 * <p>Every keyword words its own complaint, so {@link #parse} answers with the kind of mistake.
 */
public record Times(long value, Outcome outcome, char character, @Nullable String warning) {
    /** The largest timer in milliseconds: about 24.8 days. */
    public static final long MAX_MS = Integer.MAX_VALUE;

    /** What came of reading a time. */
    public enum Outcome {
        OK,
        /** {@link Times#character} cannot stand there. */
        UNEXPECTED,
        /** More than {@link Integer#MAX_VALUE} in the unit asked for. */
        OVERFLOW,
        /** There is no text. */
        MISSING
    }

    /** A unit of time and how many microseconds it holds. */
    public enum Unit {
        US(1),
        MS(1_000),
        S(1_000_000),
        M(60_000_000),
        H(3_600_000_000L),
        D(86_400_000_000L);

        private final long micros;

        Unit(long micros) {
            this.micros = micros;
        }
    }

    public boolean ok() {
        return outcome == Outcome.OK;
    }

    /** {@code text} in milliseconds, the unit of nearly every timer; a part of a millisecond counts as a whole one. */
    public static Times millis(String text) {
        return parse(text, Unit.MS);
    }

    /**
     * Reads a time.
     *
     * @param unit what a number without unit means, and the unit of {@link #value}; remainders are rounded up, so that a
     *     time that is not zero never becomes zero
     */
    public static Times parse(String text, Unit unit) {
        if (text.isEmpty()) {
            return new Times(0, Outcome.MISSING, '\0', null);
        }
        long number = 0;
        int at = 0;
        while (at < text.length() && isDigit(text.charAt(at))) {
            number = Math.min(number * 10 + (text.charAt(at) - '0'), 1L << 50);
            at++;
        }
        if (at == 0) {
            return unexpected(text.charAt(0));
        }
        Unit written = unit;
        if (at < text.length()) {
            Unit named = unitAt(text, at);
            if (named == null) {
                return unexpected(text.charAt(at));
            }
            written = named;
            at += named == Unit.US || named == Unit.MS ? 2 : 1;
        }
        String warning = at < text.length() ? trailing(text, at) : null;
        return convert(number, written, unit, warning);
    }

    private static Times convert(long number, Unit written, Unit unit, @Nullable String warning) {
        if (number > Long.MAX_VALUE / written.micros) {
            return new Times(0, Outcome.OVERFLOW, '\0', null);
        }
        long micros = number * written.micros;
        long value = micros / unit.micros + (micros % unit.micros == 0 ? 0 : 1);
        return value > Integer.MAX_VALUE
                ? new Times(0, Outcome.OVERFLOW, '\0', null)
                : new Times(value, Outcome.OK, '\0', warning);
    }

    private static @Nullable Unit unitAt(String text, int at) {
        char next = at + 1 < text.length() ? text.charAt(at + 1) : '\0';
        return switch (text.charAt(at)) {
            case 'u' -> next == 's' ? Unit.US : null;
            case 'm' -> next == 's' ? Unit.MS : Unit.M;
            case 's' -> Unit.S;
            case 'h' -> Unit.H;
            case 'd' -> Unit.D;
            default -> null;
        };
    }

    private static String trailing(String text, int at) {
        return "unexpected character '" + text.charAt(at) + "' after the timer value '" + text
                + "', only (us=microseconds,ms=milliseconds,s=seconds,m=minutes,h=hours,d=days) are supported."
                + " This will be reported as an error in next versions.";
    }

    private static Times unexpected(char character) {
        return new Times(0, Outcome.UNEXPECTED, character, null);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

/**
 * A size as haproxy.cfg writes it: an integer and an optional {@code k}, {@code m} or {@code g} (powers of 1024, either
 * case), below 4 GiB as in HAProxy.
 *
 * @param value what was read, or 0
 * @param unexpected the character that cannot stand there (also the one with which the value overflows), or 0 when
 *     {@code value} is good
 */
public record Sizes(long value, char unexpected) {
    private static final long LIMIT = 1L << 32;

    public boolean ok() {
        return unexpected == '\0';
    }

    /** Reads a size; an empty text is 0, as in HAProxy. */
    public static Sizes parse(String text) {
        long number = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c >= '0' && c <= '9') {
                number = number * 10 + (c - '0');
            } else {
                int shift = shift(c);
                if (at == 0 || shift == 0 || number << shift >= LIMIT) {
                    return new Sizes(0, c);
                }
                return at + 1 < text.length() ? new Sizes(0, text.charAt(at + 1)) : new Sizes(number << shift, '\0');
            }
            if (number >= LIMIT) {
                return new Sizes(0, c);
            }
        }
        return new Sizes(number, '\0');
    }

    private static int shift(char c) {
        return switch (c) {
            case 'k', 'K' -> 10;
            case 'm', 'M' -> 20;
            case 'g', 'G' -> 30;
            default -> 0;
        };
    }
}

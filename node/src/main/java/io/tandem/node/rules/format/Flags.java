// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

/**
 * How one part is written (HAProxy manual 8.2.6).
 *
 * @param quote in double quotes ({@code +Q})
 * @param hex dates, addresses and numbers of ports, processes and lines in hexadecimal ({@code +X}); not expressions
 * @param escape {@code " \ ]} behind a backslash ({@code +E})
 * @param mandatory {@code -} for what there is not ({@code +M}): so in logs, where fields are counted
 */
record Flags(boolean quote, boolean hex, boolean escape, boolean mandatory) {
    /** Where nothing is said. */
    static Flags of(Format.Style style) {
        return new Flags(false, false, false, style == Format.Style.LOG);
    }

    /**
     * These flags changed by {@code +Q,-X} and the like: a sign and a letter between commas. HAProxy passes over everything else,
     * a letter without a sign and what stands in front of a second sign, too.
     */
    Flags with(String changes) {
        Flags flags = this;
        char sign = ',';
        int start = 0;
        for (int i = 0; i <= changes.length(); i++) {
            char c = i < changes.length() ? changes.charAt(i) : ',';
            if (c == ',' && sign != ',') {
                flags = flags.with(changes.substring(start, i), sign == '+');
            }
            if (c == ',' || c == '+' || c == '-') {
                sign = c;
                start = i + 1;
            }
        }
        return flags;
    }

    private Flags with(String name, boolean on) {
        return switch (name) {
            case "Q" -> new Flags(on, hex, escape, mandatory);
            case "X" -> new Flags(quote, on, escape, mandatory);
            case "E" -> new Flags(quote, hex, on, mandatory);
            case "M" -> new Flags(quote, hex, escape, on);
            default -> this;
        };
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

/**
 * How one part is written.
 *
 * @param quote in double quotes ({@code +Q})
 * @param hex numbers and addresses in hexadecimal ({@code +X})
 * @param escape {@code " \ ]} behind a backslash ({@code +E})
 */
record Flags(boolean quote, boolean hex, boolean escape) {
    static final Flags NONE = new Flags(false, false, false);
    static final Flags ESCAPE = new Flags(false, false, true);

    /** These flags changed by {@code +Q,-X} and the like. */
    Flags with(String changes) {
        Flags flags = this;
        boolean on = true;
        for (int i = 0; i < changes.length(); i++) {
            char c = changes.charAt(i);
            switch (c) {
                case '+' -> on = true;
                case '-' -> on = false;
                case 'Q' -> flags = new Flags(on, flags.hex, flags.escape);
                case 'X' -> flags = new Flags(flags.quote, on, flags.escape);
                case 'E' -> flags = new Flags(flags.quote, flags.hex, on);
                default -> {}
            }
        }
        return flags;
    }
}

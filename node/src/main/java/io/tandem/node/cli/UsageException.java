// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import org.jspecify.annotations.Nullable;

/** The command line cannot be understood. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean showUsage;

    /** @param message what is wrong, or null when the usage says enough */
    UsageException(@Nullable String message, boolean showUsage) {
        super(message, null, false, false);
        this.showUsage = showUsage;
    }

    boolean showUsage() {
        return showUsage;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

/** How bad a problem is; the names are those HAProxy prints. */
public enum Severity {
    /** Shown with {@code -dD} only. */
    DIAG,
    /** For information. */
    NOTICE,
    /** Will run, perhaps not as meant; fatal with {@code -dW}. */
    WARNING,
    /** Shown as an alert, and will run all the same: HAProxy keeps what was said before, and continues. */
    REPROACH,
    /** Will not run. */
    ALERT;

    @Override
    public String toString() {
        return this == REPROACH ? ALERT.name() : name();
    }
}

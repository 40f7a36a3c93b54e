// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.text.Origin;

/** A line that cannot be accepted: ends the line, never the load. Caught by {@link Keywords#apply}. */
public final class LineError extends RuntimeException {
    private final transient Origin origin;

    /** @param text the message after {@code parsing [FILE:LINE] : }, worded as HAProxy's */
    public LineError(Origin origin, String text) {
        super(text, null, false, false);
        this.origin = origin;
    }

    public Origin origin() {
        return origin;
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}

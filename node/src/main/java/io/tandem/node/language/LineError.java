// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.text.Origin;

/** A line that cannot be accepted: ends the line, never the load. Caught by whoever applies the line's directive. */
public final class LineError extends RuntimeException {
    private final transient Origin origin;
    private final boolean whole;

    /** @param text the message after {@code parsing [FILE:LINE] : }, worded as HAProxy's */
    public LineError(Origin origin, String text) {
        this(origin, text, false);
    }

    private LineError(Origin origin, String text, boolean whole) {
        super(text, null, false, false);
        this.origin = origin;
        this.whole = whole;
    }

    /** An error that HAProxy words without {@code parsing [FILE:LINE] : } or with other blanks; {@code text} is all of it. */
    public static LineError whole(Origin origin, String text) {
        return new LineError(origin, text, true);
    }

    public Origin origin() {
        return origin;
    }

    public String text() {
        return String.valueOf(getMessage());
    }

    /** The message with {@code parsing [FILE:LINE] : } in front, unless it brings its own. */
    public String message() {
        return whole ? text() : "parsing [" + origin.place() + "] : " + text();
    }
}

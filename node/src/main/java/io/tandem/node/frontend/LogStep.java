// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import org.jspecify.annotations.Nullable;

/**
 * When a line is written (HAProxy 3.x's manual, {@code log-steps} and {@code log-profile}); a profile may word each of them
 * otherwise. The first five are also what {@code log-steps} chooses from.
 */
@SuppressWarnings("EnumOrdinal") // bits of a set that nothing outside of the process sees
public enum LogStep {
    /** The connection was accepted. */
    ACCEPT("accept"),
    /** The request's head, or a session in TCP mode, is there and no rule has seen it. */
    REQUEST("request"),
    /** There is a connection to the server. */
    CONNECT("connect"),
    /** The response's head has been judged and goes to the client. */
    RESPONSE("response"),
    /** The end, which is when a line is written by itself. */
    CLOSE("close"),
    /** The exchange failed before it was one. */
    ERROR("error"),
    /** What follows is where {@code do-log} stands. */
    CONNECTION_RULES("tcp-req-conn"),
    SESSION_RULES("tcp-req-sess"),
    CONTENT_RULES("tcp-req-cont"),
    RESPONSE_CONTENT_RULES("tcp-res-cont"),
    REQUEST_RULES("http-req"),
    RESPONSE_RULES("http-res"),
    AFTER_RESPONSE_RULES("http-after-res");

    /** As {@link Frontend#logSteps}: a line at the end. */
    public static final int AT_THE_END = CLOSE.bit();

    /** As {@link Frontend#logSteps}: all there are. */
    public static final int ALL = ACCEPT.bit() | REQUEST.bit() | CONNECT.bit() | RESPONSE.bit() | AT_THE_END;

    private final String word;

    LogStep(String word) {
        this.word = word;
    }

    /** As configurations write it. */
    public String word() {
        return word;
    }

    /** Its bit in a set of steps. */
    public int bit() {
        return 1 << ordinal();
    }

    /** Whether a frontend's {@code steps} have it. */
    public boolean isIn(int steps) {
        return (steps & bit()) != 0;
    }

    /** The step of that name, or null. */
    public static @Nullable LogStep of(String word) {
        for (LogStep step : values()) {
            if (step.word.equals(word)) {
                return step;
            }
        }
        return null;
    }
}

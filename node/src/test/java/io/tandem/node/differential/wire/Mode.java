// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

/** How the proxies are set up for a case; each has a frontend, a backend and a server of its own in every lane. */
enum Mode {
    KEEP_ALIVE("option forwardfor"),
    SERVER_CLOSE("option http-server-close"),
    CLOSE("option httpclose"),
    /** Nobody waits for long. */
    HURRIED("timeout http-request 250ms", "timeout client 350ms", "timeout server 300ms", "timeout connect 200ms"),
    /** As many operators have it; the second server is never of use: it cannot be reached. */
    PERSISTENT("retries 3", "option redispatch", "timeout server 300ms", "timeout connect 200ms"),
    /** Nobody listens there. */
    REFUSED("retries 3", "option redispatch"),
    /** Whoever connects there hears nothing. */
    BLACKHOLED("retries 1", "timeout connect 80ms");

    private final String lines;

    Mode(String... options) {
        lines = "    " + String.join("\n    ", options) + "\n";
    }

    /** The lines of its own in a {@code listen} section. */
    String lines() {
        return lines;
    }

    /** How long nothing must happen before a conversation is over. */
    int quietMs() {
        return switch (this) {
            case KEEP_ALIVE, SERVER_CLOSE, CLOSE -> 100;
            case HURRIED, PERSISTENT -> 600;
            case REFUSED, BLACKHOLED -> 1500;
        };
    }
}

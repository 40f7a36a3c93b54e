// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import org.jspecify.annotations.Nullable;

/**
 * How a proxy speaks HTTP, as its options say; frontends and backends each have theirs.
 *
 * @param connectionMode what becomes of connections after a response
 * @param forwardedFor {@code option forwardfor}, or null
 * @param originalTo {@code option originalto}, or null
 * @param restrictedNames what becomes of unusual field names, or null where nothing was said
 * @param errorPages what it answers errors with; null where the section names no page of its own
 * @param reuse {@code http-reuse}; backends only
 * @param caseAdjust how names are written to clients (frontends) or servers (backends), or null for lower case
 * @param serverNameField {@code http-send-name-header}: the field, in lower case, that tells a server its name; or null
 * @param options the bits of its {@link HttpOption}s
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HttpSettings(
        ConnectionMode connectionMode,
        @Nullable AddressField forwardedFor,
        @Nullable AddressField originalTo,
        @Nullable RestrictedNames restrictedNames,
        @Nullable ErrorPages errorPages,
        Reuse reuse,
        @Nullable CaseAdjust caseAdjust,
        byte @Nullable [] serverNameField,
        int options) {
    public static final HttpSettings DEFAULT =
            new HttpSettings(ConnectionMode.KEEP_ALIVE, null, null, null, null, Reuse.SAFE, null, null, 0);

    /** A bit of {@link #options} behind those of all {@link HttpOption}s. */
    static final int LOOKS_AT_BODIES = 1 << 31;

    /** Whether what comes of a request's body with its head is there when rules are judged. */
    public boolean looksAtBodies() {
        return (options & LOOKS_AT_BODIES) != 0;
    }

    static final int LOOKS_AT_RESPONSE_BODIES = 1 << 30;

    /** Whether what comes of a response's body with its head is there when rules are judged. */
    public boolean looksAtResponseBodies() {
        return (options & LOOKS_AT_RESPONSE_BODIES) != 0;
    }

    /** Whether {@code option} is on. */
    public boolean has(HttpOption option) {
        return (options & option.bit()) != 0;
    }

    /** What becomes of the two connections after a response (HAProxy manual 4, keep-alive); the strictest wins. */
    public enum ConnectionMode {
        KEEP_ALIVE,
        /** The server's ends, the client's goes on ({@code option http-server-close}). */
        SERVER_CLOSE,
        /** Both end ({@code option httpclose}). */
        CLOSE;

        public ConnectionMode stricter(ConnectionMode other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /** Which requests may use a server connection that others used before ({@code http-reuse}). */
    public enum Reuse {
        NEVER,
        /** Not the first of a client connection: the client would not repeat it if the server closes meanwhile. */
        SAFE,
        /** The first one too, where the connection has served several. */
        AGGRESSIVE,
        ALWAYS
    }
}

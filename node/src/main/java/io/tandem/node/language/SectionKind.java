// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The sections of haproxy.cfg in which a keyword may be valid (HAProxy manual 2 to 4, 10, 12). */
public enum SectionKind {
    GLOBAL,
    DEFAULTS,
    FRONTEND,
    LISTEN,
    BACKEND,
    PEERS,
    USERLIST,
    RESOLVERS,
    MAILERS,
    HTTP_ERRORS,
    CACHE,
    RING,
    LOG_FORWARD,
    PROGRAM,
    FCGI_APP,
    CRT_STORE,
    TRACES,
    LOG_PROFILE,
    ACME;

    /** {@code defaults}, {@code frontend}, {@code listen} and {@code backend}. */
    public static final Set<SectionKind> PROXIES = EnumSet.of(DEFAULTS, FRONTEND, LISTEN, BACKEND);

    /** The proxies that accept connections, and {@code defaults}. */
    public static final Set<SectionKind> FRONTENDS = EnumSet.of(DEFAULTS, FRONTEND, LISTEN);

    /** The proxies that have servers, and {@code defaults}. */
    public static final Set<SectionKind> BACKENDS = EnumSet.of(DEFAULTS, LISTEN, BACKEND);

    /** The word that opens such a section. */
    public String keyword() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

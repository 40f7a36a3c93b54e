// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import java.util.List;

/**
 * What a {@code cookie} line says.
 *
 * @param indirect the server does not see the cookie
 * @param noCache responses with a cookie of ours are not for caches
 * @param postOnly given out in answers to POST only
 * @param preserve what the server itself sets stays
 * @param attributes behind the value: {@code ; path=/; HttpOnly}
 * @param maxIdleS seconds; 0 for no limit
 * @param maxLifeS seconds; 0 for no limit
 */
record CookieSettings(
        String name,
        Kind kind,
        boolean indirect,
        boolean noCache,
        boolean postOnly,
        boolean preserve,
        List<String> attributes,
        int maxIdleS,
        int maxLifeS) {
    /** Who makes the cookie. */
    enum Kind {
        /** Nobody: it is only read. */
        PASSIVE,
        /** The proxy. */
        INSERT,
        /** The server; the proxy writes its value. */
        REWRITE,
        /** The server; the proxy puts the server's name before its value. */
        PREFIX
    }

    CookieSettings {
        attributes = List.copyOf(attributes);
    }

    boolean dated() {
        return maxIdleS > 0 || maxLifeS > 0;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content;

import io.tandem.node.backend.Backend;
import io.tandem.node.content.cache.CacheUse;
import io.tandem.node.content.compression.AcceptedEncoding;
import io.tandem.node.content.compression.ResponseEncoding;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** Which filters an exchange has, in HAProxy's order: the cache keeps what the server sent, compression comes behind it. */
public final class BodyFilters {
    private BodyFilters() {}

    /** A request goes to a server of {@code backend}: its rules have been judged, its head may still be edited. */
    public static void onRequest(Facts facts, Backend backend) {
        if (backend.compression() != null || facts.frontend.compression() != null) {
            AcceptedEncoding.choose(facts, backend);
        }
    }

    /** A server has answered; no rule has seen its head. */
    public static void onResponseHead(Facts facts, Backend backend) {
        if (facts.accepted != null) {
            ResponseEncoding.decide(facts, backend);
        }
    }

    /** A response goes to the client: who looks at its body, null for nobody. Its head may be edited. */
    public static @Nullable BodyFilter onResponse(Facts facts, Backend backend) {
        BodyFilter encoder = facts.encoding == null ? null : ResponseEncoding.begin(facts, backend);
        CacheUse caching = facts.caching;
        return caching != null && caching.isStoring() ? caching.before(encoder) : encoder;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.util.Locale;

/** What {@code show resolvers} counts for each name server, in its order. */
enum NameserverCounter {
    SENT,
    SND_ERROR,
    VALID,
    UPDATE,
    CNAME,
    CNAME_ERROR,
    ANY_ERR,
    NX,
    TIMEOUT,
    REFUSED,
    OTHER,
    INVALID,
    TOO_BIG,
    TRUNCATED,
    OUTDATED;

    /** The name as shown. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static NameserverCounter of(Response.Kind kind) {
        return switch (kind) {
            case VALID -> VALID;
            case INVALID -> INVALID;
            case EMPTY -> ANY_ERR;
            case TRUNCATED -> TRUNCATED;
            case NX -> NX;
            case REFUSED -> REFUSED;
            case OTHER_ERROR -> OTHER;
            case CNAME_ERROR -> CNAME_ERROR;
        };
    }
}

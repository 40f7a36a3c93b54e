// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.rules.sample.Text;

/** Whether a response may be stored, and for how long (RFC 9111 sections 3 and 4.2), as HAProxy decides it. */
final class Storable {
    private static final byte[] PRAGMA = Ascii.bytes("pragma");
    private static final byte[] EXPIRES = Ascii.bytes("expires");
    private static final byte[] ETAG = Ascii.bytes("etag");
    private static final byte[] LAST_MODIFIED = Ascii.bytes("last-modified");
    static final byte[] AGE = Ascii.bytes("age");
    static final byte[] NO_CACHE = Ascii.bytes("no-cache");
    static final byte[] NO_STORE = Ascii.bytes("no-store");
    static final byte[] MAX_AGE = Ascii.bytes("max-age");
    private static final byte[] MAX_STALE = Ascii.bytes("max-stale");
    private static final byte[] MIN_FRESH = Ascii.bytes("min-fresh");
    private static final byte[] PRIVATE = Ascii.bytes("private");
    private static final byte[] PUBLIC = Ascii.bytes("public");
    private static final byte[] S_MAXAGE = Ascii.bytes("s-maxage");
    private static final int NOT_AT_ALL = -1;
    private static final long NO_AGE = 0;

    private Storable() {}

    /**
     * How long the response may be kept, seconds; negative where it must not be.
     *
     * @param authorized whether the request brought credentials: the response must be for everybody all the same
     * @param nowS seconds since 1970
     */
    static int lifetimeS(Headers headers, boolean authorized, int maxAgeS, long nowS) {
        if (isNoCache(headers)
                || Directives.isBare(headers, PRIVATE)
                || Directives.has(headers, NO_CACHE)
                || Directives.has(headers, NO_STORE)
                || (authorized && !Directives.has(headers, PUBLIC))) {
            return NOT_AT_ALL;
        }
        long shared = Directives.number(headers, S_MAXAGE);
        long own = Directives.number(headers, MAX_AGE);
        if (shared == 0 || own == 0) {
            return NOT_AT_ALL;
        }
        long lifetime = shared > 0 ? shared : own;
        if (lifetime < 0) {
            int expires = headers.find(EXPIRES, 0);
            if (expires >= 0) {
                long at = HttpDate.parse(headers.bytes(), headers.valueStart(expires), headers.valueEnd(expires));
                lifetime = Math.max(0, at - nowS);
            } else if (own == Directives.BARE
                    || shared == Directives.BARE
                    || headers.find(ETAG, 0) >= 0
                    || headers.find(LAST_MODIFIED, 0) >= 0) {
                lifetime = maxAgeS;
            }
        }
        long age = age(headers);
        return lifetime <= 0 || age < 0 || age > lifetime ? NOT_AT_ALL : (int) Math.min(lifetime, maxAgeS);
    }

    private static boolean isNoCache(Headers headers) {
        for (int i = headers.find(PRAGMA, 0); i >= 0; i = headers.find(PRAGMA, i + 1)) {
            if (Text.equals(headers.bytes(), headers.valueStart(i), headers.valueEnd(i), NO_CACHE, true)) {
                return true;
            }
        }
        return false;
    }

    /** How old the response says it is, seconds; negative where that is no number. */
    static long age(Headers headers) {
        int index = headers.find(AGE, 0);
        if (index < 0) {
            return NO_AGE;
        }
        long age = Text.number(headers.bytes(), headers.valueStart(index), headers.valueEnd(index));
        return age > Integer.MAX_VALUE ? NOT_AT_ALL : age;
    }

    /** Whether a request wants something newer than what a cache has. */
    static boolean asksServer(Headers headers) {
        return isNoCache(headers)
                || Directives.has(headers, NO_CACHE)
                || Directives.has(headers, MAX_AGE)
                || Directives.has(headers, MAX_STALE)
                || Directives.has(headers, MIN_FRESH);
    }
}

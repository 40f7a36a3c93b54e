// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.rules.Facts;
import java.util.Locale;

/** Whether a cache on the way would keep a response (RFC 9111 section 3), as far as HAProxy looks. */
public final class Cacheability {
    private static final byte[] CACHE_CONTROL = "cache-control".getBytes(ISO_8859_1);
    private static final byte[] SET_COOKIE = "set-cookie".getBytes(ISO_8859_1);
    private static final byte[] PRAGMA = "pragma".getBytes(ISO_8859_1);
    private static final byte[] EXPIRES = "expires".getBytes(ISO_8859_1);
    private static final byte[] ETAG = "etag".getBytes(ISO_8859_1);
    private static final byte[] LAST_MODIFIED = "last-modified".getBytes(ISO_8859_1);

    private Cacheability() {}

    static boolean mayBeStored(Facts facts) {
        Method method = facts.request.method();
        Headers headers = facts.response.headers();
        if ((method != Method.GET && method != Method.HEAD) || says(headers, PRAGMA, "no-cache")) {
            return false;
        }
        boolean control = headers.find(CACHE_CONTROL, 0) >= 0;
        if (says(headers, CACHE_CONTROL, "private")
                || says(headers, CACHE_CONTROL, "no-cache")
                || says(headers, CACHE_CONTROL, "no-store")) {
            return false;
        }
        return control
                || headers.find(EXPIRES, 0) >= 0
                || headers.find(ETAG, 0) >= 0
                || headers.find(LAST_MODIFIED, 0) >= 0;
    }

    /**
     * {@code option checkcache}: whether a response brings a cookie that a cache may hand to others, as HAProxy's manual says
     * it. HAProxy 2.6 itself lets all of them pass.
     */
    public static boolean leaksCookie(Facts facts) {
        Headers headers = facts.response.headers();
        if (headers.find(SET_COOKIE, 0) < 0) {
            return false;
        }
        if (says(headers, PRAGMA, "no-cache")
                || says(headers, CACHE_CONTROL, "private")
                || says(headers, CACHE_CONTROL, "no-store")
                || says(headers, CACHE_CONTROL, "max-age=0")
                || says(headers, CACHE_CONTROL, "s-maxage=0")
                || says(headers, CACHE_CONTROL, "no-cache")) {
            return false;
        }
        boolean cacheable =
                switch (facts.request.method()) {
                    case GET, HEAD, OPTIONS, TRACE -> isCacheable(facts.response.status());
                    default -> false;
                };
        return cacheable || says(headers, CACHE_CONTROL, "public");
    }

    private static boolean isCacheable(int status) {
        return switch (status) {
            case 200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501 -> true;
            default -> false;
        };
    }

    private static boolean says(Headers headers, byte[] name, String word) {
        for (int i = headers.find(name, 0); i >= 0; i = headers.find(name, i + 1)) {
            int start = headers.valueStart(i);
            String value = new String(headers.bytes(), start, headers.valueEnd(i) - start, ISO_8859_1);
            if (value.toLowerCase(Locale.ROOT).contains(word)) {
                return true;
            }
        }
        return false;
    }
}

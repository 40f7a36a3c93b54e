// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.rules.Facts;
import java.util.Locale;

/** Whether a cache on the way would keep a response (RFC 9111 section 3), as far as HAProxy looks. */
final class Cacheability {
    private static final byte[] CACHE_CONTROL = "cache-control".getBytes(ISO_8859_1);
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

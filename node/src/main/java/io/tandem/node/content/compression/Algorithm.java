// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import io.tandem.node.frontend.http.Ascii;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How a body is encoded: the words of {@code compression algo}. */
public enum Algorithm {
    /** As it is, but chunked: for looking at what compression does. */
    IDENTITY("identity", "identity", false),
    /** RFC 1952. */
    GZIP("gzip", "gzip", true),
    /** RFC 1950, which is what HTTP means by deflate. */
    DEFLATE("deflate", "deflate", false),
    /** RFC 1951, which is what some clients mean by deflate. */
    RAW_DEFLATE("raw-deflate", "deflate", true);

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final byte[] configured;

    @SuppressWarnings("ImmutableEnumChecker") // never written
    private final byte[] token;

    private final boolean raw;

    Algorithm(String configured, String token, boolean raw) {
        this.configured = Ascii.bytes(configured);
        this.token = Ascii.bytes(token);
        this.raw = raw;
    }

    /** The algorithm that a configuration calls {@code word}; null for none. */
    static @Nullable Algorithm named(String word) {
        for (Algorithm algorithm : values()) {
            if (word.equals(new String(algorithm.configured, StandardCharsets.US_ASCII))) {
                return algorithm;
            }
        }
        return null;
    }

    /** Its name in configurations, not to be changed. */
    public byte[] configured() {
        return configured;
    }

    /** Its name in Accept-Encoding and Content-Encoding, in lower case, not to be changed. */
    byte[] token() {
        return token;
    }

    /** Whether the deflater leaves out the header and the check sum of RFC 1950. */
    boolean isRaw() {
        return raw;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code option http-restrict-req-hdr-names}: what becomes of request fields whose names hold more than letters, digits and
 * hyphens. Gateways that make variables of them map several names to one.
 */
public enum RestrictedNames {
    /** They go on. */
    PRESERVE,
    /** They are taken out. */
    DELETE,
    /** The request is answered with 403. */
    REJECT;

    /** The policy of that name, or null. */
    static @Nullable RestrictedNames of(String word) {
        for (RestrictedNames policy : values()) {
            if (policy.name().toLowerCase(Locale.ROOT).equals(word)) {
                return policy;
            }
        }
        return null;
    }

    /** Applies the policy; false if the request is to be refused. */
    public boolean applyTo(Headers headers) {
        if (this == PRESERVE) {
            return true;
        }
        for (int i = 0; i < headers.count(); i++) {
            if (headers.isLive(i) && isUnusual(headers, i)) {
                if (this == REJECT) {
                    return false;
                }
                headers.remove(i);
            }
        }
        return true;
    }

    private static boolean isUnusual(Headers headers, int index) {
        byte[] bytes = headers.bytes();
        for (int at = headers.nameStart(index); at < headers.nameEnd(index); at++) {
            byte b = Ascii.toLower(bytes[at]);
            if ((b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-') {
                return true;
            }
        }
        return false;
    }
}

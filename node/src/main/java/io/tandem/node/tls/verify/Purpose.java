// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.util.Set;

/** What a certificate is presented for. */
public enum Purpose {
    /** By a client, to a {@code bind} line. */
    CLIENT(Set.of("1.3.6.1.5.5.7.3.2"), 0x80),
    /** By a server. Strong encryption for exported browsers ("step-up") counts as well. */
    SERVER(Set.of("1.3.6.1.5.5.7.3.1", "2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.10.3.3"), 0x40);

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final Set<String> usages;

    private final int netscapeType;

    Purpose(Set<String> usages, int netscapeType) {
        this.usages = usages;
        this.netscapeType = netscapeType;
    }

    /** Whether one of the extended key usages will do. {@code anyExtendedKeyUsage} does not, as with OpenSSL. */
    boolean isAmong(Iterable<String> extendedUsages) {
        for (String candidate : extendedUsages) {
            if (usages.contains(candidate)) {
                return true;
            }
        }
        return false;
    }

    /** The bit of Netscape's certificate type. */
    int netscapeType() {
        return netscapeType;
    }
}

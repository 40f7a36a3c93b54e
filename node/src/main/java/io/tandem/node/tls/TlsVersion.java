// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The protocol versions that HAProxy's options name, oldest first. */
public enum TlsVersion {
    SSL30("SSLv3", "SSLv3", "sslv3"),
    TLS10("TLSv1.0", "TLSv1", "tlsv10"),
    TLS11("TLSv1.1", "TLSv1.1", "tlsv11"),
    TLS12("TLSv1.2", "TLSv1.2", "tlsv12"),
    TLS13("TLSv1.3", "TLSv1.3", "tlsv13");

    private final String word;
    private final String protocol;
    private final String suffix;

    TlsVersion(String word, String protocol, String suffix) {
        this.word = word;
        this.protocol = protocol;
        this.suffix = suffix;
    }

    /** As {@code ssl-min-ver} takes it. */
    public String word() {
        return word;
    }

    /** As the TLS engine names it. */
    public String protocol() {
        return protocol;
    }

    /** As {@code no-…} and {@code force-…} name it. */
    public String suffix() {
        return suffix;
    }

    public static Optional<TlsVersion> named(String word) {
        for (TlsVersion version : values()) {
            if (version.word.equals(word)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /** Whether nothing is left below {@code most} by default. */
    static boolean isBelowDefault(@Nullable TlsVersion most) {
        return most != null && most.compareTo(TLS12) < 0;
    }

    /**
     * The versions from {@code least} to {@code most}, a set of the caller's own; never SSLv3, which the engine has not.
     *
     * @param least null for TLSv1.2, or for {@code most} where that is less
     * @param most null for TLSv1.3
     */
    public static Set<TlsVersion> between(@Nullable TlsVersion least, @Nullable TlsVersion most) {
        TlsVersion to = most != null ? most : TLS13;
        TlsVersion from = least != null ? least : isBelowDefault(most) ? to : TLS12;
        Set<TlsVersion> versions = EnumSet.noneOf(TlsVersion.class);
        for (TlsVersion version : values()) {
            if (version.compareTo(from) >= 0 && version.compareTo(to) <= 0 && version != SSL30) {
                versions.add(version);
            }
        }
        return versions;
    }
}

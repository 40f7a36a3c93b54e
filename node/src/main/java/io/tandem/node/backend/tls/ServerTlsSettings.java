// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.tls;

import io.tandem.node.frontend.tls.TlsVersion;
import io.tandem.node.tls.verify.TrustFile;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the TLS options of a {@code server} line, or of {@code ssl-default-server-options}, say. */
public final class ServerTlsSettings {
    /** How the server's certificate is verified. */
    enum Verify {
        /** As {@code ssl-server-verify} says. */
        DEFAULT,
        NONE,
        REQUIRED
    }

    boolean ssl;
    boolean checkSsl;
    boolean noCheckSsl;
    Verify verify = Verify.DEFAULT;

    @Nullable String verifyHost;

    @Nullable TrustFile authorities;

    @Nullable TrustFile revocations;

    @Nullable String certificate;

    @Nullable String sni;

    @Nullable String checkSni;

    List<String> alpn = List.of();
    List<String> checkAlpn = List.of();

    @Nullable String ciphers;

    @Nullable String ciphersuites;

    @Nullable String curves;

    @Nullable TlsVersion least;

    @Nullable TlsVersion most;

    final Set<TlsVersion> disabled = EnumSet.noneOf(TlsVersion.class);
    boolean noReuse;
    boolean noTickets;

    /** Whether traffic is encrypted. */
    public boolean isOn() {
        return ssl;
    }

    /** The protocols offered above TLS; empty where there are none, and without TLS. */
    public List<String> alpn() {
        return ssl ? alpn : List.of();
    }

    /** The expression that yields the server name to ask for, or null. */
    public @Nullable String sni() {
        return sni;
    }

    /** Settings of a server that starts from these. */
    public ServerTlsSettings copy() {
        ServerTlsSettings copy = new ServerTlsSettings();
        copy.ssl = ssl;
        copy.checkSsl = checkSsl;
        copy.noCheckSsl = noCheckSsl;
        copy.verify = verify;
        copy.verifyHost = verifyHost;
        copy.authorities = authorities;
        copy.revocations = revocations;
        copy.certificate = certificate;
        copy.sni = sni;
        copy.checkSni = checkSni;
        copy.alpn = alpn;
        copy.checkAlpn = checkAlpn;
        copy.ciphers = ciphers;
        copy.ciphersuites = ciphersuites;
        copy.curves = curves;
        copy.least = least;
        copy.most = most;
        copy.disabled.addAll(disabled);
        copy.noReuse = noReuse;
        copy.noTickets = noTickets;
        return copy;
    }

    /** The versions to offer, given the defaults of {@code global}; empty when they exclude each other. */
    Set<TlsVersion> versions(ServerTlsSettings defaults) {
        Set<TlsVersion> versions =
                TlsVersion.between(least != null ? least : defaults.least, most != null ? most : defaults.most);
        if (!isBounded(defaults)) {
            versions.removeAll(disabled);
            versions.removeAll(defaults.disabled);
        }
        return versions;
    }

    /** Whether versions are disabled one by one although bounds are set, which then decide alone. */
    boolean disablesInVain(ServerTlsSettings defaults) {
        return isBounded(defaults) && !(disabled.isEmpty() && defaults.disabled.isEmpty());
    }

    private boolean isBounded(ServerTlsSettings defaults) {
        return least != null || most != null || defaults.least != null || defaults.most != null;
    }

    /** A version that is disabled between two that are not; null for none. */
    @Nullable TlsVersion hole(ServerTlsSettings defaults) {
        if (isBounded(defaults)) {
            return null;
        }
        TlsVersion hole = null;
        boolean below = false;
        for (TlsVersion version : TlsVersion.values()) {
            boolean off =
                    version == TlsVersion.SSL30 || disabled.contains(version) || defaults.disabled.contains(version);
            if (off && below) {
                hole = version;
            } else if (!off && hole != null) {
                return hole;
            }
            below |= !off;
        }
        return null;
    }
}

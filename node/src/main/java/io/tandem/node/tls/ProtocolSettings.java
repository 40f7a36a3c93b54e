// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Protocol versions, cipher suites and curves as options say them: of one {@code bind} or {@code server} line, or of all of them
 * ({@code ssl-default-…}). Filled by the thread that loads, {@link ProtocolOptions} say how.
 */
public final class ProtocolSettings {
    private final Set<TlsVersion> disabled = EnumSet.noneOf(TlsVersion.class);

    private @Nullable TlsVersion least;

    private @Nullable TlsVersion most;

    public @Nullable String ciphers;

    public @Nullable String ciphersuites;

    public @Nullable String curves;

    /** {@code ecdhe}: HAProxy words a mistake in it differently. */
    public @Nullable String ecdhe;

    /** Whether tickets keep sessions ({@code tls-tickets}, {@code no-tls-tickets}); null where nothing is said. */
    public @Nullable Boolean tickets;

    void least(TlsVersion version) {
        least = version;
    }

    void most(TlsVersion version) {
        most = version;
    }

    void disable(TlsVersion version) {
        disabled.add(version);
    }

    /** These, and where they are silent those of {@code line}; no single version and no ticket is switched off by these. */
    public ProtocolSettings over(ProtocolSettings line) {
        ProtocolSettings both = line.copy();
        both.least = least != null ? least : line.least;
        both.most = most != null ? most : line.most;
        both.ciphers = either(ciphers, line.ciphers);
        both.ciphersuites = either(ciphersuites, line.ciphersuites);
        both.curves = either(curves, line.curves);
        both.ecdhe = either(ecdhe, line.ecdhe);
        return both;
    }

    public ProtocolSettings copy() {
        ProtocolSettings copy = new ProtocolSettings();
        copy.least = least;
        copy.most = most;
        copy.disabled.addAll(disabled);
        copy.ciphers = ciphers;
        copy.ciphersuites = ciphersuites;
        copy.curves = curves;
        copy.ecdhe = ecdhe;
        copy.tickets = tickets;
        return copy;
    }

    /** The line's own word, else the default's. */
    static @Nullable String either(@Nullable String own, @Nullable String byDefault) {
        return own != null ? own : byDefault;
    }

    /** Whether tickets keep sessions; they do where nothing is said. */
    public boolean withTickets(ProtocolSettings defaults) {
        Boolean said = tickets != null ? tickets : defaults.tickets;
        return said == null || said;
    }

    /** The versions to offer, given the defaults of {@code global}; empty when they exclude each other. */
    public Set<TlsVersion> versions(ProtocolSettings defaults) {
        Set<TlsVersion> versions =
                TlsVersion.between(least != null ? least : defaults.least, most != null ? most : defaults.most);
        if (!isBounded(defaults)) {
            versions.removeAll(disabled);
            versions.removeAll(defaults.disabled);
        }
        return versions;
    }

    /** Whether versions are disabled one by one although bounds are set, which then decide alone. */
    public boolean disablesInVain(ProtocolSettings defaults) {
        return isBounded(defaults) && !(disabled.isEmpty() && defaults.disabled.isEmpty());
    }

    /** The greatest version, where it is below the least one that is on by default and no other least one is said; else null. */
    public @Nullable TlsVersion ambiguous(ProtocolSettings defaults) {
        TlsVersion greatest = most != null ? most : defaults.most;
        return least == null && defaults.least == null && TlsVersion.isBelowDefault(greatest) ? greatest : null;
    }

    /** A version that is disabled between two that are not; null for none. */
    public @Nullable TlsVersion hole(ProtocolSettings defaults) {
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

    private boolean isBounded(ProtocolSettings defaults) {
        return least != null || most != null || defaults.least != null || defaults.most != null;
    }
}

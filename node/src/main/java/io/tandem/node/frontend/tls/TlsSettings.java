// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the TLS options of one {@code bind} line, or of {@code ssl-default-bind-options}, say. */
final class TlsSettings implements Facet {
    static final FacetKey<TlsSettings> KEY = new FacetKey<>(TlsSettings.class, TlsSettings::new);

    /** What {@code crt} and {@code crt-list} name, in order. */
    final List<CrtList> sources = new ArrayList<>();

    /** The options that were written, where that matters: in a {@code crt-list}. */
    Set<String> given = Set.of();

    /** The keys of {@code tls-ticket-keys}; null for those of the process. */
    @Nullable TicketFile ticketFile;

    /** {@code ocsp-update}; null where nothing is said. */
    @Nullable Boolean ocspUpdate;

    boolean generates;

    /** Who signs generated certificates ({@code ca-sign-file}). */
    @Nullable String signerFile;

    @Nullable String signerPass;

    @Nullable TlsVersion least;

    @Nullable TlsVersion most;

    final Set<TlsVersion> disabled = EnumSet.noneOf(TlsVersion.class);

    @Nullable String ciphers;

    @Nullable String ciphersuites;

    @Nullable String curves;
    /** {@code ecdhe}: HAProxy words a mistake in it differently. */
    @Nullable String ecdhe;

    List<String> alpn = List.of();
    boolean strictSni;
    /** Whether they are those of one certificate, with what its line says. */
    private boolean ofCertificate;

    boolean noTickets;
    boolean preferClientCiphers;
    ClientVerification verification = new ClientVerification();

    @Override
    public Facet inherit() {
        return new TlsSettings();
    }

    /** These settings of one certificate, and where they are silent those of its {@code bind} line. */
    TlsSettings over(TlsSettings line) {
        TlsSettings both = new TlsSettings();
        both.ofCertificate = true;
        both.least = least != null ? least : line.least;
        both.most = most != null ? most : line.most;
        both.disabled.addAll(line.disabled);
        both.ciphers = TlsGlobals.either(ciphers, line.ciphers);
        both.ciphersuites = TlsGlobals.either(ciphersuites, line.ciphersuites);
        both.curves = TlsGlobals.either(curves, line.curves);
        both.ecdhe = TlsGlobals.either(ecdhe, line.ecdhe);
        both.alpn = given.contains("alpn") ? alpn : line.alpn;
        both.strictSni = line.strictSni;
        both.noTickets = line.noTickets;
        both.ticketFile = line.ticketFile;
        both.preferClientCiphers = line.preferClientCiphers;
        both.verification = verification.over(line.verification, given);
        return both;
    }

    /** The keys that seal this listener's tickets. */
    TicketKeys tickets(TicketKeys shared) {
        return ticketFile == null ? shared : ticketFile.keys();
    }

    /** The versions to offer, given the defaults of {@code global}; empty when they exclude each other. */
    Set<TlsVersion> versions(TlsSettings defaults) {
        Set<TlsVersion> versions =
                TlsVersion.between(least != null ? least : defaults.least, most != null ? most : defaults.most);
        if (!bounded(defaults)) {
            versions.removeAll(disabled);
            versions.removeAll(defaults.disabled);
        }
        return versions;
    }

    /** Whether versions are disabled one by one although bounds are set, which then decide alone. */
    boolean disablesInVain(TlsSettings defaults) {
        return bounded(defaults) && !(disabled.isEmpty() && defaults.disabled.isEmpty());
    }

    /** The greatest version, where it is below the least one that is on by default and no other least one is said; else null. */
    @Nullable TlsVersion ambiguous(TlsSettings defaults) {
        TlsVersion greatest = most != null ? most : defaults.most;
        return least == null && defaults.least == null && TlsVersion.isBelowDefault(greatest) ? greatest : null;
    }

    boolean isOfCertificate() {
        return ofCertificate;
    }

    private boolean bounded(TlsSettings defaults) {
        return least != null || most != null || defaults.least != null || defaults.most != null;
    }
}

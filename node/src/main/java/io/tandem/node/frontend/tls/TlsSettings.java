// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.tls.ProtocolSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the TLS options of one {@code bind} line, or of {@code ssl-default-bind-options}, say. */
final class TlsSettings implements Facet {
    static final FacetKey<TlsSettings> KEY = new FacetKey<>(TlsSettings.class, TlsSettings::new);

    /** What {@code crt} and {@code crt-list} name, in order. */
    final List<CrtList> sources = new ArrayList<>();

    /** How many of the sources, at their beginning, come from {@code default-crt}. */
    int defaults;

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

    ProtocolSettings protocol = new ProtocolSettings();

    List<String> alpn = List.of();
    /** {@code strict-sni}, {@code no-strict-sni}; null where nothing is said. */
    @Nullable Boolean strictSni;

    /** Whether they are those of one certificate, with what its line says. */
    private boolean ofCertificate;

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
        both.protocol = protocol.over(line.protocol);
        both.alpn = given.contains("alpn") ? alpn : line.alpn;
        both.strictSni = line.strictSni;
        both.ticketFile = line.ticketFile;
        both.preferClientCiphers = line.preferClientCiphers;
        both.verification = verification.over(line.verification, given);
        return both;
    }

    /** The keys that seal this listener's tickets. */
    TicketKeys tickets(TicketKeys shared) {
        return ticketFile == null ? shared : ticketFile.keys();
    }

    /** Whether clients that ask for no known name are refused. */
    boolean isStrict(TlsSettings defaults) {
        Boolean said = strictSni != null ? strictSni : defaults.strictSni;
        return said != null && said;
    }

    boolean isOfCertificate() {
        return ofCertificate;
    }
}

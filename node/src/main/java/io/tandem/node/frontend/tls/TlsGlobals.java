// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import org.jspecify.annotations.Nullable;

/** What the lines of {@code global} say about TLS; {@link TlsGlobalLines} reads them. */
public final class TlsGlobals implements Facet {
    static final FacetKey<TlsGlobals> KEY = new FacetKey<>(TlsGlobals.class, TlsGlobals::new);

    /** {@code ssl-default-bind-…}. */
    final TlsSettings defaults = new TlsSettings();

    String certificateBase = "";
    String authorityBase = "";
    /** {@code key-base}: of keys in {@code crt-store} sections. */
    String keyBase = "";
    /** {@code tune.ssl.capture-buffer-size}: how much of a client's first message is kept, bytes. */
    int captureBytes;

    /** {@code tune.ssl.keylog}. */
    boolean keepsSecrets;

    int sessions = 20_000;
    int sessionLifetimeS = 300;
    /** How many generated certificates are kept, {@code tune.ssl.ssl-ctx-cache-size}. */
    int generatedKept = 1000;

    private int recordLimit;
    private int hardRecordLimit;
    private @Nullable TicketKeys shared;

    @Override
    public Facet inherit() {
        return new TlsGlobals();
    }

    /** Bytes of clear text in one record; 0 for the protocol's own limit. */
    int recordLimit() {
        return recordLimit == 0 || (hardRecordLimit > 0 && hardRecordLimit < recordLimit)
                ? hardRecordLimit
                : recordLimit;
    }

    void recordLimit(int bytes) {
        recordLimit = bytes;
    }

    void hardRecordLimit(int bytes) {
        hardRecordLimit = bytes;
    }

    /** The ticket keys of the process, for listeners without a file of their own. */
    TicketKeys sharedTickets() {
        TicketKeys keys = shared;
        return keys == null ? new TicketKeys() : keys;
    }

    void shareTickets(TicketKeys keys) {
        shared = keys;
    }

    public static TlsGlobals of(Draft global) {
        return global.facet(KEY);
    }

    /** A certificate's file as {@code crt-base} completes it. */
    public String certificate(String file) {
        return under(certificateBase, file);
    }

    /** A file of authorities as {@code ca-base} completes it. */
    public String authority(String file) {
        return under(authorityBase, file);
    }

    /** A file name as {@code crt-base} or {@code ca-base} completes it. */
    public static String under(String base, String file) {
        return file.startsWith("/") || base.isEmpty() ? file : base + "/" + file;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.config.text.Origin;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Draft;
import io.tandem.node.tls.verify.TrustFile;

/** Reads the files that {@code ca-file} and {@code crl-file} name on {@code bind} and {@code server} lines. */
public final class TrustFiles {
    private TrustFiles() {}

    /**
     * Reads {@code word}, completed by {@code ca-base}.
     *
     * @param option the option that names it
     * @param authorities whether it should hold at least one authority
     * @throws io.tandem.node.language.LineError worded as HAProxy, after an alert that says why
     */
    public static TrustFile read(Arguments line, String option, String word, boolean authorities) {
        TlsGlobals globals = TlsGlobals.of(line.context().drafts().global());
        String location = word.equals(TrustFile.SYSTEM) ? word : TlsGlobals.under(globals.authorityBase, word);
        TrustStore.Kind kind = authorities ? TrustStore.Kind.AUTHORITIES : TrustStore.Kind.REVOCATIONS;
        CertificateStore store = CertificateStore.of(line.context().drafts().global());
        TrustFile known = store.trust().get(kind, location);
        if (known != null) {
            return known;
        }
        try {
            TrustFile file = read(store, kind, location);
            if (authorities && file.certificates().isEmpty()) {
                line.context()
                        .problems()
                        .warning(new Origin("", 0, 0), "ca-file: 0 CA were loaded from '" + location + "'");
            }
            return file;
        } catch (TrustFile.Unreadable unreadable) {
            line.context()
                    .problems()
                    .alert(
                            new Origin("", 0, 0),
                            "Couldn't open the ca-file '" + location + "' (" + unreadable.why() + ").");
            throw line.error("'" + option + "' : unable to load " + location);
        }
    }

    /**
     * Reads the file that a {@code server} line names, unless another line has read it.
     *
     * @param location complete
     * @param authorities or else revocation lists
     */
    public static TrustFile read(Draft global, String location, boolean authorities) throws TrustFile.Unreadable {
        CertificateStore store = CertificateStore.of(global);
        TrustStore.Kind kind = authorities ? TrustStore.Kind.AUTHORITIES : TrustStore.Kind.REVOCATIONS;
        TrustFile known = store.trust().get(kind, location);
        return known == null ? read(store, kind, location) : known;
    }

    private static TrustFile read(CertificateStore store, TrustStore.Kind kind, String location)
            throws TrustFile.Unreadable {
        TrustFile file = TrustFile.read(location);
        store.trust().put(kind, file);
        return file;
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.tls.Complaints;

/**
 * Who uses certificates or files of authorities, and follows when commands replace them: a {@code bind} line or a server. Guarded
 * by the {@link CertificateStore} it belongs to.
 */
interface Follower {
    /** How many of its uses follow when the certificate changes. */
    int instances(StoredCertificate certificate);

    /** Whether it trusts, or revokes, by the file of that name. */
    boolean uses(TrustStore.Kind kind, String location);

    /** How many of its uses follow when such a file changes. */
    int instances();

    /** What is around the certificates has changed: all is made anew next time. */
    void forget();

    /**
     * Makes what is missing to serve the files as they are now; {@link #serve} or {@link #discard} comes next.
     *
     * @return false after an alert, with nothing prepared
     */
    boolean prepare(Complaints complaints);

    /** Serves what was prepared from now on. */
    void serve();

    /** Serves on what it serves: another cannot follow. */
    void discard();

    /** Nobody new comes: the configuration is in use no more. */
    void retire();
}

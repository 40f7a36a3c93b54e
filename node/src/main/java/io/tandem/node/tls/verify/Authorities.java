// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/** Certificates that are trusted because the configuration names them: those of {@code ca-file}. Immutable. */
public final class Authorities {
    private final List<X509Certificate> all;
    private final Map<X500Principal, List<X509Certificate>> byName = new HashMap<>();
    private final Set<X509Certificate> known;

    public Authorities(List<X509Certificate> certificates) {
        all = List.copyOf(certificates);
        known = new HashSet<>(all);
        for (X509Certificate certificate : all) {
            byName.computeIfAbsent(certificate.getSubjectX500Principal(), name -> new ArrayList<>())
                    .add(certificate);
        }
    }

    /** In the order they were read. */
    public List<X509Certificate> all() {
        return all;
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    List<X509Certificate> named(X500Principal name) {
        return byName.getOrDefault(name, List.of());
    }

    boolean contains(X509Certificate certificate) {
        return known.contains(certificate);
    }
}

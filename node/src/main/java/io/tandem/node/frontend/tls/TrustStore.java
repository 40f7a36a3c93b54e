// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.tls.verify.TrustFile;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of authorities and of revocation lists of one configuration, by name: each read once, and replaced by commands while
 * the process runs. Guarded by its {@link CertificateStore}.
 */
final class TrustStore {
    /** What a file is for. */
    enum Kind {
        AUTHORITIES,
        REVOCATIONS
    }

    private final Map<String, TrustFile> authorities = new TreeMap<>();
    private final Map<String, TrustFile> revocations = new TreeMap<>();

    private Map<String, TrustFile> of(Kind kind) {
        return kind == Kind.AUTHORITIES ? authorities : revocations;
    }

    @Nullable TrustFile get(Kind kind, String name) {
        return of(kind).get(name);
    }

    void put(Kind kind, TrustFile file) {
        of(kind).put(file.location(), file);
    }

    void remove(Kind kind, String name) {
        of(kind).remove(name);
    }

    /** All, in the order of their names. */
    List<TrustFile> all(Kind kind) {
        return List.copyOf(of(kind).values());
    }

    /** What is behind the name of {@code read} now; itself where nothing has been put. */
    @Nullable TrustFile current(Kind kind, @Nullable TrustFile read) {
        return read == null ? null : of(kind).getOrDefault(read.location(), read);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import org.jspecify.annotations.Nullable;

/** A certificate by the name operators know it by; what is behind the name can be replaced while running. Thread-safe. */
final class StoredCertificate {
    private final String name;
    private boolean updates; // of the thread that loads
    private volatile @Nullable Certificate current; // written under the store's lock, read by any

    /** @param current null for one that is yet to be filled */
    StoredCertificate(String name, @Nullable Certificate current) {
        this.name = name;
        this.current = current;
    }

    /** Its line in a {@code crt-store} wants the response of its authority kept fresh. */
    void update() {
        updates = true;
    }

    boolean updates() {
        return updates;
    }

    String name() {
        return name;
    }

    @Nullable Certificate current() {
        return current;
    }

    void replace(@Nullable Certificate next) {
        current = next;
    }
}

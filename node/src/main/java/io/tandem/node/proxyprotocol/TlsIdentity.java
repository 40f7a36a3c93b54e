// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.node.frontend.TlsFacts;
import org.jspecify.annotations.Nullable;

/** What a header says about the certificates of a client's TLS connection. */
record TlsIdentity(
        boolean hasCertificate,
        int verification,
        byte @Nullable [] commonName,
        byte @Nullable [] key,
        byte @Nullable [] signature) {
    private static final TlsIdentity NONE = new TlsIdentity(false, 0, null, null, null);

    static TlsIdentity of(@Nullable TlsFacts tls) {
        return NONE;
    }
}

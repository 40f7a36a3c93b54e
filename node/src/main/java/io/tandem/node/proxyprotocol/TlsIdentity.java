// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.tls.CertificateFacts;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;

/** What a header says about the certificates of a client's TLS connection: the client's, and our own. */
final class TlsIdentity {
    private static final int CLIENT_SSL = 1;
    private static final int CERTIFICATE_SHOWN = 2;
    private static final int CERTIFICATE_OF_SESSION = 4;

    private TlsIdentity() {}

    /** The {@code client} bits of the header. */
    static int flags(@Nullable TlsFacts tls) {
        if (tls == null) {
            return 0;
        }
        if (tls.peer() == null) {
            return CLIENT_SSL;
        }
        return tls.isResumed()
                ? CLIENT_SSL | CERTIFICATE_OF_SESSION
                : CLIENT_SSL | CERTIFICATE_SHOWN | CERTIFICATE_OF_SESSION;
    }

    /** The common name of the client's certificate. */
    static byte @Nullable [] commonName(TlsFacts tls) {
        CertificateFacts peer = tls.peer();
        return peer == null ? null : peer.subject().field("CN", 1);
    }

    /** The algorithm and size of our own key: {@code RSA2048}. */
    static byte @Nullable [] key(TlsFacts tls) {
        CertificateFacts own = tls.own();
        PublicKey key = own == null ? null : own.certificate().getPublicKey();
        if (key instanceof RSAPublicKey rsa) {
            return text("RSA" + rsa.getModulus().bitLength());
        }
        if (key instanceof ECPublicKey curve) {
            return text("EC" + curve.getParams().getCurve().getField().getFieldSize());
        }
        return key instanceof DSAPublicKey dsa
                ? text("DSA" + dsa.getParams().getP().bitLength())
                : null;
    }

    /** The algorithm our own certificate is signed by: {@code RSA-SHA256}. */
    static byte @Nullable [] signature(TlsFacts tls) {
        CertificateFacts own = tls.own();
        return own == null ? null : text(own.signatureAlgorithm());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

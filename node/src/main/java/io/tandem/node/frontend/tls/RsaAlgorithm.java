// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import org.jspecify.annotations.Nullable;

/** The signature algorithms that TLS 1.2 and 1.3 have for RSA keys, by Netty's numbers (RFC 8446 4.2.3). */
enum RsaAlgorithm {
    PKCS1_SHA1(OpenSslPrivateKeyMethod.SSL_SIGN_RSA_PKCS1_SHA1, "SHA1withRSA", "SHA-1", 0),
    PKCS1_SHA256(OpenSslPrivateKeyMethod.SSL_SIGN_RSA_PKCS1_SHA256, "SHA256withRSA", "SHA-256", 0),
    PKCS1_SHA384(OpenSslPrivateKeyMethod.SSL_SIGN_RSA_PKCS1_SHA384, "SHA384withRSA", "SHA-384", 0),
    PKCS1_SHA512(OpenSslPrivateKeyMethod.SSL_SIGN_RSA_PKCS1_SHA512, "SHA512withRSA", "SHA-512", 0),
    PSS_SHA256(OpenSslPrivateKeyMethod.SSL_SIGN_RSA_PSS_RSAE_SHA256, "RSASSA-PSS", "SHA-256", 32),
    PSS_SHA384(OpenSslPrivateKeyMethod.SSL_SIGN_RSA_PSS_RSAE_SHA384, "RSASSA-PSS", "SHA-384", 48),
    PSS_SHA512(OpenSslPrivateKeyMethod.SSL_SIGN_RSA_PSS_RSAE_SHA512, "RSASSA-PSS", "SHA-512", 64);

    private final int number;
    private final String javaName;
    private final String hash;
    private final int saltBytes;

    RsaAlgorithm(int number, String javaName, String hash, int saltBytes) {
        this.number = number;
        this.javaName = javaName;
        this.hash = hash;
        this.saltBytes = saltBytes;
    }

    /** The algorithm of that number; null for one that RSA keys do not sign by. */
    static @Nullable RsaAlgorithm of(int number) {
        for (RsaAlgorithm algorithm : values()) {
            if (algorithm.number == number) {
                return algorithm;
            }
        }
        return null;
    }

    int number() {
        return number;
    }

    String javaName() {
        return javaName;
    }

    String hash() {
        return hash;
    }

    boolean isPss() {
        return saltBytes > 0;
    }

    int saltBytes() {
        return saltBytes;
    }
}

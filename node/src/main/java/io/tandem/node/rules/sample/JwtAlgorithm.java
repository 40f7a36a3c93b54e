// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import org.jspecify.annotations.Nullable;

/** Algorithms that sign JSON Web Tokens (RFC 7518 section 3.1). */
enum JwtAlgorithm {
    NONE("none", Family.NONE, Digests.Algorithm.SHA256, 0),
    HS256("HS256", Family.HMAC, Digests.Algorithm.SHA256, 0),
    HS384("HS384", Family.HMAC, Digests.Algorithm.SHA384, 0),
    HS512("HS512", Family.HMAC, Digests.Algorithm.SHA512, 0),
    RS256("RS256", Family.RSA, Digests.Algorithm.SHA256, 0),
    RS384("RS384", Family.RSA, Digests.Algorithm.SHA384, 0),
    RS512("RS512", Family.RSA, Digests.Algorithm.SHA512, 0),
    ES256("ES256", Family.ECDSA, Digests.Algorithm.SHA256, 64),
    ES384("ES384", Family.ECDSA, Digests.Algorithm.SHA384, 96),
    ES512("ES512", Family.ECDSA, Digests.Algorithm.SHA512, 132),
    PS256("PS256", Family.PSS, Digests.Algorithm.SHA256, 0),
    PS384("PS384", Family.PSS, Digests.Algorithm.SHA384, 0),
    PS512("PS512", Family.PSS, Digests.Algorithm.SHA512, 0);

    /** How the signature is made. */
    enum Family {
        NONE,
        HMAC,
        RSA,
        ECDSA,
        /** Not offered by HAProxy 2.6 either: -2. */
        PSS
    }

    private static final JwtAlgorithm[] ALL = values();

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final byte[] written;

    private final Family family;
    private final Digests.Algorithm digest;
    private final int signatureBytes;

    JwtAlgorithm(String written, Family family, Digests.Algorithm digest, int signatureBytes) {
        this.written = Text.bytes(written);
        this.family = family;
        this.digest = digest;
        this.signatureBytes = signatureBytes;
    }

    /** The algorithm of that name, in that case; null where there is none. */
    static @Nullable JwtAlgorithm named(byte[] bytes, int start, int end) {
        for (JwtAlgorithm algorithm : ALL) {
            if (Text.equals(bytes, start, end, algorithm.written, false)) {
                return algorithm;
            }
        }
        return null;
    }

    Family family() {
        return family;
    }

    Digests.Algorithm digest() {
        return digest;
    }

    /** How long a signature is: of ECDSA two numbers of the curve's size; 0 where that depends on the key. */
    int signatureBytes() {
        return signatureBytes;
    }

    /** The name of the JDK's {@link java.security.Signature}. */
    String signatureName() {
        String hash = "SHA" + name().substring(2);
        return family == Family.RSA ? hash + "withRSA" : hash + "withECDSAinP1363Format";
    }
}

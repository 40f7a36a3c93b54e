// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.netty.handler.ssl.OpenSslPrivateKeyMethod;
import io.tandem.node.tls.Engine;
import io.tandem.node.tls.ProtocolParameters;
import io.tandem.node.tls.TlsVersion;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.util.EnumMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Signs handshakes of one RSA key outside BoringSSL. Called on the event loops in the middle of a handshake; each thread has
 * signature objects of its own, for they are not thread-safe.
 */
final class RsaSigner implements OpenSslPrivateKeyMethod {
    private final Provider provider;
    private final PrivateKey key;
    private final PrivateKey original;
    private final ThreadLocal<Map<RsaAlgorithm, Signature>> signatures =
            ThreadLocal.withInitial(() -> new EnumMap<>(RsaAlgorithm.class));

    private RsaSigner(Provider provider, PrivateKey key, PrivateKey original) {
        this.provider = provider;
        this.key = key;
        this.original = original;
    }

    /** The signer to use for {@code certificate}; null where BoringSSL signs itself: it is not known to be slower. */
    static @Nullable RsaSigner forKey(Certificate certificate, ProtocolParameters parameters) {
        boolean modern = !parameters.offers(TlsVersion.TLS10) && !parameters.offers(TlsVersion.TLS11);
        return RsaMeasurement.provider() != null && modern ? of(RsaMeasurement.provider(), certificate) : null;
    }

    /** The signer with {@code provider}'s keys; null for keys that are not RSA's or that it does not take. */
    static @Nullable RsaSigner of(@Nullable Provider provider, Certificate certificate) {
        PrivateKey original = certificate.key();
        if (provider == null || !original.getAlgorithm().equals("RSA") || !Engine.isNative()) {
            return null;
        }
        try {
            RsaSigner signer = new RsaSigner(provider, RsaProvider.translate(provider, original), original);
            return signer.works(certificate) ? signer : null;
        } catch (GeneralSecurityException | RuntimeException refused) {
            return null; // BoringSSL signs
        }
    }

    /** Whether each algorithm's signature is one that the certificate's key verifies. */
    private boolean works(Certificate certificate) throws GeneralSecurityException {
        byte[] text = "tandem".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (RsaAlgorithm algorithm : RsaAlgorithm.values()) {
            Signature verifier = RsaProvider.signature(provider, key, algorithm);
            verifier.update(text);
            byte[] signed = verifier.sign();
            verifier.initVerify(certificate.leaf().getPublicKey());
            verifier.update(text);
            if (!verifier.verify(signed)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public byte[] sign(SSLEngine engine, int number, byte[] input) throws Exception {
        RsaAlgorithm algorithm = RsaAlgorithm.of(number);
        if (algorithm == null) {
            throw new SignatureException("no RSA signature algorithm " + number);
        }
        Map<RsaAlgorithm, Signature> own = signatures.get();
        Signature signature = own.get(algorithm);
        if (signature == null) {
            signature = RsaProvider.signature(provider, key, algorithm);
            own.put(algorithm, signature);
        }
        signature.update(input);
        return signature.sign();
    }

    /** The raw operation, for suites without forward secrecy: BoringSSL looks at the padding itself, in constant time. */
    @Override
    public byte[] decrypt(SSLEngine engine, byte[] input) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, original);
        return cipher.doFinal(input);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Amazon's Corretto crypto provider, if it is there and works: it signs with RSA faster than BoringSSL where the processor has
 * AVX-512 IFMA. Loaded by reflection, when first asked for: never by {@code -c}.
 */
final class RsaProvider {
    private static final String CLASS = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

    private RsaProvider() {}

    /** Null where it is missing or does not work. The first call takes some 100 ms. */
    static @Nullable Provider get() {
        return Holder.PROVIDER;
    }

    /** A signature object of the provider's for one algorithm of TLS. */
    static Signature signature(Provider provider, PrivateKey key, RsaAlgorithm algorithm)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm.javaName(), provider);
        if (algorithm.isPss()) {
            signature.setParameter(new PSSParameterSpec(
                    algorithm.hash(), "MGF1", new MGF1ParameterSpec(algorithm.hash()), algorithm.saltBytes(), 1));
        }
        signature.initSign(key);
        return signature;
    }

    /** The key as the provider has it, so that it is not translated for each signature. */
    static PrivateKey translate(Provider provider, PrivateKey key) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA", provider).generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
    }

    private static final class Holder {
        static final @Nullable Provider PROVIDER = load();

        private Holder() {}

        @SuppressWarnings("CatchAndPrintStackTrace")
        private static @Nullable Provider load() {
            try {
                Provider provider =
                        (Provider) Class.forName(CLASS).getField("INSTANCE").get(null);
                Object error = provider.getClass().getMethod("getLoadingError").invoke(provider);
                return error == null && provider.getService("Signature", "RSASSA-PSS") != null ? provider : null;
            } catch (ReflectiveOperationException | LinkageError | RuntimeException missing) {
                return null; // BoringSSL signs
            }
        }
    }
}

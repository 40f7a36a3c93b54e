// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.tls.Pem;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has been gathered of a certificate so far: from its file and those beside it, or by commands of a transaction. Pure.
 *
 * @param chain the certificate itself first; empty while there is none
 * @param ocsp a response of its authority in DER; null for none
 * @param issuer of the certificate, where a file of its own names it
 */
record CertificateParts(
        List<X509Certificate> chain,
        @Nullable PrivateKey key,
        @Nullable OcspResponse ocsp,
        @Nullable X509Certificate issuer) {
    static final CertificateParts NONE = new CertificateParts(List.of(), null, null, null);

    CertificateParts {
        chain = List.copyOf(chain);
    }

    /**
     * Takes certificate, chain and key from {@code text}; what the text has not is gone.
     *
     * @param file named in complaints
     */
    CertificateParts withPem(String file, String text) throws Certificate.Unusable {
        List<Pem> blocks = Pem.parse(text);
        List<X509Certificate> found = blocks == null ? List.of() : certificates(blocks);
        if (blocks == null || found.isEmpty()) {
            throw new Certificate.Unusable("unable to load certificate from file '" + file + "'.");
        }
        return new CertificateParts(found, key(file, blocks), ocsp, issuer);
    }

    CertificateParts withKey(String file, String text) throws Certificate.Unusable {
        List<Pem> blocks = Pem.parse(text);
        PrivateKey found = blocks == null ? null : key(file, blocks);
        if (found == null) {
            throw new Certificate.Unusable("unable to load private key from file '" + file + "'.");
        }
        return new CertificateParts(chain, found, ocsp, issuer);
    }

    CertificateParts withIssuer(String file, String text) throws Certificate.Unusable {
        List<Pem> blocks = Pem.parse(text);
        List<X509Certificate> found = blocks == null ? List.of() : certificates(blocks);
        if (found.isEmpty()) {
            throw new Certificate.Unusable("'" + file + "' cannot be read or parsed'.");
        }
        return new CertificateParts(chain, key, ocsp, found.get(0));
    }

    CertificateParts withOcsp(@Nullable OcspResponse response) {
        return new CertificateParts(chain, key, response, issuer);
    }

    CertificateParts withChain(List<X509Certificate> whole) {
        return new CertificateParts(whole, key, ocsp, issuer);
    }

    /** Not the key: some show themselves. */
    @Override
    public String toString() {
        return "CertificateParts with " + chain.size() + " certificates";
    }

    /** Whose signature the certificate carries, if that is known. */
    @Nullable X509Certificate signer() {
        return issuer != null ? issuer : chain.size() > 1 ? chain.get(1) : null;
    }

    /** The certificate of {@code file}, once its parts are there and fit together. */
    Certificate complete(String file) throws Certificate.Unusable {
        PrivateKey present = key;
        if (chain.isEmpty() || present == null) {
            throw new Certificate.Unusable("The transaction must contain at least a certificate and a private key!");
        }
        if (!PrivateKeys.fit(present, chain.get(0).getPublicKey())) {
            throw new Certificate.Unusable(
                    "inconsistencies between private key and certificate loaded '" + file + "'.");
        }
        return Certificate.of(file, this, present);
    }

    /** The certificates among {@code blocks}; empty where one is damaged. */
    static List<X509Certificate> certificates(List<Pem> blocks) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Pem block : blocks) {
                if (block.isCertificate()) {
                    chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content())));
                }
            }
        } catch (GeneralSecurityException damaged) {
            return List.of();
        }
        return chain;
    }

    private static @Nullable PrivateKey key(String file, List<Pem> blocks) throws Certificate.Unusable {
        for (Pem block : blocks) {
            if (block.isPrivateKey()) {
                if (block.encrypted() || block.label().equals("ENCRYPTED PRIVATE KEY")) {
                    throw new Certificate.Unusable("the private key in '" + file
                            + "' is encrypted: there is nobody to ask for its pass phrase;"
                            + " decrypt it with 'openssl pkey -in FILE'.");
                }
                try {
                    return PrivateKeys.read(block);
                } catch (GeneralSecurityException damaged) {
                    throw new Certificate.Unusable("unable to load private key from file '" + file + "'.");
                }
            }
        }
        return null;
    }
}

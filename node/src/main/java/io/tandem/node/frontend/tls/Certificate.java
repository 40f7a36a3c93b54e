// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its chain and private key.
 *
 * @param file where it was read from
 * @param chain the server's certificate first
 * @param names the names it is for, in lower case; {@code *.} leads a wildcard
 * @param ocsp what its authority says of it, DER; null for nothing
 * @param issuer where a file of its own names it
 */
public record Certificate(
        String file,
        List<X509Certificate> chain,
        PrivateKey key,
        Set<String> names,
        @Nullable OcspResponse ocsp,
        @Nullable X509Certificate issuer) {
    private static final int DNS_NAME = 2;

    public Certificate {
        chain = List.copyOf(chain);
        names = Set.copyOf(names);
    }

    /** Why a file cannot be used, worded as HAProxy. */
    public static final class Unusable extends Exception {
        Unusable(String text) {
            super(text, null, false, false);
        }

        public String text() {
            return String.valueOf(getMessage());
        }
    }

    /** The certificate in {@code file}, with its key there or beside it. */
    public static Certificate read(String file) throws Unusable {
        return new CertificateFiles(new ExtraFiles()).read(file);
    }

    /** @param key fits the first certificate of {@code parts} */
    static Certificate of(String file, CertificateParts parts, PrivateKey key) {
        return new Certificate(file, parts.chain(), key, names(parts.chain().get(0)), parts.ocsp(), parts.issuer());
    }

    CertificateParts parts() {
        return new CertificateParts(chain, key, ocsp, issuer);
    }

    X509Certificate leaf() {
        return chain.get(0);
    }

    public boolean isEcdsa() {
        return key.getAlgorithm().equals("EC");
    }

    /** The same with another response of its authority. */
    Certificate with(@Nullable OcspResponse response) {
        return new Certificate(file, chain, key, names, response, issuer);
    }

    /** Whose signature the certificate carries, if that is known: it is needed to read what the authority says of it. */
    @Nullable X509Certificate signer() {
        return parts().signer();
    }

    /** Not the key: some show themselves. */
    @Override
    public String toString() {
        return "Certificate of " + file;
    }

    /** The common name and the DNS names of the certificate. */
    private static Set<String> names(X509Certificate certificate) {
        Set<String> names = new LinkedHashSet<>();
        try {
            for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN") && rdn.getValue() instanceof String name) {
                    names.add(name.toLowerCase(Locale.ROOT));
                }
            }
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (alternative.get(0).equals(DNS_NAME) && alternative.get(1) instanceof String name) {
                        names.add(name.toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (InvalidNameException | CertificateParsingException unreadable) {
            return names; // a certificate without readable names can still be the default one
        }
        return names;
    }
}

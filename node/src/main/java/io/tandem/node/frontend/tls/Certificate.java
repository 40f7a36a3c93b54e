// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
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
 */
public record Certificate(String file, List<X509Certificate> chain, PrivateKey key, Set<String> names) {
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

    boolean isEcdsa() {
        return key.getAlgorithm().equals("EC");
    }

    /** Reads certificates and key from {@code file}, or the key from {@code file.key} beside it. */
    public static Certificate read(String file) throws Unusable {
        List<Pem> blocks = blocks(Path.of(file));
        List<X509Certificate> chain = blocks == null ? List.of() : chain(blocks);
        if (blocks == null || chain.isEmpty()) {
            throw new Unusable("unable to load certificate from file '" + file + "'.");
        }
        PrivateKey key = key(file, blocks);
        if (!PrivateKeys.fit(key, chain.get(0).getPublicKey())) {
            throw new Unusable("inconsistencies between private key and certificate loaded '" + file + "'.");
        }
        return new Certificate(file, chain, key, names(chain.get(0)));
    }

    private static @Nullable List<Pem> blocks(Path file) {
        try {
            return Pem.parse(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException unreadable) {
            return null;
        }
    }

    private static List<X509Certificate> chain(List<Pem> blocks) {
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

    private static PrivateKey key(String file, List<Pem> blocks) throws Unusable {
        List<Pem> candidates = blocks;
        if (blocks.stream().noneMatch(Pem::isPrivateKey)) {
            List<Pem> beside = blocks(Path.of(file + ".key"));
            candidates = beside == null ? List.of() : beside;
        }
        for (Pem block : candidates) {
            if (block.isPrivateKey()) {
                if (block.encrypted() || block.label().equals("ENCRYPTED PRIVATE KEY")) {
                    throw new Unusable("the private key in '" + file
                            + "' is encrypted: there is nobody to ask for its pass phrase;"
                            + " decrypt it with 'openssl pkey -in FILE'.");
                }
                try {
                    return PrivateKeys.read(block);
                } catch (GeneralSecurityException damaged) {
                    throw new Unusable("unable to load private key from file '" + file + "'.");
                }
            }
        }
        throw new Unusable("No Private Key found in '" + file + ".key'.");
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

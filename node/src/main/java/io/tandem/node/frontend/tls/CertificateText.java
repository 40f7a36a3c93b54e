// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** Certificates and revocation lists as the admin socket shows them: OpenSSL's words for their fields. Pure. */
final class CertificateText {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "MMM ppd HH:mm:ss yyyy 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final Map<String, String> SIGNATURES = Map.of(
            "SHA256withRSA", "sha256WithRSAEncryption",
            "SHA384withRSA", "sha384WithRSAEncryption",
            "SHA512withRSA", "sha512WithRSAEncryption",
            "SHA1withRSA", "sha1WithRSAEncryption",
            "SHA256withECDSA", "ecdsa-with-SHA256",
            "SHA384withECDSA", "ecdsa-with-SHA384",
            "SHA512withECDSA", "ecdsa-with-SHA512",
            "Ed25519", "ED25519");

    /** {@code OID.} attribute types that the JDK does not spell as OpenSSL does. */
    private static final Map<String, String> ATTRIBUTES = Map.of(
            "1.2.840.113549.1.9.1", "emailAddress",
            "2.5.4.5", "serialNumber",
            "2.5.4.4", "SN",
            "2.5.4.42", "GN",
            "2.5.4.12", "title");

    private CertificateText() {}

    /** The lines of one certificate, without those about its chain. */
    static void describe(X509Certificate certificate, StringBuilder out) {
        out.append("Serial: ").append(hex(certificate.getSerialNumber())).append('\n');
        out.append("notBefore: ")
                .append(date(certificate.getNotBefore().toInstant()))
                .append('\n');
        out.append("notAfter: ")
                .append(date(certificate.getNotAfter().toInstant()))
                .append('\n');
        out.append("Subject Alternative Name: ")
                .append(alternatives(certificate))
                .append('\n');
        out.append("Algorithm: ").append(algorithm(certificate.getPublicKey())).append('\n');
        out.append("SHA1 FingerPrint: ").append(fingerprint(certificate)).append('\n');
        out.append("Subject: ")
                .append(name(certificate.getSubjectX500Principal()))
                .append('\n');
        out.append("Issuer: ")
                .append(name(certificate.getIssuerX500Principal()))
                .append('\n');
    }

    /** The lines of one revocation list. */
    static void describe(X509CRL list, StringBuilder out) {
        out.append("Version ").append(list.getVersion()).append('\n');
        out.append("Signature Algorithm: ")
                .append(SIGNATURES.getOrDefault(list.getSigAlgName(), list.getSigAlgName()))
                .append('\n');
        out.append("Issuer: ").append(name(list.getIssuerX500Principal())).append('\n');
        out.append("Last Update: ")
                .append(date(list.getThisUpdate().toInstant()))
                .append('\n');
        out.append("Next Update: ")
                .append(
                        list.getNextUpdate() == null
                                ? "NONE"
                                : date(list.getNextUpdate().toInstant()))
                .append('\n');
        if (list.getRevokedCertificates() == null) {
            out.append("No Revoked Certificates.\n");
            return;
        }
        out.append("Revoked Certificates:\n");
        List<? extends X509CRLEntry> entries = new ArrayList<>(list.getRevokedCertificates());
        entries.sort(Comparator.comparing(X509CRLEntry::getSerialNumber));
        for (X509CRLEntry entry : entries) {
            out.append("    Serial Number: ")
                    .append(hex(entry.getSerialNumber()))
                    .append('\n');
            out.append("        Revocation Date: ")
                    .append(date(entry.getRevocationDate().toInstant()))
                    .append('\n');
        }
    }

    static String date(Instant instant) {
        return DATE.format(instant);
    }

    static String hex(BigInteger number) {
        String text = number.toString(16).toUpperCase(Locale.ROOT);
        return text.length() % 2 == 0 ? text : "0" + text;
    }

    /** {@code /C=FR/O=Lab/CN=x}, as X509_NAME_oneline. */
    static String name(X500Principal principal) {
        StringBuilder text = new StringBuilder();
        try {
            LdapName name = new LdapName(principal.getName(X500Principal.RFC2253, ATTRIBUTES));
            for (Rdn rdn : name.getRdns()) {
                text.append('/').append(rdn.getType()).append('=').append(rdn.getValue());
            }
        } catch (InvalidNameException unreadable) {
            text.append(principal.getName());
        }
        return text.toString();
    }

    private static String alternatives(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    String label =
                            switch ((Integer) alternative.get(0)) {
                                case 1 -> "email:";
                                case 2 -> "DNS:";
                                case 6 -> "URI:";
                                case 7 -> "IP Address:";
                                default -> "othername:";
                            };
                    names.add(label + alternative.get(1));
                }
            }
        } catch (CertificateParsingException unreadable) {
            return "";
        }
        return String.join(", ", names);
    }

    private static String algorithm(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return "RSA" + rsa.getModulus().bitLength();
        }
        if (key instanceof ECPublicKey ec) {
            return "EC" + ec.getParams().getCurve().getField().getFieldSize();
        }
        if (key instanceof DSAPublicKey dsa) {
            return "DSA" + dsa.getParams().getP().bitLength();
        }
        return key.getAlgorithm();
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no SHA-1", e);
        }
    }
}

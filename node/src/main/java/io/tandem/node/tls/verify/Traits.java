// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What OpenSSL asks of single certificates (X509_check_purpose(3), X509_check_issued(3)). Pure. */
final class Traits {
    private static final String AUTHORITY_KEY = "2.5.29.35";
    private static final String SUBJECT_KEY = "2.5.29.14";
    private static final String NETSCAPE_TYPE = "2.16.840.1.113730.1.1";

    /** Critical extensions that verification takes into account. */
    private static final Set<String> UNDERSTOOD = Set.of(
            NETSCAPE_TYPE,
            SUBJECT_KEY,
            AUTHORITY_KEY,
            "2.5.29.15", // key usage
            "2.5.29.17", // subject alternative names
            "2.5.29.19", // basic constraints
            "2.5.29.30", // name constraints
            "2.5.29.31", // CRL distribution points
            "2.5.29.32", // certificate policies
            "2.5.29.33", // policy mappings
            "2.5.29.36", // policy constraints
            "2.5.29.37", // extended key usage
            "2.5.29.54"); // inhibit anyPolicy

    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_ENCIPHERMENT = 2;
    private static final int KEY_AGREEMENT = 4;
    private static final int CERTIFICATE_SIGN = 5;
    private static final int CRL_SIGN = 6;

    /** Debian's OpenSSL asks for security level 2: 112 bits. */
    private static final int SMALLEST_RSA = 2048;

    private static final int SMALLEST_CURVE = 224;

    private Traits() {}

    /** Milliseconds since 1970. */
    static long ms(Date date) {
        return date.toInstant().toEpochMilli();
    }

    /** Whether {@code issuer} may have issued {@code certificate}: names and key identifiers, not the signature. */
    static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        return issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                && keyIdentifiersAgree(issuer, certificate);
    }

    static boolean signsCertificates(X509Certificate certificate) {
        return allows(certificate, CERTIFICATE_SIGN);
    }

    static boolean selfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    /** As OpenSSL's EXFLAG_SS: it may be its own issuer. */
    static boolean selfSigned(X509Certificate certificate) {
        return selfIssued(certificate) && keyIdentifiersAgree(certificate, certificate);
    }

    private static boolean keyIdentifiersAgree(X509Certificate issuer, X509Certificate certificate) {
        byte[] extension = inner(certificate, AUTHORITY_KEY);
        if (extension == null) {
            return true;
        }
        Der authority = new Der(extension);
        if (!authority.next(Der.SEQUENCE)) {
            return true;
        }
        Der fields = authority.inside();
        while (fields.next()) {
            if (fields.tag() == 0x80) {
                byte[] subject = inner(issuer, SUBJECT_KEY);
                Der key = subject == null ? null : new Der(subject);
                if (key != null && key.next(Der.OCTET_STRING) && !Arrays.equals(key.content(), fields.content())) {
                    return false;
                }
            } else if (fields.tag() == 0x82
                    && !new BigInteger(nonEmpty(fields.content())).equals(issuer.getSerialNumber())) {
                return false;
            }
        }
        return true;
    }

    private static byte[] nonEmpty(byte[] number) {
        return number.length == 0 ? new byte[1] : number;
    }

    /** The content of an extension's octet string. */
    static byte @Nullable [] inner(X509Certificate certificate, String identifier) {
        byte[] extension = certificate.getExtensionValue(identifier);
        if (extension == null) {
            return null;
        }
        Der octets = new Der(extension);
        return octets.next(Der.OCTET_STRING) ? octets.content() : null;
    }

    /** Whether the key usage includes that bit, or there is none. */
    private static boolean allows(X509Certificate certificate, int bit) {
        boolean[] usage = certificate.getKeyUsage();
        return usage == null || (bit < usage.length && usage[bit]);
    }

    static boolean signsRevocations(X509Certificate certificate) {
        return allows(certificate, CRL_SIGN);
    }

    static boolean isUnderstood(X509Certificate certificate) {
        Set<String> critical = certificate.getCriticalExtensionOIDs();
        return critical == null || UNDERSTOOD.containsAll(critical);
    }

    /** Whether it may issue certificates at all. */
    static boolean isAuthority(X509Certificate certificate) {
        if (!allows(certificate, CERTIFICATE_SIGN)) {
            return false;
        }
        if (certificate.getExtensionValue("2.5.29.19") != null) {
            return certificate.getBasicConstraints() >= 0;
        }
        return (certificate.getVersion() == 1 && selfIssued(certificate))
                || certificate.getKeyUsage() != null
                || (netscapeType(certificate) & 0x07) != 0;
    }

    /** @param asAuthority whether it stands above the end of the chain */
    static boolean suits(X509Certificate certificate, Purpose purpose, boolean asAuthority) {
        List<String> extended;
        try {
            extended = certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException damaged) {
            return false;
        }
        if (extended != null && !purpose.isAmong(extended)) {
            return false;
        }
        if (asAuthority) {
            return isAuthority(certificate);
        }
        int type = netscapeType(certificate);
        if (type != NO_TYPE && (type & purpose.netscapeType()) == 0) {
            return false;
        }
        return allows(certificate, DIGITAL_SIGNATURE)
                || allows(certificate, KEY_AGREEMENT)
                || (purpose == Purpose.SERVER && allows(certificate, KEY_ENCIPHERMENT));
    }

    private static final int NO_TYPE = 0x100;

    private static int netscapeType(X509Certificate certificate) {
        byte[] extension = inner(certificate, NETSCAPE_TYPE);
        if (extension == null) {
            return NO_TYPE;
        }
        Der bits = new Der(extension);
        return bits.next(Der.BIT_STRING) && bits.content().length >= 2 ? bits.content()[1] & 0xFF : 0;
    }

    static boolean hasStrongKey(X509Certificate certificate) {
        PublicKey key = certificate.getPublicKey();
        if (key instanceof RSAPublicKey rsa) {
            return rsa.getModulus().bitLength() >= SMALLEST_RSA;
        }
        if (key instanceof DSAPublicKey dsa) {
            return dsa.getParams() == null || dsa.getParams().getP().bitLength() >= SMALLEST_RSA;
        }
        return !(key instanceof ECPublicKey curve)
                || curve.getParams().getOrder().bitLength() >= SMALLEST_CURVE;
    }

    static boolean hasStrongSignature(X509Certificate certificate) {
        String name = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        return !name.startsWith("SHA1") && !name.startsWith("MD5") && !name.startsWith("MD2");
    }

    static boolean isSignedBy(X509Certificate certificate, PublicKey key) {
        try {
            certificate.verify(key);
            return true;
        } catch (GeneralSecurityException wrong) {
            return false;
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the fetches {@code ssl_c_…}, {@code ssl_f_…} and {@code ssl_s_…} say about one certificate, worked out when first
 * asked for. Owned by one event loop.
 */
public final class CertificateFacts {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Short names as OpenSSL has them, where they are not Java's. */
    private static final Map<String, String> SIGNATURES = Map.ofEntries(
            Map.entry("1.2.840.113549.1.1.4", "RSA-MD5"),
            Map.entry("1.2.840.113549.1.1.5", "RSA-SHA1"),
            Map.entry("1.2.840.113549.1.1.10", "RSASSA-PSS"),
            Map.entry("1.2.840.113549.1.1.11", "RSA-SHA256"),
            Map.entry("1.2.840.113549.1.1.12", "RSA-SHA384"),
            Map.entry("1.2.840.113549.1.1.13", "RSA-SHA512"),
            Map.entry("1.2.840.113549.1.1.14", "RSA-SHA224"),
            Map.entry("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
            Map.entry("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
            Map.entry("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
            Map.entry("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
            Map.entry("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
            Map.entry("1.2.840.10040.4.3", "DSA-SHA1"),
            Map.entry("2.16.840.1.101.3.4.3.2", "dsa_with_SHA256"),
            Map.entry("1.3.101.112", "ED25519"),
            Map.entry("1.3.101.113", "ED448"));

    private static final Map<String, String> KEYS = Map.of(
            "RSA", "rsaEncryption",
            "RSASSA-PSS", "rsassaPss",
            "EC", "id-ecPublicKey",
            "DSA", "dsaEncryption",
            "Ed25519", "ED25519",
            "Ed448", "ED448");

    private final X509Certificate certificate;
    private @Nullable DistinguishedName subject;
    private @Nullable DistinguishedName issuer;
    private byte @Nullable [] der;
    private byte @Nullable [] sha1;
    private byte @Nullable [] serial;
    private byte @Nullable [] notBefore;
    private byte @Nullable [] notAfter;

    public CertificateFacts(X509Certificate certificate) {
        this.certificate = certificate;
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public DistinguishedName subject() {
        DistinguishedName known = subject;
        if (known == null) {
            known = new DistinguishedName(certificate.getSubjectX500Principal().getEncoded());
            subject = known;
        }
        return known;
    }

    public DistinguishedName issuer() {
        DistinguishedName known = issuer;
        if (known == null) {
            known = new DistinguishedName(certificate.getIssuerX500Principal().getEncoded());
            issuer = known;
        }
        return known;
    }

    /** The certificate's bytes; not to be changed. */
    public byte[] der() {
        byte[] known = der;
        if (known == null) {
            try {
                known = certificate.getEncoded();
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException("a certificate without bytes", e);
            }
            der = known;
        }
        return known;
    }

    /** Its fingerprint, 20 bytes; not to be changed. */
    public byte[] sha1() {
        byte[] known = sha1;
        if (known == null) {
            try {
                known = MessageDigest.getInstance("SHA-1").digest(der());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("no SHA-1", e);
            }
            sha1 = known;
        }
        return known;
    }

    /** Its number, most significant byte first, without sign; not to be changed. */
    public byte[] serial() {
        byte[] known = serial;
        if (known == null) {
            BigInteger number = certificate.getSerialNumber().abs();
            known = number.toByteArray();
            if (known.length > 1 && known[0] == 0) {
                known = Arrays.copyOfRange(known, 1, known.length);
            }
            serial = known;
        }
        return known;
    }

    /** {@code YYMMDDhhmmssZ}; not to be changed. */
    public byte[] notBefore() {
        byte[] known = notBefore;
        if (known == null) {
            known = time(certificate.getNotBefore());
            notBefore = known;
        }
        return known;
    }

    /** {@code YYMMDDhhmmssZ}; not to be changed. */
    public byte[] notAfter() {
        byte[] known = notAfter;
        if (known == null) {
            known = time(certificate.getNotAfter());
            notAfter = known;
        }
        return known;
    }

    private static byte[] time(Date date) {
        return TIME.format(date.toInstant()).getBytes(StandardCharsets.US_ASCII);
    }

    /** {@code id-ecPublicKey}, … */
    public String keyAlgorithm() {
        String name = certificate.getPublicKey().getAlgorithm();
        return KEYS.getOrDefault(name, name);
    }

    /** {@code RSA-SHA256}, … */
    public String signatureAlgorithm() {
        return SIGNATURES.getOrDefault(certificate.getSigAlgOID(), certificate.getSigAlgName());
    }

    public int version() {
        return certificate.getVersion();
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/** How OCSP names a certificate: by hashes of its issuer, and its number (RFC 6960 4.1.1). */
record OcspId(String nameHash, String keyHash, BigInteger serial) {
    /** The identity of {@code certificate}; null where its issuer is not known. */
    static @Nullable OcspId of(X509Certificate certificate, @Nullable X509Certificate issuer) {
        if (issuer == null) {
            return null;
        }
        byte[] key = SubjectPublicKeyInfo.getInstance(issuer.getPublicKey().getEncoded())
                .getPublicKeyData()
                .getBytes();
        return new OcspId(
                sha1(certificate.getIssuerX500Principal().getEncoded()), sha1(key), certificate.getSerialNumber());
    }

    /** Whether {@code other}, of a response, names the same. */
    boolean is(CertID other) {
        HexFormat hex = HexFormat.of();
        return hex.formatHex(other.getIssuerNameHash().getOctets()).equals(nameHash)
                && hex.formatHex(other.getIssuerKeyHash().getOctets()).equals(keyHash)
                && other.getSerialNumber().getValue().equals(serial);
    }

    CertID asn1() {
        return new CertID(
                new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE),
                new DEROctetString(HexFormat.of().parseHex(nameHash)),
                new DEROctetString(HexFormat.of().parseHex(keyHash)),
                new ASN1Integer(serial));
    }

    /** The name in DER, hexadecimal. */
    String key() {
        try {
            return HexFormat.of().formatHex(asn1().getEncoded("DER"));
        } catch (IOException e) {
            throw new IllegalStateException("a name without encoding", e);
        }
    }

    /** As {@code show ssl ocsp-response} lists it. */
    void describe(StringBuilder out) {
        out.append("Certificate ID key : ").append(key()).append("\n Certificate ID:\n");
        out.append("   Issuer Name Hash: ")
                .append(nameHash.toUpperCase(Locale.ROOT))
                .append('\n');
        out.append("   Issuer Key Hash: ")
                .append(keyHash.toUpperCase(Locale.ROOT))
                .append('\n');
        out.append("   Serial Number: ").append(CertificateText.hex(serial)).append('\n');
    }

    private static String sha1(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-1", e);
        }
    }
}

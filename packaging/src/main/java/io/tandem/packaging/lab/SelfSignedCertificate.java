// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate for the lab: P-256, for the tutorial's names and the floating address, 30 days. */
public final class SelfSignedCertificate {
    private static final Duration VALIDITY = Duration.ofDays(30);
    private static final Duration CLOCK_SLACK = Duration.ofHours(1);
    private static final int SERIAL_BITS = 64;

    private SelfSignedCertificate() {}

    /**
     * Certificate and key in one PEM, as {@code bind ssl crt} reads it.
     *
     * @param dnsNames the first one is also the subject
     */
    public static String pem(List<String> dnsNames, List<String> ipAddresses, Instant now) throws IOException {
        try {
            SecureRandom random = new SecureRandom();
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair keys = generator.generateKeyPair();
            X500Name subject = new X500Name("CN=" + dnsNames.get(0));
            GeneralName[] names = java.util.stream.Stream.concat(
                            dnsNames.stream().map(name -> new GeneralName(GeneralName.dNSName, name)),
                            ipAddresses.stream().map(ip -> new GeneralName(GeneralName.iPAddress, ip)))
                    .toArray(GeneralName[]::new);
            X509CertificateHolder certificate = new JcaX509v3CertificateBuilder(
                            subject,
                            new BigInteger(SERIAL_BITS, random),
                            Date.from(now.minus(CLOCK_SLACK)),
                            Date.from(now.plus(VALIDITY)),
                            subject,
                            keys.getPublic())
                    .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
            StringWriter text = new StringWriter();
            try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
                pem.writeObject(certificate);
                pem.writeObject(new JcaPKCS8Generator(keys.getPrivate(), null));
            }
            return text.toString();
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("cannot generate the lab's certificate", e);
        }
    }
}

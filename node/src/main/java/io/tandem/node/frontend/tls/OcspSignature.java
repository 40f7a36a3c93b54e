// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/** Whether a response that came over the network was made by a certificate's authority, or in its name (RFC 6960 4.2.2.2). Pure. */
final class OcspSignature {
    private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    private static final long SKEW_S = 300;

    private OcspSignature() {}

    /** @param issuer of the certificate that the response is about */
    static boolean isGood(OcspResponse response, X509Certificate issuer, Instant now) {
        try {
            BasicOCSPResp basic = new BasicOCSPResp(OcspCheck.basic(OCSPResponse.getInstance(response.der())));
            if (basic.getResponses()[0].getThisUpdate().toInstant().isAfter(now.plusSeconds(SKEW_S))) {
                return false;
            }
            JcaContentVerifierProviderBuilder verifiers = new JcaContentVerifierProviderBuilder();
            if (basic.isSignatureValid(verifiers.build(issuer.getPublicKey()))) {
                return true;
            }
            for (X509CertificateHolder holder : basic.getCerts()) {
                X509Certificate delegate = new JcaX509CertificateConverter().getCertificate(holder);
                if (speaksFor(delegate, issuer, now)
                        && basic.isSignatureValid(verifiers.build(delegate.getPublicKey()))) {
                    return true;
                }
            }
            return false;
        } catch (OCSPException | OperatorCreationException | CertificateException | RuntimeException damaged) {
            return false;
        }
    }

    private static boolean speaksFor(X509Certificate delegate, X509Certificate issuer, Instant now) {
        try {
            List<String> usages = delegate.getExtendedKeyUsage();
            if (usages == null
                    || !usages.contains(OCSP_SIGNING)
                    || !delegate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                return false;
            }
            delegate.checkValidity(Date.from(now));
            delegate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException unfit) {
            return false;
        }
    }
}

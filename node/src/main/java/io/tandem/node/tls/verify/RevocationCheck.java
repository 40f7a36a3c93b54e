// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.security.GeneralSecurityException;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;

/** Asks the revocation lists about every certificate of a chain, the last one included. One use each; pure. */
final class RevocationCheck {
    private static final String DISTRIBUTION_POINT = "2.5.29.28";

    private final RevocationLists lists;
    private final List<X509Certificate> chain;
    private final long nowMs;
    private final ChainVerifier verifier;

    RevocationCheck(RevocationLists lists, List<X509Certificate> chain, long nowMs, ChainVerifier verifier) {
        this.lists = lists;
        this.chain = chain;
        this.nowMs = nowMs;
        this.verifier = verifier;
    }

    boolean passes() {
        for (int depth = 0; depth < chain.size(); depth++) {
            if (!passes(chain.get(depth), depth)) {
                return false;
            }
        }
        return true;
    }

    private boolean passes(X509Certificate certificate, int depth) {
        X509CRL list = lists.of(certificate.getIssuerX500Principal(), nowMs);
        if (list == null) {
            return verifier.wrong(CertificateError.UNABLE_TO_GET_CRL, depth);
        }
        return isGenuine(list, depth)
                && isInTime(list, depth)
                && isSigned(list, depth)
                && isAbsent(certificate, list, depth);
    }

    private boolean isGenuine(X509CRL list, int depth) {
        X509Certificate issuer = issuer(depth);
        if (!issuer.getSubjectX500Principal().equals(list.getIssuerX500Principal())) {
            return verifier.wrong(CertificateError.UNABLE_TO_GET_CRL_ISSUER, depth);
        }
        if (!Traits.signsRevocations(issuer) && !verifier.wrong(CertificateError.KEYUSAGE_NO_CRL_SIGN, depth)) {
            return false;
        }
        Set<String> critical = list.getCriticalExtensionOIDs();
        return critical == null
                || !critical.contains(DISTRIBUTION_POINT)
                || verifier.wrong(CertificateError.DIFFERENT_CRL_SCOPE, depth);
    }

    private boolean isInTime(X509CRL list, int depth) {
        if (nowMs < Traits.ms(list.getThisUpdate()) && !verifier.wrong(CertificateError.CRL_NOT_YET_VALID, depth)) {
            return false;
        }
        Date next = list.getNextUpdate();
        return next == null || nowMs <= Traits.ms(next) || verifier.wrong(CertificateError.CRL_HAS_EXPIRED, depth);
    }

    private boolean isSigned(X509CRL list, int depth) {
        try {
            list.verify(issuer(depth).getPublicKey());
            return true;
        } catch (GeneralSecurityException wrong) {
            return verifier.wrong(CertificateError.CRL_SIGNATURE_FAILURE, depth);
        }
    }

    private boolean isAbsent(X509Certificate certificate, X509CRL list, int depth) {
        Set<String> critical = list.getCriticalExtensionOIDs();
        if (critical != null
                && critical.stream().anyMatch(identifier -> !identifier.equals(DISTRIBUTION_POINT))
                && !verifier.wrong(CertificateError.UNHANDLED_CRITICAL_CRL_EXTENSION, depth)) {
            return false;
        }
        X509CRLEntry entry = list.getRevokedCertificate(certificate.getSerialNumber());
        return entry == null
                || entry.getRevocationReason() == CRLReason.REMOVE_FROM_CRL
                || verifier.wrong(CertificateError.CERT_REVOKED, depth);
    }

    private X509Certificate issuer(int depth) {
        return chain.get(Math.min(depth + 1, chain.size() - 1));
    }
}

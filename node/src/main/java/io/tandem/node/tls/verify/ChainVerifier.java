// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Verifies one chain in the steps of OpenSSL's X509_verify_cert(3), and so with its errors in its order: the chain itself,
 * extensions and purpose, strength, revocation, signatures and times, constraints on names. One use each; pure.
 *
 * <p>An error that is ignored does not end it; the next step may find another.
 */
final class ChainVerifier {
    /** OpenSSL's default limit of the certificates between the first and the last. */
    static final int DEEPEST = 100;

    private final VerifyPolicy policy;
    private final Purpose purpose;
    private final List<X509Certificate> chain;
    private final ChainBuilder builder;
    private final long nowMs;

    private CertificateError result = CertificateError.OK;
    private int resultDepth;
    private CertificateError leafError = CertificateError.OK;
    private CertificateError caError = CertificateError.OK;
    private int caErrorDepth;
    private boolean trusted = true;

    private ChainVerifier(List<X509Certificate> presented, Purpose purpose, VerifyPolicy policy, long nowMs) {
        this.policy = policy;
        this.purpose = purpose;
        this.nowMs = nowMs;
        builder = new ChainBuilder(presented, policy.authorities(), nowMs);
        chain = builder.chain();
    }

    /**
     * @param presented what the peer sent, its own certificate first, at least one
     * @param nowMs wall clock, milliseconds since 1970
     */
    static Findings verify(List<X509Certificate> presented, Purpose purpose, VerifyPolicy policy, long nowMs) {
        ChainVerifier run = new ChainVerifier(presented, purpose, policy, nowMs);
        run.trusted = run.chainIsTrusted()
                && run.extensionsFit()
                && run.isStrongEnough()
                && run.isNotRevoked()
                && run.signaturesAndTimesHold()
                && run.namesArePermitted();
        return new Findings(run.trusted, run.result, run.resultDepth, run.leafError, run.caError, run.caErrorDepth, "");
    }

    /** Notes an error; answers whether to go on all the same. */
    boolean wrong(CertificateError error, int depth) {
        result = error;
        resultDepth = depth;
        if (depth > 0) {
            if (caError == CertificateError.OK) {
                caError = error;
                caErrorDepth = depth;
            }
            return policy.ignoredAbove().contains(error);
        }
        if (leafError == CertificateError.OK) {
            leafError = error;
        }
        return policy.ignoredOfLeaf().contains(error);
    }

    private boolean chainIsTrusted() {
        CertificateError problem = builder.problem();
        return problem == CertificateError.OK || wrong(problem, chain.size() - 1);
    }

    private boolean extensionsFit() {
        int length = 0;
        for (int depth = 0; depth < chain.size(); depth++) {
            X509Certificate certificate = chain.get(depth);
            if (!Traits.isUnderstood(certificate) && !wrong(CertificateError.UNHANDLED_CRITICAL_EXTENSION, depth)) {
                return false;
            }
            if (depth > 0 && !Traits.isAuthority(certificate) && !wrong(CertificateError.INVALID_CA, depth)) {
                return false;
            }
            if (!Traits.suits(certificate, purpose, depth > 0) && !wrong(CertificateError.INVALID_PURPOSE, depth)) {
                return false;
            }
            int allowed = certificate.getBasicConstraints(); // -1 for no authority, MAX_VALUE for any length
            if (depth > 1 && allowed >= 0 && length > allowed && !wrong(CertificateError.PATH_LENGTH_EXCEEDED, depth)) {
                return false;
            }
            if (depth > 0 && !Traits.selfIssued(certificate)) {
                length++;
            }
        }
        return true;
    }

    private boolean isStrongEnough() {
        for (int depth = 0; depth < chain.size(); depth++) {
            X509Certificate certificate = chain.get(depth);
            CertificateError weak = depth == 0 ? CertificateError.EE_KEY_TOO_SMALL : CertificateError.CA_KEY_TOO_SMALL;
            if (!Traits.hasStrongKey(certificate) && !wrong(weak, depth)) {
                return false;
            }
            if (depth < chain.size() - 1
                    && !Traits.hasStrongSignature(certificate)
                    && !wrong(CertificateError.CA_MD_TOO_WEAK, depth)) {
                return false;
            }
        }
        return true;
    }

    private boolean isNotRevoked() {
        RevocationLists lists = policy.revocations();
        return lists == null || new RevocationCheck(lists, chain, nowMs, this).passes();
    }

    private boolean signaturesAndTimesHold() {
        int depth = chain.size() - 1;
        X509Certificate issuer = chain.get(depth);
        if (!Traits.selfSigned(issuer)) {
            if (depth > 0) {
                depth--;
            } else if (!wrong(CertificateError.UNABLE_TO_VERIFY_LEAF_SIGNATURE, 0)) {
                return false;
            }
        }
        for (; depth >= 0; depth--) {
            X509Certificate certificate = chain.get(depth);
            boolean last = depth == chain.size() - 1; // nobody's signature but its own
            if ((!last && !signatureHolds(certificate, issuer, depth)) || !isValidNow(certificate, depth)) {
                return false;
            }
            issuer = certificate;
        }
        return true;
    }

    private boolean signatureHolds(X509Certificate certificate, X509Certificate issuer, int depth) {
        if (!Traits.signsCertificates(issuer) && !wrong(CertificateError.KEYUSAGE_NO_CERTSIGN, depth + 1)) {
            return false;
        }
        return Traits.isSignedBy(certificate, issuer.getPublicKey())
                || wrong(CertificateError.CERT_SIGNATURE_FAILURE, depth);
    }

    private boolean isValidNow(X509Certificate certificate, int depth) {
        if (nowMs < Traits.ms(certificate.getNotBefore()) && !wrong(CertificateError.CERT_NOT_YET_VALID, depth)) {
            return false;
        }
        return nowMs <= Traits.ms(certificate.getNotAfter()) || wrong(CertificateError.CERT_HAS_EXPIRED, depth);
    }

    private boolean namesArePermitted() {
        for (int depth = chain.size() - 1; depth >= 0; depth--) {
            X509Certificate certificate = chain.get(depth);
            if (depth > 0 && Traits.selfIssued(certificate)) {
                continue;
            }
            for (int above = chain.size() - 1; above > depth; above--) {
                CertificateError verdict = NameConstraints.check(chain.get(above), certificate, depth == 0);
                if (verdict != CertificateError.OK && !wrong(verdict, depth)) {
                    return false;
                }
            }
        }
        return true;
    }
}

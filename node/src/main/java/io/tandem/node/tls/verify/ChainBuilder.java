// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts certificates in the order in which each was issued by the next, as OpenSSL does: trusted issuers come before those
 * that the peer sent along, and a chain is trusted once it ends in an authority that signed itself. One use each; pure.
 */
final class ChainBuilder {
    private final Authorities authorities;
    private final List<X509Certificate> offered;
    private final long nowMs;
    private final List<X509Certificate> chain = new ArrayList<>();
    private int untrusted;
    private boolean complete;

    /** @param presented the certificate itself first, at least one */
    ChainBuilder(List<X509Certificate> presented, Authorities authorities, long nowMs) {
        this.authorities = authorities;
        this.nowMs = nowMs;
        offered = new ArrayList<>(presented.subList(1, presented.size()));
        chain.add(presented.get(0));
        untrusted = 1;
        build();
    }

    private void build() {
        X509Certificate last = chain.get(0);
        while (chain.size() <= ChainVerifier.DEEPEST + 1) {
            if (Traits.selfSigned(last)) {
                if (untrusted == chain.size() && authorities.contains(last)) {
                    untrusted--;
                }
                complete = untrusted < chain.size();
                return;
            }
            X509Certificate issuer = best(last, authorities.named(last.getIssuerX500Principal()));
            if (issuer == null && untrusted == chain.size()) {
                issuer = best(last, offered);
                if (issuer != null) {
                    offered.remove(issuer);
                    untrusted++;
                }
            }
            if (issuer == null) {
                return;
            }
            chain.add(issuer);
            last = issuer;
        }
    }

    /** The first that is valid now, else the one that was valid last. */
    private @Nullable X509Certificate best(X509Certificate certificate, List<X509Certificate> candidates) {
        X509Certificate best = null;
        for (X509Certificate candidate : candidates) {
            if (Traits.issued(candidate, certificate) && !chain.contains(candidate)) {
                if (Traits.ms(candidate.getNotBefore()) <= nowMs && nowMs <= Traits.ms(candidate.getNotAfter())) {
                    return candidate;
                }
                if (best == null || Traits.ms(candidate.getNotAfter()) > Traits.ms(best.getNotAfter())) {
                    best = candidate;
                }
            }
        }
        return best;
    }

    List<X509Certificate> chain() {
        return chain;
    }

    /** What keeps it from being trusted, of its last certificate. */
    CertificateError problem() {
        if (complete) {
            return CertificateError.OK;
        }
        if (chain.size() > ChainVerifier.DEEPEST + 1) {
            return CertificateError.CERT_CHAIN_TOO_LONG;
        }
        if (Traits.selfSigned(chain.get(chain.size() - 1))) {
            return chain.size() == 1
                    ? CertificateError.DEPTH_ZERO_SELF_SIGNED_CERT
                    : CertificateError.SELF_SIGNED_CERT_IN_CHAIN;
        }
        return untrusted < chain.size()
                ? CertificateError.UNABLE_TO_GET_ISSUER_CERT
                : CertificateError.UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    }
}

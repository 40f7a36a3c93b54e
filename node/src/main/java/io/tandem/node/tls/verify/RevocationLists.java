// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.security.cert.X509CRL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** The revocation lists of a {@code crl-file}, by their issuers. Immutable. */
public final class RevocationLists {
    private static final String DELTA = "2.5.29.27";

    private final Map<X500Principal, List<X509CRL>> byIssuer = new HashMap<>();

    public RevocationLists(List<X509CRL> lists) {
        for (X509CRL list : lists) {
            if (list.getExtensionValue(DELTA) == null) { // changes to another list say nothing by themselves
                byIssuer.computeIfAbsent(list.getIssuerX500Principal(), issuer -> new ArrayList<>())
                        .add(list);
            }
        }
    }

    /** The list of {@code issuer} that is valid now, the newest where there are several; null where there is none. */
    @Nullable X509CRL of(X500Principal issuer, long nowMs) {
        X509CRL best = null;
        for (X509CRL list : byIssuer.getOrDefault(issuer, List.of())) {
            if (best == null
                    || (isValid(list, nowMs) && !isValid(best, nowMs))
                    || (isValid(list, nowMs) == isValid(best, nowMs)
                            && Traits.ms(list.getThisUpdate()) > Traits.ms(best.getThisUpdate()))) {
                best = list;
            }
        }
        return best;
    }

    private static boolean isValid(X509CRL list, long nowMs) {
        return Traits.ms(list.getThisUpdate()) <= nowMs
                && (list.getNextUpdate() == null || nowMs <= Traits.ms(list.getNextUpdate()));
    }
}

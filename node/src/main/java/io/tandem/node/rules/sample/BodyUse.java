// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.ProxyDraft;

/**
 * Which bodies the expressions of a proxy look at: what has come of these together with the head is there before its rules are
 * judged, whether or not they are waited for. Complete once the rules have been compiled.
 */
public final class BodyUse implements Facet {
    private static final FacetKey<BodyUse> KEY = new FacetKey<>(BodyUse.class, BodyUse::new);

    private boolean requests;
    private boolean responses;

    @Override
    public Facet inherit() {
        return new BodyUse();
    }

    static void note(Site site, boolean response) {
        if (site.assembly() != null) {
            BodyUse use = site.proxy().facet(KEY);
            use.requests |= !response;
            use.responses |= response;
        }
    }

    /** Whether expressions look at bodies of requests. */
    public static boolean ofRequests(ProxyDraft proxy) {
        return proxy.facet(KEY).requests;
    }

    /** Whether expressions look at bodies of responses. */
    public static boolean ofResponses(ProxyDraft proxy) {
        return proxy.facet(KEY).responses;
    }
}

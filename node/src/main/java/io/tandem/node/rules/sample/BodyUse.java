// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.setup.Assembly;

/**
 * Which bodies the expressions of a configuration look at: what has come of these together with the head is there before rules are
 * judged, whether or not they are waited for. Complete once the rules have been compiled.
 */
public final class BodyUse implements Facet {
    private static final FacetKey<BodyUse> KEY = new FacetKey<>(BodyUse.class, BodyUse::new);

    private boolean requests;
    private boolean responses;

    @Override
    public Facet inherit() {
        return this;
    }

    static void note(Site site, boolean response) {
        Assembly assembly = site.assembly();
        if (assembly != null) {
            BodyUse use = assembly.drafts().global().facet(KEY);
            use.requests |= !response;
            use.responses |= response;
        }
    }

    /** Whether expressions look at bodies of requests. */
    public static boolean ofRequests(Drafts drafts) {
        return drafts.global().facet(KEY).requests;
    }

    /** Whether expressions look at bodies of responses. */
    public static boolean ofResponses(Drafts drafts) {
        return drafts.global().facet(KEY).responses;
    }
}

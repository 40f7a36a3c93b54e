// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** A frontend named in a rule; looked up once, on first use, in the configuration the rule belongs to. */
public final class FrontendReference {
    private final String name;
    private @Nullable Frontend found; // racy and idempotent: every loop finds the same immutable object

    private FrontendReference(String name) {
        this.name = name;
    }

    static FrontendReference of(String name, Site site, int position) {
        if (site.assembly() != null && site.assembly().drafts().frontend(name).isEmpty()) {
            if (site.assembly().drafts().backend(name).isPresent()) {
                throw new BackendReference.Missing(
                        "proxy '" + name + "', referenced in arg " + position, ", has not frontend capability.");
            }
            throw new BackendReference.Missing("unable to find frontend '" + name + "' referenced in arg " + position);
        }
        return new FrontendReference(name);
    }

    /** The frontend, or null where it is disabled. */
    public @Nullable Frontend in(Facts facts) {
        Frontend frontend = found;
        if (frontend == null) {
            frontend = facts.configuration.frontend(name).orElse(null);
            found = frontend;
        }
        return frontend;
    }
}

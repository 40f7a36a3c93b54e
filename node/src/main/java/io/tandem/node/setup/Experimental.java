// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import java.util.List;

/** {@code expose-experimental-directives} (HAProxy manual 3.1): keywords that HAProxy may still change are allowed. */
public final class Experimental implements Feature {
    private static final FacetKey<Allowed> KEY = new FacetKey<>(Allowed.class, Allowed::new);

    private static final class Allowed implements Facet {
        private boolean said;

        @Override
        public Facet inherit() {
            return new Allowed();
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(Keyword.directive("expose-experimental-directives", SectionKind.GLOBAL)
                .doc("allows keywords whose meaning HAProxy may still change")
                .as(Experimental::allow));
    }

    private static void allow(Arguments line, Draft global) {
        global.facet(KEY).said = true;
    }

    /** Whether the lines of the global section read so far allow it. */
    public static boolean isAllowed(Drafts drafts) {
        return drafts.global().facet(KEY).said;
    }
}

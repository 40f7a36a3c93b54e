// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Feature;
import java.util.List;

/** What the global section says about idle connections to servers (HAProxy manual 3.2). */
public final class PoolLines implements Feature {
    static final class Ratios implements Facet {
        int lowPercent = 20;
        int highPercent = 25;

        /** Not inherited: there is one process. */
        @Override
        public Facet inherit() {
            return this;
        }
    }

    private static final FacetKey<Ratios> RATIOS = new FacetKey<>(Ratios.class, Ratios::new);

    static Ratios of(Drafts drafts) {
        return drafts.global().facet(RATIOS);
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("tune.pool-low-fd-ratio", SectionKind.GLOBAL)
                        .arguments("PERCENT")
                        .doc("share of descriptors in use above which no more connections are kept idle, 20 by default")
                        .as((line, draft) -> draft.facet(RATIOS).lowPercent = percent(line, "tune.pool-low-fd-ratio")),
                Keyword.directive("tune.pool-high-fd-ratio", SectionKind.GLOBAL)
                        .arguments("PERCENT")
                        .doc("share of descriptors in use above which idle connections are closed, 25 by default")
                        .as((line, draft) ->
                                draft.facet(RATIOS).highPercent = percent(line, "tune.pool-high-fd-ratio")),
                Keyword.directive("tune.idle-pool.shared", SectionKind.GLOBAL)
                        .arguments("{on | off}")
                        .doc("accepted: each loop always keeps its idle connections to itself")
                        .noEffect("each event loop keeps its idle connections to itself")
                        .as(PoolLines::shared));
    }

    private static int percent(Arguments line, String name) {
        int percent = line.hasNext() ? line.leadingInteger() : -1;
        if (percent < 0 || percent > 100) {
            throw line.error("'" + name + "' expects an integer argument between 0 and 100.");
        }
        line.noMore(name);
        return percent;
    }

    private static void shared(Arguments line, Draft draft) {
        String word = line.next();
        if (!word.equals("on") && !word.equals("off")) {
            throw line.error("'tune.idle-pool.shared' expects either 'on' or 'off' but got '" + word + "'.");
        }
    }
}

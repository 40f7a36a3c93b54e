// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.config.text.Origin;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DraftTest {
    private static final CyclicBarrier BOTH_ARE_MAKING = new CyclicBarrier(2);

    /** What a feature keeps of lines of which there are none. */
    private static final class Untouched implements Facet {
        static final FacetKey<Untouched> KEY = new FacetKey<>(Untouched.class, Untouched::new);

        Untouched() {
            try {
                BOTH_ARE_MAKING.await(20, TimeUnit.SECONDS);
            } catch (Exception alone) {
                throw new IllegalStateException(alone);
            }
        }

        @Override
        public Facet inherit() {
            return this;
        }
    }

    /** The first connections behind a reload, one on each loop. */
    @Test
    void loopsThatAskAtOnceForWhatNoLineHasSaidGetTheSame() throws Exception {
        Draft draft = new Draft(SectionKind.GLOBAL, "", new Origin("", 0, 0));
        CompletableFuture<Untouched> other = CompletableFuture.supplyAsync(() -> draft.facet(Untouched.KEY));

        Untouched first = draft.facet(Untouched.KEY);

        assertThat(other.get(20, TimeUnit.SECONDS)).isSameAs(first);
        assertThat(draft.facet(Untouched.KEY)).isSameAs(first);
    }

    @Test
    void whatServesForgetsItsLinesButNotItsName() {
        Drafts drafts = new Drafts(new Draft(SectionKind.GLOBAL, "", new Origin("", 0, 0)));
        ProxyDraft proxy = new ProxyDraft(SectionKind.BACKEND, "app", new Origin("f.cfg", 1, 1));
        drafts.add(proxy);
        Counted said = proxy.facet(Counted.KEY);
        Counted ofProcess = drafts.global().facet(Counted.KEY);

        drafts.forgetLines();

        assertThat(said).isNotSameAs(ofProcess);
        assertThat(drafts.global().facet(Counted.KEY)).isSameAs(ofProcess);
        assertThat(drafts.backend("app")).containsSame(proxy);
        assertThatThrownBy(() -> proxy.facet(Counted.KEY)).isInstanceOf(IllegalStateException.class);
    }

    private static final class Counted implements Facet {
        static final FacetKey<Counted> KEY = new FacetKey<>(Counted.class, Counted::new);

        @Override
        public Facet inherit() {
            return this;
        }
    }
}

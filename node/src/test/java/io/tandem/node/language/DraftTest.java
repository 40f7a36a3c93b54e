// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.text.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class DraftTest {
    private static final int LOOPS = 4;
    private static final int ROUNDS = 2000;

    /** What a feature keeps of lines of which there are none. */
    private static final class Untouched implements Facet {
        static final FacetKey<Untouched> KEY = new FacetKey<>(Untouched.class, Untouched::new);

        @Override
        public Facet inherit() {
            return this;
        }
    }

    /** The first connections behind a reload, one on each loop. */
    @Test
    void loopsThatAskAtOnceForWhatNoLineHasSaidGetTheSame() throws Exception {
        ExecutorService loops = Executors.newFixedThreadPool(LOOPS);
        CyclicBarrier together = new CyclicBarrier(LOOPS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Draft draft = new Draft(SectionKind.GLOBAL, "", new Origin("", 0, 0));
                Callable<Untouched> first = () -> {
                    together.await();
                    return draft.facet(Untouched.KEY);
                };
                List<Untouched> found = new ArrayList<>();
                for (Future<Untouched> loop : loops.invokeAll(List.of(first, first, first, first))) {
                    found.add(loop.get());
                }

                assertThat(found).containsOnly(draft.facet(Untouched.KEY));
            }
        } finally {
            loops.shutdownNow();
        }
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChoresTest {
    private static final int MANY = 100;

    private final Loops loops = Loops.start(1);
    private final Loop loop = loops.get(0);
    private final List<String> done = new ArrayList<>(); // on the loop only
    private final CompletableFuture<List<String>> all = new CompletableFuture<>();

    @AfterEach
    void close() {
        loops.close();
    }

    /** Takes more time than chores get in a row. */
    private static void toil() {
        long untilNs = System.nanoTime() + 300_000;
        while (System.nanoTime() - untilNs < 0) {
            Thread.onSpinWait();
        }
    }

    private List<String> done() throws Exception {
        return all.get(20, TimeUnit.SECONDS);
    }

    @Test
    void whatElseComesDoesNotWaitForAllOfThem() throws Exception {
        loop.chores().add(() -> {
            for (int i = 0; i < MANY; i++) {
                loop.chores().add(ChoresTest::toil);
            }
            loop.chores().add(() -> {
                done.add("the last chore");
                all.complete(done);
            });
            loop.eventLoop().execute(() -> done.add("an event"));
        });

        assertThat(done()).containsExactly("an event", "the last chore");
    }

    @Test
    void theyAreDoneInOrderWhateverOneOfThemThrows() throws Exception {
        List<String> failures = new ArrayList<>();
        loop.onFailure(failure -> failures.add(String.valueOf(failure.getMessage())));
        for (int i = 0; i < MANY; i++) {
            int number = i;
            loop.chores().add(() -> {
                done.add(String.valueOf(number));
                if (number == 3) {
                    throw new IllegalStateException("number 3");
                }
            });
        }
        loop.chores().add(() -> all.complete(done));

        assertThat(done())
                .containsExactlyElementsOf(
                        IntStream.range(0, MANY).mapToObj(String::valueOf).toList());
        assertThat(failures).containsExactly("number 3");
    }
}

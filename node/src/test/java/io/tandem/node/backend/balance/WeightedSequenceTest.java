// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected orders were seen on HAProxy 2.6.12. */
class WeightedSequenceTest {
    @ParameterizedTest
    @CsvSource({
        "1 1 1, abc",
        "3 1, aaab",
        "5 1 1, aaabaac",
        "4 2 1, aabacab",
        "1 2 3, cbcacb",
        "10 5, aab",
        "7 3 2, aabacabaaabc",
        "2 4 3, bcbacbbca",
        "4 3 2 1, abacbadabc",
        "10 1 1 1, aaaabaaacaaad",
        "7 4, aabaababaab",
        "1 1 5, cccaccb",
        "2 3 1, babcba"
    })
    void roundRobinSpreadsTurnsAsHaproxyDoes(String weights, String order) {
        assertThat(letters(WeightedSequence.smooth(weights(weights)))).isEqualTo(order);
    }

    @ParameterizedTest
    @CsvSource({
        "1 1 1, abc",
        "3 1, aaab",
        "5 1 1, aaabaac",
        "4 2 1, aababac",
        "1 2 3, acbcbc",
        "10 5, aab",
        "7 3 2, aababcaaabac",
        "2 4 3, abcbacbbc",
        "4 3 2 1, ababcabacd",
        "1 2 3 4, abdcdbcdcd",
        "7 4, aabaabaabab",
        "1 1 5, accbccc",
        "2 3 1, ababbc",
        "3 1 2, aacabc"
    })
    void theFixedOrderIsThatOfStaticRoundRobin(String weights, String order) {
        assertThat(letters(WeightedSequence.fixed(weights(weights)))).isEqualTo(order);
    }

    @Property(tries = 200)
    void everyServerGetsExactlyItsShareOfAPeriod(@ForAll @Size(min = 1, max = 6) int[] raw) {
        int[] weights = Arrays.stream(raw).map(w -> Math.floorMod(w, 256) + 1).toArray();
        for (int[] sequence : new int[][] {WeightedSequence.smooth(weights), WeightedSequence.fixed(weights)}) {
            long total = Arrays.stream(weights).asLongStream().sum();
            for (int i = 0; i < weights.length; i++) {
                int server = i;
                long turns = Arrays.stream(sequence).filter(s -> s == server).count();
                assertThat(turns * total).isEqualTo((long) weights[i] * sequence.length);
            }
        }
    }

    @Property(tries = 50)
    void manyHeavyServersStillMakeATableOfBoundedSize(@ForAll @IntRange(min = 1, max = 1000) int servers) {
        int[] weights = new int[servers];
        Arrays.setAll(weights, i -> 256 - i % 7);
        assertThat(WeightedSequence.smooth(weights).length).isLessThanOrEqualTo(8192);
    }

    private static int[] weights(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    private static String letters(int[] sequence) {
        return Arrays.stream(sequence)
                .mapToObj(i -> String.valueOf((char) ('a' + i)))
                .collect(Collectors.joining());
    }
}

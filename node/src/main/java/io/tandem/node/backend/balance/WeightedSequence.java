// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which servers of different weights take turns, spread as evenly as possible. Pure.
 *
 * <p>One period has as many turns as the weights, reduced by their common divisor, add up to. The fixed order is exactly
 * HAProxy's; the smooth one is for most weights, for some two neighbours in a period are swapped.
 */
final class WeightedSequence {
    /** Turns of a period beyond which weights are rounded, so that a change of state stays cheap with many servers. */
    private static final int LONGEST = 8192;

    /** The part of its step by which a light server stands back behind a heavy one; fitted to what HAProxy shows. */
    private static final double LAG = 0.15;

    private WeightedSequence() {}

    /**
     * The order of {@code static-rr}, also the map that hashes are looked up in: a server that lags behind by a whole turn
     * comes first, else the first in the configuration that does not run ahead.
     *
     * @param weights 1..256 each
     * @return indexes of servers, one period
     */
    static int[] fixed(int... weights) {
        int[] reduced = reduce(weights);
        int total = Arrays.stream(reduced).sum();
        long[] credit = new long[reduced.length];
        int[] sequence = new int[total];
        for (int turn = 0; turn < total; turn++) {
            int chosen = -1;
            boolean overdue = false;
            for (int i = 0; i < reduced.length; i++) {
                credit[i] += reduced[i];
                if (!overdue && credit[i] >= total) {
                    overdue = true;
                    chosen = i;
                } else if (chosen < 0 && credit[i] >= 0) {
                    chosen = i;
                }
            }
            credit[chosen] -= total;
            sequence[turn] = chosen;
        }
        return sequence;
    }

    /**
     * The order of {@code roundrobin}: each server is due again its share of a period after its last turn; where none is
     * due, the heaviest that had no turn yet comes in.
     *
     * @param weights 1..256 each
     * @return indexes of servers, one period
     */
    static int[] smooth(int... weights) {
        int[] reduced = reduce(weights);
        int total = Arrays.stream(reduced).sum();
        double[] step = new double[reduced.length];
        double[] due = new double[reduced.length];
        int[] left = reduced.clone();
        List<Integer> waiting = new ArrayList<>();
        List<Integer> running = new ArrayList<>();
        for (int i = 0; i < reduced.length; i++) {
            step[i] = (double) total / reduced[i];
            waiting.add(i);
        }
        waiting.sort(Comparator.comparingInt((Integer i) -> -reduced[i]));
        int[] sequence = new int[total];
        int nextWaiting = 0;
        for (int turn = 0; turn < total; turn++) {
            int chosen = earliest(running, due, step, turn + 1);
            if (chosen < 0 && nextWaiting < waiting.size()) {
                chosen = waiting.get(nextWaiting++);
                due[chosen] = turn;
                running.add(chosen);
            } else if (chosen < 0) {
                chosen = earliest(running, due, step, Double.MAX_VALUE);
            }
            due[chosen] += step[chosen];
            sequence[turn] = chosen;
            if (--left[chosen] == 0) {
                running.remove((Integer) chosen);
            }
        }
        return sequence;
    }

    /** The server due before {@code limit} that comes first, a light one a little later than a heavy one; or -1. */
    private static int earliest(List<Integer> running, double[] due, double[] step, double limit) {
        int first = -1;
        double least = Double.MAX_VALUE;
        for (int i : running) {
            double key = due[i] + step[i] * LAG;
            if (due[i] < limit - 1e-9 && key < least - 1e-9) {
                least = key;
                first = i;
            }
        }
        return first;
    }

    private static int[] reduce(int[] weights) {
        int divisor = 0;
        for (int weight : weights) {
            divisor = gcd(weight, divisor);
        }
        int by = divisor;
        int[] reduced = Arrays.stream(weights).map(weight -> weight / by).toArray();
        while (Arrays.stream(reduced).sum() > Math.max(LONGEST, reduced.length)) {
            reduced = Arrays.stream(reduced)
                    .map(weight -> Math.max(1, weight / 2))
                    .toArray();
        }
        return reduced;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}

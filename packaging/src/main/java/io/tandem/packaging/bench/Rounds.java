// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.Contender.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** What was measured, round by round; a void measurement is absent from its round. */
final class Rounds<M> {
    private final List<Map<Kind, M>> rounds = new ArrayList<>();

    void add(Map<Kind, M> round) {
        rounds.add(Map.copyOf(round));
    }

    int count() {
        return rounds.size();
    }

    /** In how many rounds the kind's measurement was valid. */
    long count(Kind kind) {
        return rounds.stream().filter(round -> round.containsKey(kind)).count();
    }

    /** The kind's valid measurements in their order. */
    List<M> of(Kind kind) {
        return rounds.stream()
                .filter(round -> round.containsKey(kind))
                .map(round -> round.get(kind))
                .toList();
    }

    Set<Kind> kinds() {
        Set<Kind> kinds = new TreeSet<>();
        rounds.forEach(round -> kinds.addAll(round.keySet()));
        return kinds;
    }

    /** The median; NaN if nobody of the kind took part. */
    double median(Kind kind, ToDoubleFunction<M> value) {
        return Series.median(of(kind).stream().map(value::applyAsDouble).toList());
    }

    /** One divided by the other within each round that has both. */
    Ratio ratio(Kind of, Kind to, ToDoubleFunction<M> value) {
        List<Double> quotients = new ArrayList<>();
        for (Map<Kind, M> round : rounds) {
            M above = round.get(of);
            M below = round.get(to);
            if (above != null && below != null) {
                quotients.add(value.applyAsDouble(above) / value.applyAsDouble(below));
            }
        }
        return Ratio.of(quotients);
    }
}

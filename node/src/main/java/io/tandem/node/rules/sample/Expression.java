// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;
import java.util.List;

/** A fetch and its converters, compiled: {@code req.hdr(host),lower,field(1,:)}. Immutable. */
public final class Expression {
    private final Fetch fetch;
    private final Converter[] steps;
    private final SampleType type;
    private final Need need;

    Expression(Fetch fetch, List<Converter> steps, SampleType type, Need need) {
        this.fetch = fetch;
        this.steps = steps.toArray(Converter[]::new);
        this.type = type;
        this.need = need;
    }

    /** What it yields: {@code ANY} where that is known at run time only. */
    public SampleType type() {
        return type;
    }

    /** What its fetch looks at. */
    public Need need() {
        return need;
    }

    /** Puts the value into {@code out}; false where there is none. */
    public boolean evaluate(Facts facts, Sample out) {
        out.cursor = 0;
        int mark = facts.scratch.position();
        return fetch.fetch(facts, out) && convert(facts, out, mark);
    }

    /** Puts the first of several values into {@code out}, or the first that converts; false where there is none. */
    public boolean first(Facts facts, Sample out) {
        out.cursor = 0;
        int mark = facts.scratch.position();
        return fetch.first(facts, out) && (convert(facts, out, mark) || next(facts, out));
    }

    /** Puts the next value behind the one in {@code out} there; false when there is none left. */
    public boolean next(Facts facts, Sample out) {
        int mark = facts.scratch.position();
        while (fetch.next(facts, out)) {
            if (convert(facts, out, mark)) {
                return true;
            }
        }
        return false;
    }

    /** As {@link #evaluate}, cast to {@code wanted}. */
    public boolean evaluateAs(SampleType wanted, Facts facts, Sample out) {
        return evaluate(facts, out) && Casts.cast(wanted, facts.scratch, out);
    }

    private boolean convert(Facts facts, Sample out, int mark) {
        for (Converter step : steps) {
            if (facts.scratch.isLow()) {
                facts.scratch.keepOnly(out, mark);
            }
            if (!step.convert(facts, out)) {
                return false;
            }
        }
        return true;
    }
}

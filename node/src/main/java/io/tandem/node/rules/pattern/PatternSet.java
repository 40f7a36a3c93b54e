// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Scratch;
import org.jspecify.annotations.Nullable;

/**
 * The patterns of a reference as one criterion or converter looks at them. Any thread may look while another changes the
 * reference: it sees all of a change or nothing, and waits for nobody.
 */
public final class PatternSet {
    private final PatternReference reference;
    private final int position;
    private final PatternKind kind;

    PatternSet(PatternReference reference, int position, PatternKind kind) {
        this.reference = reference;
        this.position = position;
        this.kind = kind;
    }

    PatternKind kind() {
        return kind;
    }

    private PatternIndex index() {
        return reference.current().index(position);
    }

    @Nullable PatternEntry find(Scratch scratch, Sample value) {
        return index().find(scratch, value);
    }

    /**
     * Whether the value matches a pattern.
     *
     * @param value of the type the method wants
     */
    public boolean matches(Scratch scratch, Sample value) {
        return index().matches(scratch, value);
    }

    /** Puts what the value maps to in its place; false where it matches no pattern. */
    boolean map(Scratch scratch, Sample value) {
        PatternIndex index = index();
        if (kind.method() == MatchMethod.REGM && index instanceof RegexIndex expressions) {
            return expressions.expand(scratch, value);
        }
        PatternEntry found = index.find(scratch, value);
        return found != null && found.into(value, kind.output());
    }

    boolean isInTree(PatternEntry entry) {
        return index().isInTree(entry);
    }
}

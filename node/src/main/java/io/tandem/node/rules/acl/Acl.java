// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Place;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A named ACL: the lines of one name, any of which may match. */
final class Acl {
    private final List<AclExpression> expressions = new ArrayList<>();

    void add(AclExpression expression) {
        expressions.add(expression);
    }

    /** Those lines whose criterion exists in {@code place}; the others never match there. */
    AclExpression[] usableIn(@Nullable Place place) {
        return expressions.stream()
                .filter(e -> place == null || e.expression().need().isMetIn(place))
                .toArray(AclExpression[]::new);
    }

    /** Whether a line asks for bytes in a buffer, in whatever place. */
    boolean looksAtBytes() {
        return expressions.stream().anyMatch(e -> e.expression().need().isBytes());
    }

    /** A line whose criterion does not exist in {@code place}, or null. */
    @Nullable AclExpression unusableIn(@Nullable Place place) {
        return expressions.stream()
                .filter(e -> place != null && !e.expression().need().isMetIn(place))
                .findFirst()
                .orElse(null);
    }

    static boolean anyMatches(AclExpression[] expressions, Facts facts) {
        for (AclExpression expression : expressions) {
            if (expression.test(facts)) {
                return true;
            }
        }
        return false;
    }
}

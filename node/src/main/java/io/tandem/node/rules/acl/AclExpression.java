// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Casts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;

/**
 * One {@code acl} line or anonymous ACL: a criterion and its patterns.
 *
 * @param keyword the criterion as written, for messages
 */
record AclExpression(String keyword, Expression expression, SampleType wants, Match match) {
    /** Whether any of the criterion's values matches. */
    boolean test(Facts facts) {
        Sample value = facts.scratch.value;
        for (boolean any = expression.first(facts, value); any; any = expression.next(facts, value)) {
            long cursor = value.cursor;
            if (Casts.cast(wants, facts.scratch, value) && match.matches(facts, value)) {
                return true;
            }
            value.cursor = cursor;
        }
        return false;
    }
}

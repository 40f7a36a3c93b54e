// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Sample;

/** Whether a value is among the patterns of one ACL expression. Immutable. */
@FunctionalInterface
interface Match {
    /** @param value of the type the method wants */
    boolean matches(Facts facts, Sample value);
}

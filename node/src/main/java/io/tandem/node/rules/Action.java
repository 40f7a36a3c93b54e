// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

/** What a rule does when its condition holds. Immutable; called on the event loop that owns the exchange. */
@FunctionalInterface
public interface Action {
    Verdict perform(Facts facts);
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;

/** Turns one value into another. Immutable. */
@FunctionalInterface
public interface Converter {
    /** Converts in place; false where the value cannot be converted: the whole expression then has no value. */
    boolean convert(Facts facts, Sample inOut);
}

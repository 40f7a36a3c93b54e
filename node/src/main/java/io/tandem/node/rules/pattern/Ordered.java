// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

/** Something that has a place in the order of a reference: the first that was added comes first. */
interface Ordered {
    /** From 0, unique in its reference. */
    long order();
}

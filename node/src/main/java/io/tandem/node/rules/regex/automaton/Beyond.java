// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

/** Something that this package leaves to others: an expression that is not regular, is not understood, or is too large. */
final class Beyond extends Exception {
    private static final long serialVersionUID = 1L;

    Beyond(String what) {
        super(what, null, false, false);
    }
}

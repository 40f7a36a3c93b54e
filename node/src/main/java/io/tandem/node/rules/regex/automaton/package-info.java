// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives regular expressions of the configuration; hands on automata that say of a slice of bytes whether they match, in one
 * pass, or nothing where an expression is more than regular. Built by the loading thread; asked on any event loop. Pure.
 */
@NullMarked
package io.tandem.node.rules.regex.automaton;

import org.jspecify.annotations.NullMarked;

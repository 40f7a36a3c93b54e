// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

/**
 * How patterns are read and compared. Looks-up of one kind share one index of a reference.
 *
 * @param method how a value is compared with them
 * @param fold {@code -i}: whether letters in either case are the same
 * @param dotted whether numbers are versions such as {@code 3.1}
 * @param output what is wanted of the value beside a pattern
 */
public record PatternKind(MatchMethod method, boolean fold, boolean dotted, PatternOutput output) {}

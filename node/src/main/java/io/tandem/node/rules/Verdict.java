// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

/** How the evaluation of rules goes on after an action. */
public enum Verdict {
    /** The next rule. */
    CONTINUE,
    /** No further rule of this set: the exchange goes on. */
    ACCEPT,
    /** The proxy answers by itself, with {@link Facts#reply}. */
    REPLY,
    /** The connection is closed without an answer. */
    CLOSE,
    /** More bytes are needed: the same rule is asked again when they came or when the inspection delay is over. */
    WAIT
}

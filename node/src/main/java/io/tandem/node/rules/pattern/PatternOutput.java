// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

/** What a look-up wants to know about the value beside the pattern. */
public enum PatternOutput {
    /** Nothing: an ACL. */
    NONE,
    TEXT,
    NUMBER,
    ADDRESS
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

/** {@code tcp-check comment}: told with whatever fails from here on, up to the next one. */
record CommentStep(String comment) implements Step {
    static CommentStep read(RuleWords words) {
        return new CommentStep(words.value("expects a string as argument"));
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** Why an expression cannot be compiled, in HAProxy's words. Callers say where it stands. */
public final class SampleError extends RuntimeException {
    public SampleError(String text) {
        super(text, null, false, false);
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}

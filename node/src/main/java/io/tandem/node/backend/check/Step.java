// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

/** One step of a check: a line of the configuration, or a step that comes with the program. Immutable. */
interface Step {
    /** What the line says to be told when it fails; empty for nothing. */
    String comment();
}

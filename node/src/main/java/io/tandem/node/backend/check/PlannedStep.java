// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

/**
 * A step in its place.
 *
 * @param number how it is told: its line's, from 1; 0 for a connection that nobody wrote
 * @param comment what is told with it when it fails: its own or that of the comment above it; or empty
 */
record PlannedStep(Step step, int number, String comment) {}

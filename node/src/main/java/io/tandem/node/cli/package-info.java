// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the words of HAProxy's command line; hands on a {@link io.tandem.node.cli.CommandLine} and, after the work is
 * done, an exit status. Runs on the main thread.
 */
@NullMarked
package io.tandem.node.cli;

import org.jspecify.annotations.NullMarked;

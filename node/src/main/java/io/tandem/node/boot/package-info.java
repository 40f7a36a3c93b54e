// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The only place where objects are wired together: load, start, reload, stop. Receives the command line; runs on the main
 * thread.
 */
@NullMarked
package io.tandem.node.boot;

import org.jspecify.annotations.NullMarked;

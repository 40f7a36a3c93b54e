// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives sections of words; hands on typed drafts of global settings and proxies, and the problems found. Holds the
 * registry that joins the keywords declared beside their implementations. Runs on the thread that loads.
 */
@NullMarked
package io.tandem.node.language;

import org.jspecify.annotations.NullMarked;

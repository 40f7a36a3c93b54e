// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives patterns of files, of {@code acl} lines and of operators; hands on which of them a value matches. Read by any
 * event loop without a lock; changed by any thread, one at a time for each reference.
 */
@NullMarked
package io.tandem.node.rules.pattern;

import org.jspecify.annotations.NullMarked;

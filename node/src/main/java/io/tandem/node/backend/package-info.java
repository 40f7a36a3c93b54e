// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives requests; hands on the server that shall have each. Immutable descriptions beside the servers' living state,
 * which any event loop may read.
 */
@NullMarked
package io.tandem.node.backend;

import org.jspecify.annotations.NullMarked;

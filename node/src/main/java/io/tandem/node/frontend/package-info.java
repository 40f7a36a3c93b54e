// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives accepted connections; hands on requests. The immutable description of frontends; no thread of its own.
 */
@NullMarked
package io.tandem.node.frontend;

import org.jspecify.annotations.NullMarked;

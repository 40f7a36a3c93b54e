// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The immutable records that describe a node, its cluster and its virtual routers. No logic, no thread.
 */
@NullMarked
package io.tandem.config.model;

import org.jspecify.annotations.NullMarked;

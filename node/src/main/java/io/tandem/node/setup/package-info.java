// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What a load produces: the immutable {@link io.tandem.node.setup.Configuration}, and the features that turn drafts into
 * its parts. Receives drafts, hands on a snapshot. Runs on the thread that loads.
 */
@NullMarked
package io.tandem.node.setup;

import org.jspecify.annotations.NullMarked;

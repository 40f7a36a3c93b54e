// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives keepalived.conf text; hands on virtual-router records of {@link io.tandem.config.model}. Runs on the thread
 * that loads the configuration.
 */
@NullMarked
package io.tandem.config.keepalived;

import org.jspecify.annotations.NullMarked;

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives tandem.conf (HOCON); hands on the records of {@link io.tandem.config.model}. Runs on the thread that loads the
 * configuration.
 */
@NullMarked
package io.tandem.config.hocon;

import org.jspecify.annotations.NullMarked;

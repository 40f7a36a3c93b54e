// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives characters of any configuration file; hands on words that know their {@link io.tandem.config.text.Origin} and
 * the problems found on the way. Pure; runs on the thread that loads the configuration.
 */
@NullMarked
package io.tandem.config.text;

import org.jspecify.annotations.NullMarked;

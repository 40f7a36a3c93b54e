// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the text of haproxy.cfg files and an environment; hands on sections of lines of words. It stops at words: what
 * a keyword means stands beside its implementation. Runs on the thread that loads the configuration.
 */
@NullMarked
package io.tandem.config.haproxy;

import org.jspecify.annotations.NullMarked;

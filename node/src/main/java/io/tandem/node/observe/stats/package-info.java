// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The statistics of proxies as rows and columns, and their forms: CSV, typed, JSON and the page. Receives meters and
 * states, hands on text. Any thread.
 */
@NullMarked
package io.tandem.node.observe.stats;

import org.jspecify.annotations.NullMarked;

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Access and event logs: targets, headers, formats (HAProxy manual 8). Receives facts and events, hands datagrams to
 * syslog. An access line is written by the event loop that owns the exchange.
 */
@NullMarked
package io.tandem.node.observe.log;

import org.jspecify.annotations.NullMarked;

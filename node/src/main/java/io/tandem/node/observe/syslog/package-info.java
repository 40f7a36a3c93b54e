// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Log forwarders ({@code log-forward} sections, HAProxy manual 3.10). Receives syslog messages as datagrams and over TCP,
 * hands them to the targets of {@code log} lines in the form that these want. On the event loop that received a message.
 */
@NullMarked
package io.tandem.node.observe.syslog;

import org.jspecify.annotations.NullMarked;

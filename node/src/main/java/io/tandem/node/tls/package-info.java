// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What both sides of the proxy have of TLS. Receives options and certificates from the thread that loads, and the engine of a
 * connection once its handshake has ended; hands on contexts, clear text and records, and facts about sessions for rules and
 * logs. Connections' parts run on their event loops.
 */
@NullMarked
package io.tandem.node.tls;

import org.jspecify.annotations.NullMarked;

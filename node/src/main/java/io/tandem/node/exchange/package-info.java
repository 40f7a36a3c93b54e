// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Walks one request through all stages, from the client's head to the log line: the only package that sees every stage.
 * Receives requests of any HTTP version; hands each to rules, backends and servers in HAProxy's order. Runs on the event
 * loop of the client connection.
 */
@NullMarked
package io.tandem.node.exchange;

import org.jspecify.annotations.NullMarked;

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Names of servers at run time (HAProxy manual 5.3): receives resolvers sections and servers that are known by name, asks name
 * servers, and hands on addresses, ports and weights to the servers' states, and to rules that ask. Each section is owned by
 * one event loop; servers' states are written from there.
 */
@NullMarked
package io.tandem.node.resolve;

import org.jspecify.annotations.NullMarked;

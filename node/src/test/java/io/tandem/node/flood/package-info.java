// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Floods against the program as a process of its own, seen from outside: who else is served meanwhile, what the process
 * holds. {@code -Dtandem.flood.seconds} says for how long, and from 10 s on latencies are judged too. Many threads, each
 * with sockets of its own.
 */
@NullMarked
package io.tandem.node.flood;

import org.jspecify.annotations.NullMarked;

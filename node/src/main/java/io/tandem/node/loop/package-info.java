// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What one event loop owns: its clock, timers, buffers and counters. Hands them to the connections of that loop; every
 * object here is touched by its event loop only, counters may be read by any thread.
 */
@NullMarked
package io.tandem.node.loop;

import org.jspecify.annotations.NullMarked;

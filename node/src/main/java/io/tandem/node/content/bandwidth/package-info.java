// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Bandwidth limits of exchanges ({@code filter bwlim-in|bwlim-out}, HAProxy manual 9.7). Receives the bytes of one direction of an
 * exchange or TCP session; hands them on no faster than the limits that rules have enabled for it say, by the timers of the loop.
 * Runs on the exchange's loop; nothing here is made for exchanges that no rule has limited.
 */
@NullMarked
package io.tandem.node.content.bandwidth;

import org.jspecify.annotations.NullMarked;

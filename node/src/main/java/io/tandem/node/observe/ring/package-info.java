// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Ring buffers of events ({@code ring} sections, {@code log ring@…}, {@code log tcp@…}; HAProxy manual 3.9). Receives lines
 * from any thread, hands them to the admin socket and, over TCP, to log servers. Lines leave on the thread {@code tandem-log}.
 */
@NullMarked
package io.tandem.node.observe.ring;

import org.jspecify.annotations.NullMarked;

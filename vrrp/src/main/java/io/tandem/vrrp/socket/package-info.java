// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives bytes to send and descriptors to wait for; hands on raw VRRP packets and ARP frames. Non-blocking, on the
 * reactor's thread.
 */
@NullMarked
package io.tandem.vrrp.socket;

import org.jspecify.annotations.NullMarked;

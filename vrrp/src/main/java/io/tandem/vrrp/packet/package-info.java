// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives bytes from the wire; hands on advertisements and ARP claims or the reason to drop them, and the bytes to send.
 * Pure; any thread, but an encoder belongs to one.
 */
@NullMarked
package io.tandem.vrrp.packet;

import org.jspecify.annotations.NullMarked;

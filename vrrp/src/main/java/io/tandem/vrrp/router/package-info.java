// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives virtual-router records, the LAN's packets, the kernel's link events and the peers' news; hands on addresses on
 * interfaces, advertisements, announcements and state changes. One real-time thread, the reactor's, runs all of it.
 */
@NullMarked
package io.tandem.vrrp.router;

import org.jspecify.annotations.NullMarked;

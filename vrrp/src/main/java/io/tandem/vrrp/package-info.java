// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Virtual addresses by VRRP: receives virtual-router records, a heartbeat of the proxy and the kernel's news; hands on who
 * is active, addresses on interfaces, notifications. Its packages name their threads.
 */
@NullMarked
package io.tandem.vrrp;

import org.jspecify.annotations.NullMarked;

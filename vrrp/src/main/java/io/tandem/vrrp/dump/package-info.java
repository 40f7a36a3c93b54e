// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the configuration and where routers stand; hands on texts in keepalived's shapes, for programs that read them.
 * Pure; on any thread.
 */
@NullMarked
package io.tandem.vrrp.dump;

import org.jspecify.annotations.NullMarked;

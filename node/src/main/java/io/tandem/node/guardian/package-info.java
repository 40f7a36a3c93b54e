// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the configuration, signals and the proxy's life; hands on who is active, to the proxy, to systemd and to whoever
 * asks for the status. The guardian's small process; only {@link io.tandem.node.guardian.GuardianLink} runs in the proxy.
 */
@NullMarked
package io.tandem.node.guardian;

import org.jspecify.annotations.NullMarked;

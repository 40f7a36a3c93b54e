// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives what scripts and interfaces say; hands on priority changes and faults to the virtual routers, and runs the
 * scripts that want to know of transitions. On threads of its own: no script may delay the reactor.
 */
@NullMarked
package io.tandem.vrrp.track;

import org.jspecify.annotations.NullMarked;

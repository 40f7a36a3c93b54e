// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives events with the time they happened: advertisements heard, timers, faults, what the liveness link says of peers;
 * hands on the actions to perform, in order. Pure; each election is owned by the thread of its virtual router.
 */
@NullMarked
package io.tandem.vrrp.election;

import org.jspecify.annotations.NullMarked;

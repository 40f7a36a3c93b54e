// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.election.State;

/**
 * A transition as it is remembered.
 *
 * @param atMs wall clock, milliseconds since 1970
 * @param reason as logged, with the peer or the cause behind it
 * @param tookNs from the event to the last thing done about it: addresses on or off, announced, advertised
 * @param sinceHeardNs since the last advertisement of another router was accepted; -1 if none ever was
 */
public record Transition(long atMs, State from, State to, String reason, long tookNs, long sinceHeardNs) {}

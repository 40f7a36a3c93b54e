// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

/**
 * Where the liveness link to one peer stands.
 *
 * @param peer its node name
 * @param state {@code up}, {@code connecting}, {@code refused} (wrong secret) or {@code down}
 * @param refused attempts with a wrong secret, in either direction
 * @param losses links that ended without farewell
 */
public record LinkStatus(String peer, String address, String state, long refused, long losses) {}

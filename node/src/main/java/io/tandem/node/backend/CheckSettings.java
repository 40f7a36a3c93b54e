// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.net.InetSocketAddress;

/**
 * How a server's health is checked.
 *
 * @param address where checks connect to
 * @param interMs time between two checks while nothing changes
 * @param fastInterMs while going up or down
 * @param downInterMs while down
 * @param rise successful checks in a row to be up again, at least 1
 * @param fall failed checks in a row to be down, at least 1
 * @param dialing how checks connect
 */
public record CheckSettings(
        InetSocketAddress address, int interMs, int fastInterMs, int downInterMs, int rise, int fall, Dialing dialing) {
    /** Of a server that wants nothing special of connections. */
    public CheckSettings(InetSocketAddress address, int interMs, int fastInterMs, int downInterMs, int rise, int fall) {
        this(address, interMs, fastInterMs, downInterMs, rise, fall, Dialing.PLAIN);
    }
}

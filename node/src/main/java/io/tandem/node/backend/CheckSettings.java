// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.backend.tls.ServerTls;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 * @param tls how checks are secured, or null
 * @param serverName the server name TLS asks for, or empty
 * @param asksForTheHost whether TLS asks for the Host of an HTTP check where there is no such name
 * @param tlsByOffer what secures checks that ask for TLS themselves, by what they offer above it
 * @param observing how its traffic tells about its health, or null
 */
public record CheckSettings(
        InetSocketAddress address,
        int interMs,
        int fastInterMs,
        int downInterMs,
        int rise,
        int fall,
        Dialing dialing,
        @Nullable ServerTls tls,
        String serverName,
        boolean asksForTheHost,
        Map<List<String>, ServerTls> tlsByOffer,
        @Nullable Observing observing) {
    /** What secures a connection that offers these protocols, all of the server line's where none is named; or null. */
    public @Nullable ServerTls tls(List<String> offer) {
        ServerTls own = tlsByOffer.get(offer);
        return own != null ? own : tls;
    }

    /** Of a server that wants nothing special of connections. */
    public CheckSettings(InetSocketAddress address, int interMs, int fastInterMs, int downInterMs, int rise, int fall) {
        this(address, interMs, fastInterMs, downInterMs, rise, fall, Dialing.PLAIN, null, "", false, Map.of(), null);
    }
}

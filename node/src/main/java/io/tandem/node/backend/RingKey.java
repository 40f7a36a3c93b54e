// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a server's places on the circle of {@code hash-type consistent} follow from ({@code hash-key}, HAProxy manual of 3.x,
 * 5.2). With addresses, proxies that list the same servers in another order agree.
 */
public enum RingKey {
    /** Its number in the backend. */
    ID,
    /** Its address; its number where it has none. */
    ADDR,
    /** Its address and port. */
    ADDR_PORT;

    private static final long PRIME = 0x100_0000_01b3L;
    private static final long OFFSET = 0xcbf2_9ce4_8422_2325L;

    /** The key so written, or null. */
    static @Nullable RingKey named(String word) {
        return switch (word) {
            case "id" -> ID;
            case "addr" -> ADDR;
            case "addr-port" -> ADDR_PORT;
            default -> null;
        };
    }

    /**
     * Where the places of a server begin.
     *
     * @param places how many it has at most: those of the next id begin behind them
     */
    long first(Server server, int places) {
        InetSocketAddress socket = server.address();
        InetAddress address = socket.getAddress();
        if (this == ID || address == null || server.description().dialing().unix() != null) {
            return (long) server.description().id() * places;
        }
        long hash = OFFSET; // FNV-1a: fixed for ever, for processes of different releases must agree
        for (byte b : address.getAddress()) {
            hash = (hash ^ (b & 0xff)) * PRIME;
        }
        if (this == ADDR_PORT) {
            hash = (hash ^ (socket.getPort() >>> 8)) * PRIME;
            hash = (hash ^ (socket.getPort() & 0xff)) * PRIME;
        }
        return (hash ^ hash >>> 32) & 0xffff_ffffL;
    }
}

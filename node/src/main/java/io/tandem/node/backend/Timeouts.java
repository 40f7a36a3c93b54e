// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/**
 * The time limits of one proxy, in milliseconds; 0 means none (HAProxy manual, {@code timeout}).
 *
 * @param client inactivity of the client ({@code timeout client})
 * @param server inactivity of the server
 * @param connect to establish a connection to a server
 * @param httpRequest to receive a whole request head; 0: {@code client}
 * @param httpKeepAlive to wait for the next request; 0: {@code httpRequest}
 * @param queue to wait for a free connection slot; 0: {@code connect}
 * @param check additional read time-out of health checks; 0: {@code inter}
 * @param tunnel inactivity once the connection is a tunnel; 0: client and server
 * @param clientFin inactivity of a half-closed client; 0: {@code client}
 * @param serverFin inactivity of a half-closed server; 0: {@code server}
 * @param tarpit how long a tarpitted request waits; 0: {@code connect}
 */
public record Timeouts(
        int client,
        int server,
        int connect,
        int httpRequest,
        int httpKeepAlive,
        int queue,
        int check,
        int tunnel,
        int clientFin,
        int serverFin,
        int tarpit) {
    public static final Timeouts NONE = new Timeouts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** These with other limits for the server and for tunnels. */
    public Timeouts with(int otherServer, int otherTunnel) {
        return new Timeouts(
                client,
                otherServer,
                connect,
                httpRequest,
                httpKeepAlive,
                queue,
                check,
                otherTunnel,
                clientFin,
                serverFin,
                tarpit);
    }
}

// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

/**
 * rtnetlink of one network namespace.
 *
 * <p>Bound to the namespace of the thread that opens it (see {@link NetNamespace#netlink()}); the object may then be used
 * from another thread, but by one at a time. Calls wait for the kernel's acknowledgement, typically 6 to 20 µs.
 */
public final class Netlink implements AutoCloseable {
    private final NetlinkSocket socket;
    private final Links links;
    private final Addresses addresses;
    private final Routes routes;
    private final Rules rules;
    private final InterfaceSettings settings;
    private final Neighbors neighbors;

    private Netlink(NetlinkSocket socket) {
        this.socket = socket;
        this.links = new Links(socket);
        this.addresses = new Addresses(socket, links);
        this.routes = new Routes(socket, links);
        this.rules = new Rules(socket);
        this.settings = new InterfaceSettings(socket);
        this.neighbors = new Neighbors(socket);
    }

    /** @throws NetlinkException if the kernel gives no netlink socket */
    public static Netlink open() throws NetlinkException {
        return new Netlink(new NetlinkSocket());
    }

    public Links links() {
        return links;
    }

    public Addresses addresses() {
        return addresses;
    }

    public Routes routes() {
        return routes;
    }

    public Rules rules() {
        return rules;
    }

    public InterfaceSettings settings() {
        return settings;
    }

    public Neighbors neighbors() {
        return neighbors;
    }

    /** Sends what was made in advance; tells of each request that was refused. */
    public void submit(NetlinkBatch batch, NetlinkBatch.Refusals refusals) {
        socket.submit(batch, refusals);
    }

    /** The kernel's number for this socket; the events it causes carry it. */
    public int port() {
        return socket.port();
    }

    @Override
    public void close() {
        socket.close();
    }
}

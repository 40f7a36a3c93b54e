// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import static io.tandem.vrrp.netlink.NetlinkMessage.ACK;
import static io.tandem.vrrp.netlink.NetlinkMessage.CREATE;
import static io.tandem.vrrp.netlink.NetlinkMessage.REPLACE;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Routes of the main table and local routes. */
public final class Routes {
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int TABLE_MAIN = 254;
    private static final int TABLE_LOCAL = 255;
    private static final int PROTO_STATIC = 4;
    private static final int SCOPE_GLOBAL = 0;
    private static final int SCOPE_LINK = 253;
    private static final int SCOPE_HOST = 254;
    private static final int TYPE_UNICAST = 1;
    private static final int TYPE_LOCAL = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;

    private final NetlinkSocket socket;
    private final Links links;

    Routes(NetlinkSocket socket, Links links) {
        this.socket = socket;
        this.links = links;
    }

    /** The default route of the gateway's family. */
    public void addDefault(InetAddress gateway) throws NetlinkException {
        NetlinkMessage message =
                begin(RTM_NEWROUTE, CREATE | REPLACE, gateway, 0, TABLE_MAIN, SCOPE_GLOBAL, TYPE_UNICAST);
        message.attribute(RTA_GATEWAY, gateway);
        socket.requestOrThrow("netlink: add default route via " + gateway.getHostAddress());
    }

    /**
     * A route to {@code destination}.
     *
     * @param gateway the next hop, or null for a network on the link
     * @param interfaceName the way out, or null to let the gateway decide
     */
    public void add(
            InetAddress destination, int prefixLength, @Nullable InetAddress gateway, @Nullable String interfaceName)
            throws NetlinkException {
        int index = interfaceName == null ? 0 : links.get(interfaceName).index();
        NetlinkMessage message = begin(
                RTM_NEWROUTE,
                CREATE | REPLACE,
                destination,
                prefixLength,
                TABLE_MAIN,
                gateway == null ? SCOPE_LINK : SCOPE_GLOBAL,
                TYPE_UNICAST);
        message.attribute(RTA_DST, destination);
        if (gateway != null) {
            message.attribute(RTA_GATEWAY, gateway);
        }
        if (index != 0) {
            message.attribute(RTA_OIF, index);
        }
        socket.requestOrThrow("netlink: add route to " + destination.getHostAddress() + "/" + prefixLength);
    }

    /** Makes the kernel accept packets for {@code destination} as its own, without an address ({@code ip route add local}). */
    public void addLocal(InetAddress destination, int prefixLength, String interfaceName) throws NetlinkException {
        int index = links.get(interfaceName).index();
        NetlinkMessage message =
                begin(RTM_NEWROUTE, CREATE | REPLACE, destination, prefixLength, TABLE_LOCAL, SCOPE_HOST, TYPE_LOCAL);
        message.attribute(RTA_DST, destination).attribute(RTA_OIF, index);
        socket.requestOrThrow("netlink: add local route to " + destination.getHostAddress() + "/" + prefixLength);
    }

    /** Removes a route of the main table; one that is not there is a success. */
    public void remove(InetAddress destination, int prefixLength) throws NetlinkException {
        // Scope 255 (nowhere) and type 0 match any.
        NetlinkMessage message = begin(RTM_DELROUTE, 0, destination, prefixLength, TABLE_MAIN, 255, 0);
        if (prefixLength > 0) {
            message.attribute(RTA_DST, destination);
        }
        int errno = socket.request();
        if (errno != 0 && errno != Errno.ESRCH) {
            throw new NetlinkException(
                    "netlink: remove route to " + destination.getHostAddress() + "/" + prefixLength, errno);
        }
    }

    private NetlinkMessage begin(
            int type, int flags, InetAddress address, int prefixLength, int table, int scope, int routeType) {
        int family = address instanceof Inet6Address ? 10 : 2;
        int protocol = type == RTM_NEWROUTE ? PROTO_STATIC : 0;
        return socket.message()
                .begin(type, flags | ACK)
                .routePart(family, prefixLength, table, protocol, scope, routeType);
    }
}
